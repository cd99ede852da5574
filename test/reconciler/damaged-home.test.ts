/** A home copy whose files are damaged on an instance that lives: what is planned, for which edit, and what is said of the loss. */
import { expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { needCode } from '../../src/reconciler/why/need-guards.ts';
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

const decide = (facts: PoolFacts, primarySite: Site = 'backup', kept?: Site): PoolDecision => {
  const pool = desiredPool({ primarySite });
  const by = { by: 'ann', reason: 'its disks are gone', expiresAt: null };
  const keep = (site: Site): Decision => ({
    ...by,
    decision: 'keep',
    pool: 'chat',
    generation: pool.generation,
    site,
  });
  return decidePool(pool, facts, kept === undefined ? [] : [keep(kept)], world.NOW_MS);
};
const stepsOf = ({ plan }: PoolDecision): readonly string[] =>
  plan.kind === 'steps' ? plan.steps.map(({ action, target }) => `${action}:${target}`) : [plan.kind];
const ways = ({ plan }: PoolDecision): readonly string[] =>
  plan.kind === 'blocked' ? plan.obstacles.map(({ wayOut }) => wayOut) : [];
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

test('a person may give up what a damaged copy holds: it is fenced without a tail, and the ledger names the stretch', () => {
  const facts = damaged();
  const since = { share: null, clocks: {}, unusableSince: { [PAR1]: world.minutesAgo(3) } };
  const decided = decide({ ...facts, lastSeen: since }, 'backup', 'backup');
  expect(stepsOf(decided)).toContain('fence:home');
  expect(stepsOf(decided)).not.toContain('tail-damaged:home');
  const [line] = decided.ledger.lines.filter(({ kind }) => kind === 'at-risk');
  expect(line?.to).toBe(world.minutesAgo(3));
  expect(line?.minutes).toBeGreaterThan(0);
  expect(decided.ledger.lossMinutes).toBe(line?.minutes);
});

test('nobody is moved away from an open copy by a word about a damaged one, nor to the damaged one', () => {
  expect(stepsOf(decide(world.facts(), 'home', 'backup'))).toEqual(stepsOf(decide(world.facts(), 'home')));
  expect(stepsOf(decide(damaged(), 'home', 'home'))).toEqual(['blocked']);
});

test('until the instant at which it was first seen closed is not known, a damaged copy counts as written until now', () => {
  const { ledger } = decide(damaged(), 'backup', 'backup');
  expect(ledger.lines.find(({ kind }) => kind === 'at-risk')?.to).toBe(world.NOW);
});

test('with home chosen a damaged copy is to be mended, or the other site to be named', () => {
  expect(ways(decide(damaged(), 'home')).join()).toContain('mend mgc at paris by hand');
  expect(ways(decide(damaged(), 'home')).join()).toContain('name lyon as primaryDatacenter');
});

test('where no tail is of use a person is asked to mend the copy or to give up what it held, which the ledger names', () => {
  const decided = decide(damaged({ ...HIDDEN, state: 'EMERGENCY' }));
  const asked = decided.plan.kind === 'blocked' ? decided.plan.obstacles : [];
  expect(asked.filter(({ variable }) => variable === 'current').map(needCode)).toEqual(['DecisionNeeded']);
  expect(ways(decided).join()).toMatch(
    /mend mgc at paris by hand.*; or give up .*: pchat decide chat --keep lyon/,
  );
  expect(decided.ledger.lossMinutes).toBeGreaterThan(0);
});

test.each(['unsaved', 'saved'] as const)('the ledger of a copy that was put OFFLINE %s', (how) => {
  const facts = damaged({ ...HIDDEN, state: 'OFFLINE' });
  const header = world.backupHeader({ type: 'full' });
  const saved = {
    name: 'mgc_fenced_20261123115500_1.bak',
    sizeBytes: 1,
    modifiedAt: null,
    header,
    headerProblem: null,
  };
  const full = set({ type: 'full', path: `x\\${saved.name}` });
  const quarantine = {
    ...facts.quarantine,
    home: world.seen({ path: 'x', files: [saved], unfinished: [] }, 'x'),
  };
  const decided = decide(
    how === 'unsaved'
      ? facts
      : { ...damaged({ ...HIDDEN, state: 'OFFLINE', familyGuid: 'unknown' }, [full]), quarantine },
  );
  expect([decided.reduction.vector['home.holds'], decided.ledger.lossMinutes === 0]).toEqual([
    how,
    how === 'saved',
  ]);
});

test('a tail that nothing leads up to saves nothing, and the ledger says so', () => {
  const tail = set({
    tail: true,
    copyOnly: true,
    lastLsn: plus(world.LINE_LSN, 90_000_000n),
    finishedAt: world.minutesAgo(1),
  });
  const closed: Partial<DatabaseFacts> = {
    ...HIDDEN,
    state: 'RESTORING',
    positionLsn: tail.lastLsn,
    forkGuid: world.FORK_1,
    redoTargetLsn: null,
  };
  const { ledger } = decide(damaged(closed, [tail]));
  expect(ledger.lines.find(({ kind }) => kind === 'at-risk')?.to).toBe(world.minutesAgo(1));
  expect(ledger.lossMinutes).toBeGreaterThan(0);
});
