import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import * as world from './facts.ts';

/** Home came back as it was, was fenced, and left its tail under this name in quarantine. */
export function homeFenced(tailName: string): PoolFacts {
  const end = (BigInt(world.LINE_LSN) + 9_000_000n).toString();
  const tail = { ...world.logFile(9, 5, { tail: true, lastLsn: end }), name: tailName };
  const before = world.homeRebuilt();
  return {
    ...before,
    instances: {
      ...before.instances,
      ...world.singlePair(
        'par',
        world.databaseFacts({ state: 'RESTORING', content: 'unknown', positionLsn: end }),
        {
          ...world.primaryShipping(false),
          backups: [{ ...world.fullBackupSet(), type: 'log', tail: true, lastLsn: end }],
        },
      ),
    },
    quarantine: { ...before.quarantine, home: world.folder('\\\\fs-par\\quarantine', [tail]) },
  };
}
