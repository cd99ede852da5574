/** A closed or missing copy beside a partner that does not answer: the partner may have become the principal, and serve. */
import { expect, test } from 'vitest';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import type { DatabaseFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const PAR1 = 'sql-par-1.contoso.com';
const PAR2 = 'sql-par-2.contoso.com';
const LYO1 = 'sql-lyo-1.contoso.com';
const LYO2 = 'sql-lyo-2.contoso.com';
const BLINK_MS = 1_000;

const decide = (facts: PoolFacts, options: DesiredPoolOptions): PoolDecision =>
  decidePool(desiredPool(options), facts, [], world.NOW_MS);

function withFirst(
  base: PoolFacts,
  first: string,
  partner: string,
  database: DatabaseFacts | undefined,
): PoolFacts {
  const instance = base.instances[first];
  if (instance?.kind !== 'value') throw new Error(`${first} is not seen`);
  const others = Object.entries(instance.value.databases).filter(([name]) => name !== 'mgc');
  const databases = Object.fromEntries(database === undefined ? others : [...others, ['mgc', database]]);
  const value = { ...instance.value, databases };
  return {
    ...base,
    instances: {
      ...base.instances,
      [first]: { ...instance, value },
      [partner]: world.notSeen(partner, BLINK_MS),
    },
  };
}

test.each([
  ['is gone', undefined],
  [
    'was seeded by its partner and is mirrored no more',
    world.restoringDatabase({
      lastRestore: {
        type: 'L',
        at: world.minutesAgo(90),
        firstLsn: '1',
        lastLsn: world.LINE_LSN,
        familyGuid: world.FAMILY,
        forkGuid: world.FORK_1,
        backupStartedAt: world.minutesAgo(91),
        backupFinishedAt: world.minutesAgo(91),
        backupTimeZoneMinutes: 60,
        backupServer: 'SQL-PAR-2',
      },
    }),
  ],
  ['is closed', world.databaseFacts({ state: 'OFFLINE', content: 'unknown' })],
] as const)(
  'home, whose first copy %s, may still be written by a partner that is not seen',
  (_how, database) => {
    const { plan, reduction } = decide(withFirst(world.facts(), PAR1, PAR2, database), {
      primarySite: 'backup',
    });
    expect([reduction.vector['home.mgc'], reduction.vector['home.cannotWrite']]).toEqual([
      'unknown',
      'unknown',
    ]);
    expect(plan.kind).toBe('blocked');
    const ways = plan.kind === 'blocked' ? plan.obstacles.map(({ wayOut }) => wayOut) : [];
    expect(ways.join()).toContain(PAR2);
  },
);

test('the backup copy, gone from its first instance, may still be written by a partner that is not seen', () => {
  const facts = withFirst(world.failedOver(), LYO1, LYO2, undefined);
  const { plan, reduction } = decide(
    { ...facts, instances: { ...facts.instances, ...world.parisAsItWas() } },
    {},
  );
  expect(reduction.vector['backup.cannotWrite']).toBe('unknown');
  expect('steps' in plan && plan.kind === 'steps' ? plan.steps : []).toEqual([]);
});

test('a backup copy that follows home stands for its site, although its future partner does not answer', () => {
  const lost = world.homeLost();
  const facts = { ...lost, instances: { ...lost.instances, [LYO2]: world.notSeen<never>(LYO2) } };
  const { reduction } = decide(facts, { primarySite: 'backup' });
  expect(reduction.vector['backup.mgc']).toBe('restoring');
});

test('mirroring is not ended while the partner is out of sight: that one could come back writable, on the same branch', () => {
  const base = world.facts();
  const facts = { ...base, instances: { ...base.instances, [PAR2]: world.notSeen<never>(PAR2, BLINK_MS) } };
  const { plan } = decide(facts, { primarySite: 'backup' });
  expect(plan.kind).toBe('blocked');
  const ways =
    plan.kind === 'blocked' ? plan.obstacles.map(({ variable, wayOut }) => [variable, wayOut]) : [];
  expect(ways).toContainEqual([
    'home.partner',
    expect.stringMatching(/^restore the sight of .*sql-par-2.*SET PARTNER OFF/),
  ]);
});
