/** Looks at one SQL Server instance: one round trip on its held connection, shared by all pools that ask at the same time. */
import type { Clock } from '../ports/clock.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { observeInstance, OWN_PROGRAM } from '../statements/observe-instance.ts';
import type { InstanceFacts } from '../topology/pool-facts.ts';
import type { InstanceName, PoolTopology } from '../topology/pool-topology.ts';
import { readInstance } from './instance-facts.ts';
import type { Turns } from './turns.ts';

export interface InstancePorts {
  readonly sql: SqlInstances;
  readonly clock: Clock;
}

/** ms beyond the query's limit for cancelling it and dropping the connection. */
export const CANCEL_GRACE_MS = 1000;

export function observeOneInstance(
  { sql, clock }: InstancePorts,
  turns: Turns,
  instance: InstanceName,
  pool: PoolTopology,
  deadlineMs: number,
): Promise<InstanceFacts> {
  const { chatDatabase, complianceDatabase } = pool;
  const databases = [...new Set([chatDatabase, complianceDatabase])];
  const key = JSON.stringify(['observe', instance, ...databases]);
  return turns.take(instance, key, async () => {
    // Not the asker's signal: others wait for the same answer. The deadline bounds it.
    using limit = clock.deadline(deadlineMs + CANCEL_GRACE_MS, new AbortController().signal);
    const statement = observeInstance({ chatDatabase, databases, program: OWN_PROGRAM });
    const answer = await sql.observer(instance).run(statement, { signal: limit.signal, deadlineMs });
    return readInstance({ instance, chatDatabase, databases, answer, answeredAtMs: clock.now() });
  });
}
