/** Whatever is seen: life never makes a site more dead, nor does looking away, and a silence counts only in full. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { isDown, judgeEvidence } from '../../src/reconciler/judge-evidence.ts';
import { isSignOfLife, type Evidence } from '../../src/topology/evidence.ts';
import type { Observed } from '../../src/topology/known.ts';
import type { ChatServerFacts, FolderFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { instancesOf, type DesiredPool, type EvidenceLevel } from '../../src/topology/pool-topology.ts';
import { WHOLE } from '../support/budget.ts';
import { desiredPool } from '../support/desired-pool.ts';
import {
  askedOnce,
  mgcAt,
  PAR_1,
  PAR_2,
  PAR_W,
  partnerAt,
  TAKEN_OVER,
  VOTES_FOR_PARTNER,
} from '../support/evidence-situations.ts';
import * as world from '../support/facts.ts';

const RUNS = { numRuns: WHOLE ? 20_000 : 400 };
const SHARE = '\\\\fs01\\mgc-logs';
const { topology } = desiredPool();
const HOME = instancesOf(topology).flatMap(({ site, instance }) => (site === 'home' ? [instance] : []));
const BACKUP = instancesOf(topology).flatMap(({ site, instance }) => (site === 'backup' ? [instance] : []));
const SERVERS = topology.sites.home.servers;

/** Silences weigh more: down must be met often enough to say something. */
const silence = (source: string): fc.Arbitrary<Observed<never>> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(world.notSeen<never>(source)) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 0, max: 60_000 }).map((ms) => world.notSeen<never>(source, ms)),
    },
    { weight: 1, arbitrary: fc.constant(askedOnce(source)) },
    { weight: 1, arbitrary: fc.constant(world.notSeen<never>(source, 600_000, 'PCO_INTERNAL')) },
  );
const often = <T>(most: fc.Arbitrary<T>, rare: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 12, arbitrary: most },
    ...rare.map((one) => ({ weight: 1, arbitrary: fc.constant(one) })),
  );

const healthy = world.facts();
const lifeOf = (name: string): PoolFacts['instances'][string] =>
  healthy.instances[name] ?? world.seen(world.instanceFacts(name), name);
const refused = (name: string): Observed<never> => world.notSeen<never>(name, 600_000, 'PCO_LOGIN_FAILED');

// prettier-ignore
const RARE: Readonly<Record<string, readonly PoolFacts['instances'][string][]>> = {
  [PAR_1]: [lifeOf(PAR_1), refused(PAR_1), mgcAt(PAR_1, world.databaseFacts({ state: 'SUSPECT', content: 'unknown' }))],
  [PAR_2]: [partnerAt({}), partnerAt({ state: 'DISCONNECTED' }), partnerAt(TAKEN_OVER, 'ONLINE')],
  [PAR_W]: [lifeOf(PAR_W), VOTES_FOR_PARTNER],
};

const listing = (minutesAgo: number): FolderFacts => ({
  path: SHARE,
  files: [world.logFile(1, minutesAgo)],
  unfinished: [],
});
const lifeOfServer: Observed<ChatServerFacts> = world.seen(world.chatServer(), 'shell');

const worlds: fc.Arbitrary<PoolFacts> = fc
  .record({
    home: fc.tuple(...HOME.map((name) => often(silence(name), RARE[name] ?? []))),
    backup: fc.tuple(
      ...BACKUP.map((name) =>
        often<PoolFacts['instances'][string]>(fc.constant(lifeOf(name)), [world.notSeen(name)]),
      ),
    ),
    servers: fc.tuple(
      ...SERVERS.map(() => often<Observed<ChatServerFacts>>(silence('shell'), [lifeOfServer])),
    ),
    minutesAgo: fc.constantFrom(1, 30, 75),
    shell: often(fc.constant(healthy.poolState), [world.notSeen<never>('shell')]),
  })
  .map(({ home, backup, servers, minutesAgo, shell }) => ({
    ...healthy,
    instances: Object.fromEntries([
      ...HOME.map((name, index) => [name, home[index] ?? lifeOf(name)] as const),
      ...BACKUP.map((name, index) => [name, backup[index] ?? lifeOf(name)] as const),
    ]),
    chatServers: {
      ...healthy.chatServers,
      ...Object.fromEntries(SERVERS.map((name, index) => [name, servers[index] ?? lifeOfServer])),
    },
    share: world.seen(listing(minutesAgo), SHARE),
    poolState: shell,
  }));

const attestation: Decision = {
  decision: 'attest-down',
  site: 'home',
  pool: 'chat',
  by: 'ann',
  reason: 'fire',
  expiresAt: null,
};
const policies = fc
  .constantFrom<EvidenceLevel>('silent', 'proven')
  .map((evidence) => desiredPool({ policy: { evidence } }));
const people = fc.constantFrom<readonly Decision[]>([], [attestation]);

const homeOf = (pool: DesiredPool, facts: PoolFacts, decisions: readonly Decision[]): Evidence =>
  judgeEvidence(pool, facts, decisions, world.NOW_MS).home;

/** Every way in which something of home could show life. */
function livelier(facts: PoolFacts): PoolFacts[] {
  const instances = HOME.flatMap((name) =>
    [lifeOf(name), refused(name)].map((life) => ({
      ...facts,
      instances: { ...facts.instances, [name]: life },
    })),
  );
  const servers = SERVERS.map((name) => ({
    ...facts,
    chatServers: { ...facts.chatServers, [name]: lifeOfServer },
  }));
  return [...instances, ...servers, { ...facts, share: world.seen(listing(1), SHARE) }];
}

/** A file that may be older than the silence is no sign. */
const mayBeOlder = (pool: DesiredPool, facts: PoolFacts): boolean =>
  homeOf(pool, facts, []).silentForMs < 300_000;

test('a sign of life of home leaves nothing of it down', () => {
  const property = fc.property(worlds, policies, people, (facts, pool, decisions) =>
    livelier(facts).every((more) => {
      const { verdict, level } = homeOf(pool, more, decisions);
      const told = more.share === facts.share || !mayBeOlder(pool, more);
      return !told || (verdict !== 'down' && level === null);
    }),
  );
  fc.assert(property, RUNS);
});

/** Looked away from just now: what a source said before is gone, but for the listing that the daemon keeps. */
function blinder(facts: PoolFacts, forMs: number): PoolFacts[] {
  const unseen = (source: string): Observed<never> => world.notSeen<never>(source, forMs);
  const instances = Object.keys(facts.instances).map((name) => ({
    ...facts,
    instances: { ...facts.instances, [name]: unseen(name) },
  }));
  const servers = Object.keys(facts.chatServers).map((name) => ({
    ...facts,
    chatServers: { ...facts.chatServers, [name]: unseen(name) },
  }));
  const share = facts.share.kind === 'value' ? { folder: facts.share.value, at: world.NOW } : null;
  return [
    ...instances,
    ...servers,
    { ...facts, share: unseen(SHARE), lastSeen: { clocks: {}, share } },
    { ...facts, poolState: unseen('shell') },
    { ...facts, copyFolder: unseen('copy') },
    { ...facts, instances: {} },
    { ...facts, chatServers: {} },
  ];
}

const provenCopies = ({ copies }: Evidence): string[] =>
  copies.filter(({ level }) => level === 'proven').map(({ instance }) => instance);

test('looking away from anything makes home no more down than it was', () => {
  const shortly = fc.integer({ min: 0, max: 29_999 });
  const property = fc.property(worlds, policies, people, shortly, (facts, pool, decisions, forMs) => {
    const before = homeOf(pool, facts, decisions);
    // The journal drops an attestation for good with the first sign of life.
    const standing = isSignOfLife(before.verdict) ? [] : decisions;
    return blinder(facts, forMs).every((less) => {
      const after = homeOf(pool, less, standing);
      const silent = after.level !== 'silent' || before.verdict === 'down';
      const down = !isDown(pool, after) || standing.length > 0 || isDown(pool, before);
      return silent && down && provenCopies(after).every((one) => provenCopies(before).includes(one));
    });
  });
  fc.assert(property, RUNS);
});

test('silence is concluded only where every party of home was asked anew for as long as the policy asks', () => {
  let concluded = 0;
  const property = fc.property(worlds, policies, (facts, pool) => {
    if (homeOf(pool, facts, []).level !== 'silent') return;
    concluded += 1;
    const asked = [
      ...HOME.map((name) => facts.instances[name]),
      ...SERVERS.map((name) => facts.chatServers[name]),
    ];
    const anew = asked.every(
      (one) =>
        one?.kind === 'unknown' &&
        one.code === 'PCO_INSTANCE_TIMEOUT' &&
        one.askedOnce !== true &&
        one.silentForMs >= pool.policy.silentAfterMs,
    );
    expect(anew && BACKUP.every((name) => facts.instances[name]?.kind === 'value')).toBe(true);
  });
  fc.assert(property, RUNS);
  expect(concluded).toBeGreaterThan(0);
});
