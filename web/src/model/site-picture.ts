/** One datacenter of the picture: the SQL pair, the session between them, the witness, the chat servers. Pure. */
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../../../src/topology/pool-facts.ts';
import type { Evidence } from '../../../src/topology/evidence.ts';
import type { Drift } from '../../../src/topology/drift.ts';
import type { Site } from '../../../src/topology/pool-topology.ts';
import { spanWords } from './age.ts';
import { servingOf } from './fleet-row.ts';
import { trafficOf, type Traffic } from './traffic.ts';
import { fact, partOf, shortName, UNKNOWN, type Part, type PartTone } from './part.ts';

export interface SitePicture {
  readonly site: Site;
  readonly datacenter: string;
  /** null: which servers are active is not seen. */
  readonly serves: boolean | null;
  readonly wanted: boolean;
  /** null: nobody tells. */
  readonly traffic: Traffic | null;
  /** null: not judged yet. */
  readonly evidence: Evidence | null;
  readonly instances: readonly Part[];
  /** null: no mirror is declared. */
  readonly mirroring: Part | null;
  readonly witness: Part | null;
  readonly servers: readonly Part[];
  readonly drift: readonly Drift[];
}

type Observed = PoolStatus & { readonly facts: PoolFacts };

function serves(pool: Observed, site: Site): boolean | null {
  const serving = servingOf(pool);
  return serving === 'unknown' ? null : serving === site;
}

export function sitePicture(pool: Observed, site: Site): SitePicture {
  const { primary, mirror, witness, servers } = pool.declared.sites[site];
  const pair = mirror === null ? [primary] : [primary, mirror];
  return {
    site,
    datacenter: pool.datacenters[site],
    serves: serves(pool, site),
    wanted: pool.primarySite === site,
    traffic: trafficOf(pool, site),
    evidence: pool.evidence?.[site] ?? null,
    instances: pair.map((name) => instancePart(pool, site, name)),
    mirroring: mirror === null ? null : mirroringPart(pool, site, pair),
    witness: witness === null ? null : witnessPart(pool, witness),
    servers: servers.map((name) => serverPart(pool, site, name)),
    drift: pool.drift.filter(({ path }) => path.startsWith(`${site}.`)),
  };
}

const chatOf = (pool: Observed, { databases }: InstanceFacts): DatabaseFacts | undefined =>
  databases[pool.declared.chatDatabase];

const mirroringOf = (database: DatabaseFacts | undefined) =>
  database === undefined || database.mirroring === UNKNOWN ? undefined : database.mirroring;

const BROKEN: ReadonlySet<string> = new Set(['SUSPECT', 'RECOVERY_PENDING', 'EMERGENCY']);

function instancePart(pool: Observed, site: Site, name: string): Part {
  return partOf(name, shortName(name), pool.facts.instances[name], (instance) => {
    const database = chatOf(pool, instance);
    const role = mirroringOf(database)?.role.toLowerCase();
    const state = database?.state ?? 'ABSENT';
    const [running] = instance.running;
    return {
      tone: running !== undefined && isLong(running.command) ? 'busy' : toneOf(pool, site, database),
      word: role === undefined ? state : `${role} · ${state}`,
      facts: [
        ...(running === undefined
          ? []
          : [fact('runs', `${running.command}, ${running.percentComplete.toFixed(0)} %`)]),
        ...databaseFacts(database),
        fact('SQL Agent runs', instance.agentRunning),
        fact('its clock', offsetWords(instance.clockOffsetMs)),
        fact('version', instance.version),
      ],
    };
  });
}

const NOT_WORTH_TELLING_MS = 1_000;
const offsetWords = (ms: number): string =>
  Math.abs(ms) < NOT_WORTH_TELLING_MS
    ? 'within 1 s of the daemon'
    : `${spanWords(Math.abs(ms))} ${ms < 0 ? 'behind' : 'ahead of'} the daemon`;

/** A log backup runs every few minutes and says nothing about the copy. */
const isLong = (command: string): boolean => command !== 'BACKUP LOG';

function toneOf(pool: Observed, site: Site, database: DatabaseFacts | undefined): PartTone {
  const state = database?.state ?? 'ABSENT';
  if (BROKEN.has(state)) return 'bad';
  if (state === 'RECOVERING') return 'busy';
  const serving = servingOf(pool);
  const role = mirroringOf(database)?.role;
  // The copy that serves; one that is open while the other serves is wrong, and where none serves it is open and no more.
  if (state === 'ONLINE' && serving === site) return 'good';
  if (state === 'ONLINE') return serving === 'home' || serving === 'backup' ? 'bad' : 'idle';
  // It could take over from it.
  if (role === 'MIRROR') return 'good';
  return state === 'OFFLINE' && serving === site ? 'bad' : 'idle';
}

function databaseFacts(database: DatabaseFacts | undefined) {
  if (database === undefined) return [fact('chat database', 'absent')];
  const { state, access, sessions, content, mirroring, lastRestore } = database;
  return [
    fact('chat database', state),
    fact('access', access),
    fact('chat sessions', sessions === UNKNOWN ? UNKNOWN : sessions.length),
    ...(content === UNKNOWN
      ? []
      : [fact('messages', content.messages), fact('newest message', content.newest?.at ?? 'none')]),
    ...(mirroring === null || mirroring === UNKNOWN
      ? []
      : [fact('mirroring', `${mirroring.state}, safety ${mirroring.safety}`)]),
    ...(lastRestore === null || lastRestore === UNKNOWN ? [] : [fact('last restore', lastRestore.at)]),
  ];
}

const SESSION_TONES: Readonly<Record<string, PartTone>> = {
  SYNCHRONIZED: 'good',
  SYNCHRONIZING: 'busy',
  PENDING_FAILOVER: 'busy',
};

/** As the principal tells it, for it is the one that writes; else as whoever answers. */
function mirroringPart(pool: Observed, site: Site, pair: readonly string[]): Part {
  const seen = pair.flatMap((name) => {
    const observed = pool.facts.instances[name];
    return observed?.kind === 'value' ? [{ observed, database: chatOf(pool, observed.value) }] : [];
  });
  const told =
    seen.find(({ database }) => mirroringOf(database)?.role === 'PRINCIPAL') ??
    seen.find(({ database }) => mirroringOf(database) != null) ??
    (seen.length === pair.length ? seen[0] : undefined);
  return partOf(`${site}-mirroring`, 'mirroring', told?.observed, () => {
    const session = told?.database?.mirroring ?? null;
    if (session === UNKNOWN) return { tone: 'unknown', word: 'hidden', facts: [fact('session', UNKNOWN)] };
    if (session === null) {
      const tone = servingOf(pool) === site ? 'bad' : 'idle';
      return { tone, word: 'none', facts: [fact('session', 'none')] };
    }
    return {
      tone: SESSION_TONES[session.state] ?? 'bad',
      word: session.state.toLowerCase().replaceAll('_', ' '),
      facts: [
        fact('safety', session.safety),
        fact('partner', session.partnerInstance),
        fact('witness', session.witnessState ?? 'none'),
        fact('role changes', session.roleSequence),
      ],
    };
  });
}

function witnessPart(pool: Observed, name: string): Part {
  return partOf(name, shortName(name), pool.facts.instances[name], ({ witnessOf }) => {
    const row = witnessOf.find(({ database }) => database === pool.declared.chatDatabase);
    return row === undefined
      ? { tone: 'idle', word: 'watches nothing', facts: [fact('watches', 'nothing')] }
      : {
          tone: 'good',
          word: 'watches',
          facts: [
            fact('principal', row.principal),
            fact('mirror', row.mirror),
            fact('partners', row.partnerSync),
          ],
        };
  });
}

function serverPart(pool: Observed, site: Site, name: string): Part {
  const state = pool.facts.poolState;
  const active = state.kind === 'value' ? state.value.activeServers.includes(name) : undefined;
  const role = active === undefined ? 'role not seen' : active ? 'active' : 'standby';
  return partOf(name, shortName(name), pool.facts.chatServers[name], (server) => ({
    tone: serverTone(active, server.chatService),
    word: server.chatService === 'Stopped' ? `${role} · stopped` : role,
    facts: [
      fact('chat service', server.chatService),
      fact('pool state there', server.localPoolState),
      fact('replica up to date', server.replicaUpToDate),
      fact('sessions', sessionsOf(pool, site, name)),
      fact('role told by', state.source),
    ],
  }));
}

function serverTone(active: boolean | undefined, service: 'Running' | 'Stopped' | 'unknown'): PartTone {
  if (active === undefined || service === UNKNOWN) return 'unknown';
  if (!active) return 'idle';
  return service === 'Running' ? 'good' : 'bad';
}

/** A session names the computer that it comes from. */
function sessionsOf(pool: Observed, site: Site, server: string): number | undefined {
  const { primary, mirror } = pool.declared.sites[site];
  const lists = [primary, mirror].flatMap((name) => {
    const observed = pool.facts.instances[name ?? ''];
    const sessions = observed?.kind === 'value' ? chatOf(pool, observed.value)?.sessions : undefined;
    return sessions === undefined || sessions === UNKNOWN ? [] : [sessions];
  });
  const computer = shortName(server).toUpperCase();
  return lists.length === 0
    ? undefined
    : lists.flat().filter(({ host }) => host?.toUpperCase() === computer).length;
}
