/**
 * Does a site's copy live? A verdict per site from signs with source and age: evidence/*. Of a whole site `proven` is never
 * concluded: partners that are cut from each other and both still see the witness look the same as a lost principal in every
 * documented column, and there the principal serves on, exposed. Under that policy a person attests (docs/adr/0024).
 */
import type { Decision } from '../ports/journal.ts';
import type { Evidence, Sign } from '../topology/evidence.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';
import { copyEvidence } from './evidence/copy-evidence.ts';
import { fileSigns } from './evidence/file-signs.ts';
import { heartbeatSigns } from './evidence/heartbeat-signs.ts';
import { mirroringSigns } from './evidence/partner-views.ts';
import { chatServerSigns, instanceSigns } from './evidence/party-signs.ts';
import { waitingMirror } from './evidence/waiting-mirror.ts';
import { changesOf, siteVerdict, type SiteVerdict } from './evidence/site-verdict.ts';

/** A journalled decision has its instant. */
type Said = Decision & { readonly at?: string };

export const unexpired = (decision: Decision, nowMs: number): boolean =>
  decision.expiresAt === null || Date.parse(decision.expiresAt) > nowMs;

/** @param instance undefined: of the site's copy */
function attestationOf(
  facts: PoolFacts,
  site: Site,
  decisions: readonly Said[],
  nowMs: number,
  instance?: string,
): Said | undefined {
  return decisions.findLast(
    (decision) =>
      decision.pool === facts.pool &&
      decision.decision === 'attest-down' &&
      decision.site === site &&
      decision.instance === instance &&
      unexpired(decision, nowMs),
  );
}

function personSign({ by, reason, expiresAt, at }: Said, about: string, nowMs: number): Sign {
  const until = expiresAt === null ? '' : `; until ${expiresAt}`;
  const forMs = at === undefined ? 0 : Math.max(0, nowMs - Date.parse(at));
  return {
    source: by,
    about,
    says: 'down',
    detail: `attested: ${reason}${until}`,
    forMs,
    way: 'person',
  };
}

/** A person's word counts where the signs alone do not suffice for the policy, and nothing speaks for life. */
function withAttestation(pool: DesiredPool, seen: SiteVerdict, attested: Said | undefined): SiteVerdict {
  const tooWeak =
    seen.verdict === 'unknown' || (seen.level === 'silent' && pool.policy.evidence === 'proven');
  return tooWeak && attested !== undefined ? { verdict: 'down', level: 'attested', lacks: [] } : seen;
}

function judgeSite(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Said[],
  nowMs: number,
  site: Site,
): Evidence {
  const instances = instanceSigns(pool, facts, site);
  const quiet = instances.every((sign) => sign.says === 'silent');
  const silentForMs = quiet ? Math.min(...instances.map((sign) => sign.forMs)) : 0;
  const lost = quiet ? undefined : waitingMirror(pool, facts, site)?.principal;
  const principal = instances.find(({ about }) => about === lost);
  const signs = [
    ...instances,
    ...chatServerSigns(pool, facts, site),
    ...mirroringSigns(pool, facts, site),
    ...(quiet ? heartbeatSigns(pool, facts, site, silentForMs) : []),
    ...(site === 'home' && quiet ? fileSigns(pool, facts, silentForMs) : []),
    // A mirror writes no log backups: one that is written now is the work of the principal that nobody sees.
    ...(site === 'home' && principal !== undefined ? fileSigns(pool, facts, principal.forMs) : []),
  ];
  const attested = attestationOf(facts, site, decisions, nowMs);
  const ofPrincipal = lost === undefined ? undefined : attestationOf(facts, site, decisions, nowMs, lost);
  const said = [[attested, site] as const, [ofPrincipal, lost ?? site] as const];
  const person = said.flatMap(([one, about]) => (one === undefined ? [] : [personSign(one, about, nowMs)]));
  const judged = withAttestation(pool, siteVerdict(pool, facts, signs, site), attested);
  const { verdict, level } = judged;
  return {
    verdict,
    level,
    signs: [...signs, ...person],
    copies: copyEvidence(pool, facts, site, signs, level, ofPrincipal !== undefined),
    silentForMs,
    changes: changesOf(judged),
  };
}

export function judgeEvidence(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Said[],
  nowMs: number,
): Readonly<Record<Site, Evidence>> {
  const [home, backup] = SITES.map((site) => judgeSite(pool, facts, decisions, nowMs, site));
  if (home === undefined || backup === undefined) throw new TypeError('a pool has two sites');
  return { home, backup };
}

/** Does the verdict reach the level that the policy names? */
export const isDown = (pool: DesiredPool, { level }: Evidence): boolean =>
  level === 'proven' || level === 'attested' || (level === 'silent' && pool.policy.evidence === 'silent');
