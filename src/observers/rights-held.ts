/** Which of these rights the own login has on an instance, as the server itself says. */
import type { SqlInstances } from '../ports/sql-connection.ts';
import type { RequiredRight } from '../rights/required-rights.ts';
import { readRights } from '../statements/grant-rights.ts';
import type { InstanceName } from '../topology/pool-topology.ts';

/**
 * In the order of the rights; null: the server cannot tell now (a database that is closed). Rejects with PoolError.
 * @param rights of this instance
 */
export async function observeRights(
  sql: SqlInstances,
  instance: InstanceName,
  rights: readonly RequiredRight[],
  options: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<readonly (boolean | null)[]> {
  if (rights.length === 0) return [];
  const statement = readRights(rights.flatMap(({ checks }) => checks));
  const { resultSets } = await sql.observer(instance).run(statement, options);
  const values = Object.values(resultSets[0]?.rows[0] ?? {});
  let place = 0;
  return rights.map(({ checks }) => {
    const own = values.slice(place, (place += checks.length));
    if (own.includes(0)) return false;
    return own.length === checks.length && own.every((value) => value === 1) ? true : null;
  });
}
