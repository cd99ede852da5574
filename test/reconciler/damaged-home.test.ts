/** A home copy whose files are damaged on an instance that lives: what is planned, for which edit, and what is said of the loss. */
import { expect, test } from 'vitest';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import type {
  BackupSetFacts,
  DatabaseFacts,
  InstanceFacts,
  PoolFacts,
} from '../../src/topology/pool-facts.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const PAR1 = 'sql-par-1.contoso.com';
/** What the instance of a copy that cannot be opened still tells. */
const HIDDEN: Partial<DatabaseFacts> = {
  state: 'SUSPECT',
  positionLsn: 'unknown',
  forkGuid: 'unknown',
  firstForkGuid: 'unknown',
  content: 'unknown',
  sessions: [],
  mirroring: null,
  lastRestore: null,
};
const plus = (lsn: string, bytes: bigint): string => (BigInt(lsn) + bytes).toString();

const set = (overrides: Partial<BackupSetFacts> = {}): BackupSetFacts => ({
  type: 'log',
  path: '\\\\fs01\\mgc-logs\\mgc_20261123115000.trn',
  firstLsn: world.LINE_LSN,
  lastLsn: world.LINE_LSN,
  checkpointLsn: null,
  startedAt: world.minutesAgo(10),
  finishedAt: world.minutesAgo(10),
  copyOnly: false,
  tail: false,
  familyGuid: world.FAMILY,
  firstForkGuid: world.FORK_1,
  lastForkGuid: world.FORK_1,
  ...overrides,
});

/** Home's primary answers, its mgc is as told, and its pair was never mirrored or has been parted. */
function damaged(mgc: Partial<DatabaseFacts> = HIDDEN, backups: InstanceFacts['backups'] = []): PoolFacts {
  const base = world.facts();
  const instances = Object.fromEntries(
    Object.entries(base.instances).map(([name, observed]) => {
      if (observed.kind !== 'value' || !name.startsWith('sql-par')) return [name, observed];
      const copy =
        name === PAR1
          ? world.databaseFacts(mgc)
          : world.databaseFacts({ ...HIDDEN, state: 'ABSENT', familyGuid: null });
      const value = {
        ...observed.value,
        databases: { ...observed.value.databases, mgc: copy },
        ...(name === PAR1 ? { backups } : {}),
      };
      return [name, { ...observed, value }];
    }),
  ) as PoolFacts['instances'];
  return { ...base, instances, comparison: world.notSeen('comparison') };
}

const decide = (facts: PoolFacts, primarySite: Site = 'backup'): PoolDecision =>
  decidePool(desiredPool({ primarySite }), facts, [], world.NOW_MS);
const firstOf = ({ plan }: PoolDecision): string =>
  plan.kind === 'steps' ? `${plan.steps[0]?.action ?? ''}:${plan.steps[0]?.target ?? ''}` : plan.kind;
const homeOf = ({ reduction }: PoolDecision): string => reduction.vector['home.mgc'];

test.each(['SUSPECT', 'RECOVERY_PENDING'] as const)(
  'of a copy that is %s the tail is taken first, where the edit chose backup',
  (state) => {
    const decided = decide(damaged({ ...HIDDEN, state }));
    expect([homeOf(decided), firstOf(decided)]).toEqual(['salvageable', 'tail-damaged:home']);
    expect(decided.ledger.lossMinutes).toBe(0);
  },
);

test('no tail is taken where home is to serve: a restart may heal its copy', () => {
  const decided = decide(damaged(), 'home');
  expect([homeOf(decided), firstOf(decided)]).toEqual(['broken', 'blocked']);
});

test('no tail is taken of a copy in EMERGENCY, which gives no log', () => {
  const decided = decide(damaged({ ...HIDDEN, state: 'EMERGENCY' }));
  expect([homeOf(decided), firstOf(decided)]).toEqual(['broken', 'blocked']);
});

test('no tail is taken that the backup copy could not go on with', () => {
  const missing = set({ lastLsn: plus(world.LINE_LSN, 90_000_000n) });
  expect(firstOf(decide(damaged(HIDDEN, [missing])))).toBe('blocked');
});

test('a copy that ended with the tail of its damaged files is usable for nothing, until it is restored', () => {
  const tail = set({ tail: true, copyOnly: true, path: 'x_damaged-tail_20261123115500_1.trn' });
  const closed: Partial<DatabaseFacts> = {
    ...HIDDEN,
    state: 'RESTORING',
    positionLsn: world.LINE_LSN,
    forkGuid: world.FORK_1,
    redoTargetLsn: null,
  };
  expect(homeOf(decide(damaged(closed, [tail]), 'home'))).toBe('cut');
  expect(firstOf(decide(damaged(closed, [tail]), 'home'))).not.toBe('recover:home');
  // Named so by hand, on a version that does not call it copy-only.
  expect(homeOf(decide(damaged(closed, [{ ...tail, copyOnly: false }]), 'home'))).toBe('cut');
  // The tail of an intact copy can be undone.
  expect(homeOf(decide(damaged(closed, [set({ tail: true })]), 'home'))).toBe('restoring');
});
