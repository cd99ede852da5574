/** What a failover really lost, once home is seen again: its newest message against the end of what the backup copy got. Pure. */
import type { LossAccount } from '../topology/forecast.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { minutesBetween } from './lost-files.ts';
import { copyOf } from './site-copy.ts';

type Seen = Omit<LossAccount, 'predictedMinutes'>;

/** undefined: home is not seen well enough yet to say anything. */
export function lossSeen(pool: DesiredPool, facts: PoolFacts): Seen | undefined {
  const home = copyOf(pool.topology, facts, 'home');
  const backup = copyOf(pool.topology, facts, 'backup');
  if (home.kind !== 'seen' || backup.kind !== 'seen') return undefined;
  const [was, is] = [home.copy.database, backup.copy.database];
  if (is === undefined) return undefined;
  if (was === undefined) return { actualMinutes: null, because: 'home came back without the database' };
  if (was.familyGuid !== 'unknown' && was.familyGuid !== is.familyGuid)
    return {
      actualMinutes: null,
      because: 'home came back rebuilt: what it held is gone and cannot be counted',
    };
  if (is.lastRestore === 'unknown' || is.lastRestore === null) return undefined;
  if (was.content === 'unknown' || was.content.newest === null) return undefined;
  if (facts.comparison.kind === 'value' && facts.comparison.value.homeNewestInBackup)
    return { actualMinutes: 0, because: 'the backup copy holds the newest message of home' };
  const since = Date.parse(is.lastRestore.backupStartedAt);
  const minutes = minutesBetween(since, Date.parse(was.content.newest.at));
  return {
    actualMinutes: minutes,
    because: 'newest message of home after the last log backup that was restored',
  };
}
