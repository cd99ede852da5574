/** Home was tailed, recovered again and tailed once more: its last tail lies on a branch of its own, and carries the backup copy there. */
import { expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const FORK_3 = 'F0000000-0000-0000-0000-000000000003';
const POSITION = (BigInt(world.LINE_LSN) + 1_000_000n).toString();
const TAIL = world.logFile(1, 1, {
  firstForkGuid: world.FORK_1,
  lastForkGuid: world.FORK_2,
  forkPointLsn: world.LINE_LSN,
  tail: true,
});

function withTailOn(share: readonly (typeof TAIL)[]) {
  const home = world.restoringDatabase({
    positionLsn: POSITION,
    forkGuid: world.FORK_2,
    firstForkGuid: world.FORK_1,
    forkPointLsn: world.LINE_LSN,
    lastRestore: null,
  });
  const tailed = {
    type: 'log' as const,
    path: `\\\\fs01\\mgc-logs\\${TAIL.name}`,
    firstLsn: world.LINE_LSN,
    lastLsn: POSITION,
    checkpointLsn: null,
    startedAt: world.minutesAgo(1),
    finishedAt: world.minutesAgo(1),
    copyOnly: false,
    tail: true,
    familyGuid: world.FAMILY,
    firstForkGuid: world.FORK_1,
    lastForkGuid: world.FORK_2,
  };
  const facts = world.facts({
    instances: {
      ...world.mirroredPair('par', home, { ...world.primaryShipping(false), backups: [tailed] }),
      ...world.singlePair('lyo', world.restoringDatabase(), world.secondaryShipping(false)),
    },
    share: world.folder('\\\\fs01\\mgc-logs', share),
  });
  return decidePool(desiredPool({ primarySite: 'backup' }), facts, [], world.NOW_MS).reduction.vector;
}

test('a tail on the share brings the backup copy to the branch of home: both reach the same', () => {
  const { current, 'home.holds': holds, 'share.uncopied': uncopied } = withTailOn([TAIL]);
  expect({ current, holds, uncopied }).toEqual({ current: 'both', holds: 'nothing', uncopied: 'some' });
});

/** Home was opened once more, over its second tail: it left that branch where the tail ends. */
const openAgain = (share: readonly (typeof TAIL)[], forkPointLsn: string) =>
  decidePool(
    desiredPool({ primarySite: 'home' }),
    world.facts({
      instances: {
        ...world.mirroredPair(
          'par',
          world.databaseFacts({ forkGuid: FORK_3, firstForkGuid: world.FORK_2, forkPointLsn }),
          world.primaryShipping(false),
        ),
        ...world.singlePair('lyo', world.restoringDatabase(), world.secondaryShipping(false)),
      },
      share: world.folder('\\\\fs01\\mgc-logs', share),
    }),
    [],
    world.NOW_MS,
  ).reduction.vector;

test('the backup copy holds nothing of its own where the files on the share carry it to where home went on', () => {
  const { current, 'backup.holds': holds } = openAgain([TAIL], POSITION);
  expect({ current, holds }).toEqual({ current: 'home', holds: 'nothing' });
});

test('nothing proves that the backup copy holds nothing where home left that branch earlier, or no file leads there', () => {
  const earlier = (BigInt(POSITION) - 1n).toString();
  expect(openAgain([TAIL], earlier)['backup.holds']).toBe('unsaved');
  expect(openAgain([], POSITION)['backup.holds']).toBe('unsaved');
});
