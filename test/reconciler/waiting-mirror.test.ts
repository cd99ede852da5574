/** A mirror that waits for a principal that nobody sees: what is concluded of it, and on whose word. */
import { expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { standingDecisions } from '../../src/daemon/decisions.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import { copyOf } from '../../src/reconciler/site-copy.ts';
import type { MirroringFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const PAR1 = 'sql-par-1.contoso.com';
const PAR2 = 'sql-par-2.contoso.com';
const SILENCE_MS = 600_000;

const ATTESTED: Decision = {
  decision: 'attest-down',
  site: 'home',
  instance: PAR1,
  pool: 'chat',
  by: 'ann',
  reason: 'fire',
  expiresAt: '2026-11-23T13:00:00Z',
};

/** Home's principal is silent; this is what its mirror shows, and what the daemon remembers. */
function waiting(
  session: Partial<MirroringFacts> = {},
  lastSeen?: PoolFacts['lastSeen'],
  principal = world.notSeen<never>(PAR1, SILENCE_MS),
): PoolFacts {
  const base = world.facts();
  const mirror = base.instances[PAR2];
  if (mirror?.kind !== 'value') throw new Error('the mirror is not seen');
  const mgc = world.restoringDatabase({
    mirroring: world.mirroring('par', {
      role: 'MIRROR',
      state: 'DISCONNECTED',
      partnerAddress: `TCP://${PAR1}:5022`,
      ...session,
    }),
  });
  const value = { ...mirror.value, databases: { ...mirror.value.databases, mgc } };
  return {
    ...base,
    instances: { ...base.instances, [PAR1]: principal, [PAR2]: { ...mirror, value } },
    comparison: world.notSeen('comparison'),
    ...(lastSeen === undefined ? {} : { lastSeen }),
  };
}

const decide = (facts: PoolFacts, decisions: readonly Decision[] = [ATTESTED]): PoolDecision =>
  decidePool(desiredPool({ policy: { evidence: 'silent' } }), facts, decisions, world.NOW_MS);
const mgcOf = ({ reduction }: PoolDecision): string => reduction.vector['home.mgc'];
const stepsOf = ({ plan }: PoolDecision): readonly string[] =>
  plan.kind === 'steps' ? plan.steps.map(({ action, target }) => `${action}:${target}`) : [plan.kind];

test('silence of its principal alone promotes no mirror, however long it lasts and whatever policy says of sites', () => {
  const decided = decide(waiting(), []);
  expect([mgcOf(decided), stepsOf(decided)]).toEqual(['waiting', ['blocked']]);
  const ways = decided.plan.kind === 'blocked' ? decided.plan.obstacles.map(({ wayOut }) => wayOut) : [];
  expect(ways[0]).toContain(`pchat attest paris --down --instance ${PAR1}`);
});

test('on a person’s word about the principal the mirror is promoted, and nothing else is planned before it serves', () => {
  const decided = decide(waiting());
  expect([mgcOf(decided), stepsOf(decided)]).toEqual(['promotable', ['promote-mirror:home']]);
});

test.each<[string, PoolFacts, Decision]>([
  ['is about another instance', waiting(), { ...ATTESTED, instance: PAR2 }],
  ['is about the site', waiting(), { ...ATTESTED, instance: undefined }],
  ['has expired', waiting(), { ...ATTESTED, expiresAt: '2026-11-23T11:59:59Z' }],
  [
    'is contradicted by the principal, which refuses the login',
    waiting({}, undefined, world.notSeen(PAR1, SILENCE_MS, 'PCO_LOGIN_FAILED')),
    ATTESTED,
  ],
  ['is contradicted by the mirror, whose session is connected', waiting({ state: 'SUSPENDED' }), ATTESTED],
])('a word that %s promotes nothing', (_what, facts, decision) => {
  expect(stepsOf(decide(facts, [decision]))).toEqual(['blocked']);
});

test.each<[string, Partial<MirroringFacts>]>([
  ['does not reach its witness', { witnessState: 'DISCONNECTED' }],
  ['does not say how far its log goes', { failoverLsn: null }],
  ['ends before the backup copy does', { failoverLsn: '34000000009000001' }],
])('a mirror that %s is not promoted', (_what, session) => {
  const decided = decide(waiting(session));
  expect([mgcOf(decided), stepsOf(decided)]).toEqual(['waiting', ['blocked']]);
});

test('a mirror is not promoted while backup may be written too', () => {
  const away = world.failedOver();
  const facts = { ...waiting(), instances: { ...away.instances, ...waiting().instances } };
  const lyon = Object.fromEntries(Object.entries(away.instances).filter(([name]) => name.includes('lyo')));
  const decided = decide({ ...facts, instances: { ...facts.instances, ...lyon } });
  expect(decided.reduction.vector['backup.cannotWrite']).toBe('no');
  expect(stepsOf(decided)).not.toContain('promote-mirror:home');
});

const at = (minutes: number): string => world.minutesAgo(minutes);

test.each<[string, PoolFacts['lastSeen'], number]>([
  [
    'nothing where the session was synchronized when its principal answered last',
    { share: null, clocks: { [PAR1]: at(10) }, synchronized: { [PAR1]: at(10) } },
    0,
  ],
  [
    'what came after the session was last seen synchronized',
    { share: null, clocks: { [PAR1]: at(10) }, synchronized: { [PAR1]: at(14) } },
    4,
  ],
  [
    'what came after the newest log backup that the mirror holds whole',
    { share: null, clocks: { [PAR1]: at(10) } },
    5,
  ],
])('the ledger of a promotion names %s', (_what, lastSeen, minutes) => {
  const { ledger } = decide(waiting({}, lastSeen));
  expect(ledger.lossMinutes).toBeCloseTo(minutes, 1);
});

test('of two that call themselves principal, the one with more role changes is the copy of the site', () => {
  const base = world.facts();
  const both = { ...base.instances };
  for (const [name, roleSequence] of [
    [PAR1, 1],
    [PAR2, 2],
  ] as const) {
    const seen = both[name];
    if (seen?.kind !== 'value') throw new Error(`${name} is not seen`);
    const mgc = world.databaseFacts({ mirroring: world.mirroring('par', { roleSequence }) });
    both[name] = { ...seen, value: { ...seen.value, databases: { ...seen.value.databases, mgc } } };
  }
  const { topology } = desiredPool({});
  const copy = copyOf(topology, { ...base, instances: both }, 'home');
  expect(copy.kind === 'seen' && copy.copy.instance).toBe(PAR2);
});

test('a word about an instance ends with its own sign of life, not with that of its partner', () => {
  const base = { v: 1, epoch: 1, at: world.NOW } as const;
  const said = { ...base, seq: 1, kind: 'decision', ...ATTESTED } as JournalRecord;
  const life = (...living: readonly string[]): JournalRecord => ({
    ...base,
    seq: 2,
    kind: 'evidence',
    pool: 'chat',
    site: 'home',
    verdict: 'degraded',
    living,
    signs: [],
  });
  expect(standingDecisions([said, life(PAR2)], 'chat')).toHaveLength(1);
  expect(standingDecisions([said, life(PAR1, PAR2)], 'chat')).toHaveLength(0);
});
