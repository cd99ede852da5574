/** A copy that was closed by its own tail: nobody has written it since, whatever its partner is. */
import type { InstanceFacts } from './pool-facts.ts';

/** Its instance took a tail that ends exactly where the copy stands, and nothing was restored over it since. */
export function endedWithTail(facts: InstanceFacts, database: string): boolean {
  const copy = facts.databases[database];
  if (copy?.state !== 'RESTORING' && copy?.state !== 'STANDBY') return false;
  return facts.backups.some((set) => set.tail && set.lastLsn === copy.positionLsn);
}
