/** Can home go on with the log of backup? What is seen of home, backup and the share decides, and the plan follows. */
import { expect, test } from 'vitest';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import { waysBackOf } from '../../src/reconciler/ways-back.ts';
import type { DatabaseFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';
import { after, FIRST, movedAway, SECOND, type MovedAway } from '../support/moved-away.ts';

const MINIMAL = desiredPool({ policy: { failback: 'minimal' } });

const decide = (facts: PoolFacts, pool: DesiredPool = MINIMAL): PoolDecision =>
  decidePool(pool, facts, [], world.NOW_MS);
const backOf = (scene: MovedAway, pool?: DesiredPool): string =>
  decide(movedAway(scene), pool).reduction.vector['shipping.back'];
const becauseOf = (scene: MovedAway): string =>
  decide(movedAway(scene)).reduction.because['shipping.back'].because;

test('where every log backup of backup lies on the share, home can go on: pending, and level with them', () => {
  expect(backOf({})).toBe('pending');
  expect(backOf({ home: { positionLsn: after(2), forkGuid: world.FORK_2 } })).toBe('level');
  expect(backOf({ backup: { positionLsn: world.LINE_LSN }, share: world.folder('s') })).toBe('level');
});

test('the documented policy never looks at the share for a way back', () => {
  expect(backOf({}, desiredPool())).toBe('no');
});

test('a home whose log ran past the point where backup left it needs a full restore, and the plan says why', () => {
  const ran = { home: { positionLsn: after(1) } };
  expect(backOf(ran)).toBe('no');
  expect(becauseOf(ran)).toContain(`past ${world.LINE_LSN} where backup left it`);
});

test.each<[string, MovedAway, string, RegExp]>([
  [
    'a log backup that is nowhere on the share',
    { share: world.folder('s', [SECOND]) },
    'no',
    /lacks the log backup .* begins at/,
  ],
  [
    'a log backup that nobody has read yet',
    { share: world.folder('s', [FIRST, { ...SECOND, header: 'unknown' }]) },
    'unknown',
    /not read yet/,
  ],
  ['a share out of sight', { share: world.notSeen('share') }, 'unknown', /./],
  ['another lineage at home', { home: { familyGuid: world.OTHER_FAMILY } }, 'no', /different lineages/],
  ['a backup copy that was never backed up', { backup: { positionLsn: null } }, 'no', /never backed up/],
  ['a home that is open', { home: { state: 'ONLINE' } }, 'no', /takes no log/],
  ['a home whose fork nobody tells', { home: { forkGuid: 'unknown' } }, 'unknown', /./],
  [
    'a backup copy that only follows',
    { backup: { state: 'RESTORING', lastRestore: world.restoringDatabase().lastRestore } },
    'no',
    /gives no log/,
  ],
])('%s', (_, scene, value, because) => {
  expect(backOf(scene)).toBe(value);
  expect(becauseOf(scene)).toMatch(because);
});

test('after the tail of backup, what it holds lies on the share for home: both reach the same', () => {
  const { vector } = decide(movedAway({ tail: true })).reduction;
  expect([vector['shipping.back'], vector.current, vector['backup.mgc']]).toEqual([
    'pending',
    'both',
    'restoring',
  ]);
});

test('home that was recovered where the tail of backup ended is followed by it', () => {
  const home = {
    state: 'ONLINE' as const,
    positionLsn: after(2),
    forkGuid: 'FORK-3',
    content: world.content(),
  };
  const went = { ...home, firstForkGuid: world.FORK_2, forkPointLsn: after(2) };
  const elsewhere = { ...home, firstForkGuid: world.FORK_1, forkPointLsn: after(1) };
  const followsOf = (copy: Partial<DatabaseFacts>): string =>
    decide(movedAway({ tail: true, home: copy })).reduction.vector['shipping.follows'];
  expect([followsOf(went), followsOf(elsewhere)]).toEqual(['yes', 'no']);
});

test('a tail of home behind the tail of backup is applied before the backup copy is opened again', () => {
  const tailOfHome = world.logFile(3, 1, {
    firstForkGuid: world.FORK_2,
    lastForkGuid: 'FORK-3',
    forkPointLsn: after(2),
    tail: true,
  });
  const closed = {
    positionLsn: after(3),
    forkGuid: 'FORK-3',
    firstForkGuid: world.FORK_2,
    forkPointLsn: after(2),
  };
  const share = world.folder('\\\\fs01\\mgc-logs', [FIRST, SECOND, tailOfHome]);
  const pool = desiredPool({ primarySite: 'backup', policy: { failback: 'minimal' } });
  const decision = decide(movedAway({ tail: true, home: closed, share }), pool);
  expect(decision.reduction.vector['shipping.follows']).toBe('yes');
  expect(keysOf(decision).slice(0, 3)).toEqual([
    'copy-log-backups:backup',
    'apply-log-backups:backup',
    'recover-backup:backup',
  ]);
});

const keysOf = ({ plan }: PoolDecision): readonly string[] =>
  'steps' in plan ? plan.steps.map(({ action, target }) => `${action}:${target}`) : [plan.kind];

test('the plan takes log backups before users are cut off, and no full backup', () => {
  const steps = keysOf(decide(movedAway()));
  expect(steps.slice(0, 4)).toEqual([
    'apply-log-backups:home',
    'tail-log-backup:backup',
    'apply-log-backups:home',
    'recover:home',
  ]);
  expect(steps).not.toContain('full-backup:backup');
  expect(keysOf(decide(movedAway({ home: { positionLsn: after(1) } })))).toContain('restore-home:home');
});

const waysOf = (pool: DesiredPool, scene: MovedAway = {}) => {
  const facts = movedAway(scene);
  const { reduction } = decide(facts, pool);
  return waysBackOf({
    pool,
    facts,
    reduction,
    decisions: [],
    nowMs: world.NOW_MS,
    history: { steps: [], looks: [] },
  });
};

test('both ways back stand beside each other with seconds, whichever the policy chose', () => {
  for (const pool of [MINIMAL, desiredPool()]) {
    const [documented, minimal] = waysOf(pool);
    expect(documented?.steps).toContain('full-backup:backup');
    expect(minimal?.steps).not.toContain('full-backup:backup');
    expect(minimal?.steps).toContain('tail-log-backup:backup');
    expect([documented?.chosen, minimal?.chosen]).toEqual([pool !== MINIMAL, pool === MINIMAL]);
    expect(minimal?.seconds).toBeGreaterThan(0);
    expect(documented?.seconds ?? 0).toBeGreaterThan(minimal?.seconds ?? Infinity);
  }
});

test('what hinders the minimal way is said beside the documented one, and there is no choice where nothing comes back', () => {
  const [documented, minimal] = waysOf(MINIMAL, { home: { positionLsn: after(1) } });
  expect(minimal).toMatchObject({ steps: [], seconds: null, chosen: true });
  expect(minimal?.hindrance).toContain('where backup left it');
  expect(documented?.hindrance).toBeNull();
  expect(waysOf(desiredPool({ primarySite: 'backup', policy: { failback: 'minimal' } }))).toEqual([]);
});
