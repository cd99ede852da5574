/**
 * Is a site down? A verdict per site from signs with source and age. Silence counts only when every party of the site is
 * silent, nothing speaks for life, and every party of the other site answers, so that the daemon is not the one cut off.
 * `proven` is never concluded: partners that are cut from each other and both still see the witness look the same as a lost
 * principal in every documented column, and there the principal serves on, exposed. Under that policy a person attests.
 */
import type { Decision } from '../ports/journal.ts';
import type { Evidence, Sign, Verdict } from '../topology/evidence.ts';
import { isClosed } from '../topology/copy-way.ts';
import type { FolderFacts, InstanceFacts, PoolFacts } from '../topology/pool-facts.ts';
import { SITES, instancesOf, otherSite, type DesiredPool, type Site } from '../topology/pool-topology.ts';

/** Clocks of a domain stay within this of each other (Kerberos' default tolerance), ms. */
const CLOCK_TOLERANCE_MS = 300_000;

export const unexpired = (decision: Decision, nowMs: number): boolean =>
  decision.expiresAt === null || Date.parse(decision.expiresAt) > nowMs;

/** Codes of a read that nobody answered. */
const SILENCES: ReadonlySet<string> = new Set(['PCO_INSTANCE_UNREACHABLE', 'PCO_INSTANCE_TIMEOUT']);
/** The same of a chat server, which is asked through the management shell. */
const SERVER_SILENCES: ReadonlySet<string> = new Set([...SILENCES, 'PCO_COMPUTER_UNREACHABLE']);
/** Codes of a read that an instance did answer, though not with facts. */
const SIGNS_OF_LIFE: Readonly<Record<string, string>> = {
  PCO_LOGIN_FAILED: 'answers and refuses the login',
  PCO_CERTIFICATE_REFUSED: 'answers without TLS or with a certificate that is not trusted',
  PCO_SQL_ERROR: 'answers with an error',
  PCO_PERMISSION_DENIED: 'answers and denies a right to the login',
  PCO_UNEXPECTED_ANSWER: 'answers in a form that is not understood',
};

function instanceSigns(pool: DesiredPool, facts: PoolFacts, site: Site): Sign[] {
  return instancesOf(pool.topology)
    .filter((party) => party.site === site)
    .map(({ instance }) => {
      const observed = facts.instances[instance];
      if (observed?.kind === 'value') {
        return { source: instance, says: 'alive', detail: 'answers', forMs: observed.ageMs } as const;
      }
      const life = SIGNS_OF_LIFE[observed?.code ?? ''];
      if (life !== undefined)
        return { source: instance, says: 'alive', detail: life, forMs: observed?.silentForMs ?? 0 } as const;
      // Not asked, or asked in vain for a reason of our own: no silence of the instance, however long it lasts.
      const asked = SILENCES.has(observed?.code ?? '');
      return {
        source: instance,
        says: 'silent',
        detail: observed?.reason ?? 'not observed',
        forMs: asked ? (observed?.silentForMs ?? 0) : 0,
      } as const;
    });
}

/**
 * UpToDate alone is no sign of life: the store keeps it for a server that died with the replica it had. Only an answer of
 * the server itself counts.
 */
function chatServerSigns(pool: DesiredPool, facts: PoolFacts, site: Site): Sign[] {
  return pool.topology.sites[site].servers.map((server) => {
    const observed = facts.chatServers[server];
    const own = observed?.kind === 'value' ? observed.value : undefined;
    if (own !== undefined && (own.localPoolState !== 'unknown' || own.chatService !== 'unknown')) {
      return {
        source: server,
        says: 'alive',
        detail: 'answers through the management shell',
        forMs: 0,
      } as const;
    }
    // A shell that failed itself has asked nobody, however long that lasts.
    const asked = observed?.kind !== 'unknown' || SERVER_SILENCES.has(observed.code);
    const silentMs = observed?.kind === 'unknown' ? observed.silentForMs : Number.MAX_SAFE_INTEGER;
    return {
      source: server,
      says: 'silent',
      detail: 'not seen through the management shell',
      forMs: asked ? silentMs : 0,
    } as const;
  });
}

function medianOffsetMs(pool: DesiredPool, facts: PoolFacts, site: Site): number {
  const offsets = instancesOf(pool.topology)
    .filter((party) => party.site === site)
    .map(({ instance }) => facts.instances[instance])
    .filter((observed) => observed?.kind === 'value')
    .map((observed) => observed.value.clockOffsetMs)
    .sort((a, b) => a - b);
  return offsets[Math.floor(offsets.length / 2)] ?? 0;
}

const shippingOf = (pool: DesiredPool, instance: InstanceFacts): string | null | undefined =>
  instance.shippingSecondary[pool.topology.chatDatabase]?.lastCopiedAt;

/**
 * The share, or the copy folder of a share that the daemon does not reach: there the copy job may have run late, by our own step too,
 * so only the files themselves say when they were written.
 */
function listedFiles(pool: DesiredPool, facts: PoolFacts): FolderFacts | undefined {
  if (facts.share.kind === 'value') return facts.share.value;
  const closed = isClosed(facts, pool.topology.logShipping.share);
  return closed && facts.copyFolder.kind === 'value' ? facts.copyFolder.value : undefined;
}

interface HomeFile {
  readonly name: string;
  /** ms since 1970 by home's clock; null: nothing tells. */
  readonly finishedMs: number | null;
}

function writtenByHome(pool: DesiredPool, { files }: FolderFacts): readonly HomeFile[] {
  const { primary, mirror } = pool.topology.sites.home.chat;
  const writers = [primary, mirror].map((name) => name?.toLowerCase().split('.')[0]);
  return files.flatMap(({ name, header, modifiedAt }) => {
    if (header === 'unknown' || header.type !== 'log') return [];
    if (!writers.includes(header.serverName.toLowerCase().split('.')[0])) return [];
    const ends = [header.finishedAt, modifiedAt].flatMap((at) => (at === null ? [] : [Date.parse(at)]));
    return [{ name, finishedMs: ends.length === 0 ? null : Math.min(...ends) }];
  });
}

/**
 * Log backups finished within the silence: home writes them, so home lives. Instants are home's own; its clock is not known
 * now, so the other site's offset stands in and a tolerance is taken off. A copy made within the silence proves only
 * that the share answers; it is a sign where the daemon itself cannot read the share, or not when its files were written.
 */
function fileSigns(pool: DesiredPool, facts: PoolFacts, silentForMs: number): Sign[] {
  const nowThereMs = Date.parse(facts.observedAt) + medianOffsetMs(pool, facts, 'backup');
  const toleranceMs = Math.min(CLOCK_TOLERANCE_MS, pool.topology.logShipping.backupEveryMinutes * 20_000);
  const sinceMs = nowThereMs - silentForMs + toleranceMs;
  const listed = listedFiles(pool, facts);
  const files = listed === undefined ? [] : writtenByHome(pool, listed);
  const signs: Sign[] = files.flatMap(({ name, finishedMs }) =>
    listed === undefined || finishedMs === null || finishedMs <= sinceMs
      ? []
      : [
          {
            source: listed.path,
            says: 'alive',
            detail: `${name} was written within the silence`,
            forMs: nowThereMs - finishedMs,
          },
        ],
  );
  if (listed !== undefined && files.every(({ finishedMs }) => finishedMs !== null)) return signs;
  for (const observed of Object.values(facts.instances)) {
    const copiedAt = observed.kind === 'value' ? shippingOf(pool, observed.value) : undefined;
    if (copiedAt != null && Date.parse(copiedAt) > sinceMs) {
      signs.push({
        source: `copy job at ${observed.source}`,
        says: 'alive',
        detail: 'copied a file within the silence',
        forMs: nowThereMs - Date.parse(copiedAt),
      });
    }
  }
  return signs;
}

function attestation(
  facts: PoolFacts,
  site: Site,
  decisions: readonly Decision[],
  nowMs: number,
): Decision | undefined {
  return decisions.findLast(
    (decision) =>
      decision.pool === facts.pool &&
      decision.decision === 'attest-down' &&
      decision.site === site &&
      unexpired(decision, nowMs),
  );
}

const CHANGES: Readonly<Record<Verdict, string>> = {
  alive: 'The site answers.',
  partitioned: 'Restore the sight of the site from here; somebody else still sees it alive.',
  unclear:
    'It must be silent for longer, and every party of the other site and the management shell must answer; or attest it: pchat attest SITE --down.',
  silent: 'Any answer from the site.',
  proven: 'Any answer of the principal.',
  attested: 'Any sign of life voids the attestation.',
};

function verdictOf(
  pool: DesiredPool,
  facts: PoolFacts,
  signs: readonly Sign[],
  site: Site,
): Exclude<Verdict, 'attested' | 'proven'> {
  const instances = instanceSigns(pool, facts, site);
  if (instances.some((sign) => sign.says === 'alive')) return 'alive';
  if (signs.some((sign) => sign.says === 'alive')) return 'partitioned';
  const longEnough = signs.every((sign) => sign.forMs >= pool.policy.silentAfterMs);
  const survivors = instanceSigns(pool, facts, otherSite(site)).every((sign) => sign.says === 'alive');
  return longEnough && survivors && facts.poolState.kind === 'value' ? 'silent' : 'unclear';
}

function judgeSite(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Decision[],
  nowMs: number,
  site: Site,
): Evidence {
  const instances = instanceSigns(pool, facts, site);
  const quiet = instances.every((sign) => sign.says === 'silent');
  const silentForMs = Math.min(...instances.map((sign) => sign.forMs));
  const signs = [
    ...instances,
    ...chatServerSigns(pool, facts, site),
    ...(site === 'home' && quiet ? fileSigns(pool, facts, silentForMs) : []),
  ];
  const seen = verdictOf(pool, facts, signs, site);
  const attested = attestation(facts, site, decisions, nowMs);
  const person: Sign[] =
    attested === undefined
      ? []
      : [{ source: attested.by, says: 'down', detail: `attested: ${attested.reason}`, forMs: 0 }];
  const tooWeak = seen === 'unclear' || (seen === 'silent' && pool.policy.evidence === 'proven');
  const verdict = tooWeak && attested !== undefined ? 'attested' : seen;
  return { verdict, signs: [...signs, ...person], changes: CHANGES[verdict] };
}

export function judgeEvidence(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Decision[],
  nowMs: number,
): Readonly<Record<Site, Evidence>> {
  const [home, backup] = SITES.map((site) => judgeSite(pool, facts, decisions, nowMs, site));
  if (home === undefined || backup === undefined) throw new TypeError('a pool has two sites');
  return { home, backup };
}

/** Does the verdict reach the level that the policy names? */
export const isDown = (pool: DesiredPool, evidence: Evidence): boolean =>
  evidence.verdict === 'proven' ||
  evidence.verdict === 'attested' ||
  (evidence.verdict === 'silent' && pool.policy.evidence === 'silent');
