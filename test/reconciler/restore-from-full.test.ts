/** A backup copy that is usable for nothing: when the full backup on the share is restored over it, and when it is left alone. */
import { expect, test } from 'vitest';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import type { BackupFile, DatabaseFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const GONE: Partial<DatabaseFacts> = {
  state: 'ABSENT',
  familyGuid: null,
  positionLsn: null,
  forkGuid: null,
  firstForkGuid: null,
  content: 'unknown',
  sessions: [],
  mirroring: null,
  lastRestore: null,
};
const CUT: Partial<DatabaseFacts> = { ...GONE, state: 'RESTORING' };
const plus = (bytes: bigint): string => (BigInt(world.LINE_LSN) + bytes).toString();

const file = (name: string, lastLsn: string, minutesAgo: number): BackupFile => ({
  name,
  sizeBytes: 1,
  modifiedAt: null,
  headerProblem: null,
  header: world.backupHeader({
    type: name.endsWith('.bak') ? 'full' : 'log',
    firstLsn: world.LINE_LSN,
    lastLsn,
    startedAt: world.minutesAgo(minutesAgo),
    finishedAt: world.minutesAgo(minutesAgo),
  }),
});
const FULL = file('mgc_seed.bak', world.LINE_LSN, 30);
const LOG = file('mgc_1.trn', plus(1_000_000n), 10);

/** Home answers and its mgc is as told; of the backup pair only the primary holds one. */
function lost(
  home: Partial<DatabaseFacts>,
  backup: Partial<DatabaseFacts>,
  share: readonly BackupFile[],
): PoolFacts {
  const base = world.facts();
  const instances = Object.fromEntries(
    Object.entries(base.instances).map(([name, observed]) => {
      if (observed.kind !== 'value') return [name, observed];
      const own = name.startsWith('sql-par-1') ? home : name.startsWith('sql-lyo-1') ? backup : GONE;
      const databases = { ...observed.value.databases, mgc: world.databaseFacts(own) };
      return [name, { ...observed, value: { ...observed.value, databases, backups: [] } }];
    }),
  ) as PoolFacts['instances'];
  const folder = (files: readonly BackupFile[]) =>
    world.seen({ path: 'x', files: [...files], unfinished: [] }, 'share listing');
  return {
    ...base,
    instances,
    share: folder(share),
    copyFolder: folder([]),
    comparison: world.notSeen('comparison'),
  };
}

const decide = (facts: PoolFacts): PoolDecision =>
  decidePool(desiredPool({ primarySite: 'backup' }), facts, [], world.NOW_MS);
const stepsOf = ({ plan }: PoolDecision): readonly string[] =>
  plan.kind === 'steps' ? plan.steps.map(({ action }) => action) : [plan.kind];
const STEP = 'restore-backup-from-full';

test.each([
  ['cut off', CUT],
  ['absent', GONE],
] as const)(
  'a copy that is %s comes back from the full backup, and its log goes on from there',
  (_, copy) => {
    const decided = decide(lost(GONE, copy, [FULL, LOG]));
    const steps = stepsOf(decided);
    expect(steps).toEqual(
      expect.arrayContaining([STEP, 'copy-log-backups', 'apply-log-backups', 'recover-backup']),
    );
    expect(steps.indexOf(STEP)).toBeLessThan(steps.indexOf('apply-log-backups'));
  },
);

test('the ledger counts from what the full backup and its log reach', () => {
  const alone = decide(lost(GONE, CUT, [FULL])).ledger;
  const withLog = decide(lost(GONE, CUT, [FULL, LOG])).ledger;
  expect([alone.lossMinutes, withLog.lossMinutes]).toEqual([30, 10]);
  expect(withLog.lines.filter(({ kind }) => kind === 'salvageable').map((line) => line.file)).toEqual([
    FULL.name,
    LOG.name,
  ]);
});

test('nothing is restored over a copy that can be rolled forward, nor where home can serve', () => {
  expect(stepsOf(decide(lost(GONE, {}, [FULL, LOG])))).not.toContain(STEP);
  expect(stepsOf(decide(lost({}, CUT, [FULL, LOG])))).not.toContain(STEP);
});

test('without a full backup, or while nobody has read what may be one, the pool is blocked', () => {
  expect(stepsOf(decide(lost(GONE, CUT, [LOG])))).toEqual(['blocked']);
  const unread: BackupFile = { ...FULL, header: 'unknown' };
  expect(stepsOf(decide(lost(GONE, CUT, [FULL, unread])))).toEqual(['blocked']);
});

test('a copy that served until it was gone is left to people', () => {
  const facts = lost(GONE, GONE, [FULL, LOG]);
  if (facts.poolState.kind !== 'value') throw new Error('the pool state is told');
  const poolState = {
    ...facts.poolState,
    value: { ...facts.poolState.value, poolState: 'FailedOver' as const },
  };
  expect(stepsOf(decide({ ...facts, poolState }))).not.toContain(STEP);
});
