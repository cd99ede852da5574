/** The demo pool after a planned move to lyon, home RESTORING behind its tail: from where the way back may lead over the log alone. */
import type { DatabaseFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import * as world from './facts.ts';

/** The position so many log backups after the one at which backup was recovered. */
export const after = (steps: number): string =>
  (BigInt(world.LINE_LSN) + BigInt(steps) * 1_000_000n).toString();

/** The first log backup of backup after its recovery: it begins on home's line. */
export const FIRST = world.logFile(1, 20, {
  serverName: 'SQL-LYO-1',
  lastForkGuid: world.FORK_2,
  forkPointLsn: world.LINE_LSN,
});
export const SECOND = world.logFile(2, 5, {
  serverName: 'SQL-LYO-1',
  firstForkGuid: world.FORK_2,
  lastForkGuid: world.FORK_2,
});

export interface MovedAway {
  readonly home?: Partial<DatabaseFacts>;
  readonly backup?: Partial<DatabaseFacts>;
  readonly share?: PoolFacts['share'];
  readonly tail?: boolean;
}

/** Moved to lyon by plan, nobody active: home took its tail at LINE_LSN, backup was recovered there and has backed up its log twice since. */
export function movedAway({ home, backup, share, tail = false }: MovedAway = {}): PoolFacts {
  const taken = {
    type: 'log' as const,
    path: `\\\\fs01\\mgc-logs\\${SECOND.name}`,
    firstLsn: after(1),
    lastLsn: after(2),
    checkpointLsn: null,
    startedAt: world.minutesAgo(1),
    finishedAt: world.minutesAgo(1),
    copyOnly: false,
    tail: true,
    familyGuid: world.FAMILY,
    firstForkGuid: world.FORK_2,
    lastForkGuid: world.FORK_2,
  };
  const open = world.databaseFacts({
    forkGuid: world.FORK_2,
    firstForkGuid: world.FORK_1,
    forkPointLsn: world.LINE_LSN,
    positionLsn: after(2),
    ...backup,
  });
  const closed = world.restoringDatabase({ forkGuid: world.FORK_2, positionLsn: after(2), ...backup });
  return world.facts({
    instances: {
      ...world.singlePair('par', world.restoringDatabase({ ...home }), world.primaryShipping(false)),
      ...world.singlePair('lyo', tail ? closed : open, tail ? { backups: [taken] } : {}),
    },
    share: share ?? world.folder('\\\\fs01\\mgc-logs', [FIRST, SECOND]),
    poolState: world.seen(
      world.poolStateFacts({ poolState: 'FailedOver', activeServers: [], inactiveServers: [] }),
      'shell',
    ),
  });
}
