/**
 * Waits until no BACKUP or RESTORE runs on either instance of a pair. A cmdlet that a killed daemon has left behind goes on without it,
 * phase by phase: a second one beside it would be refused (3023), or drop the copy that the first one has just restored.
 */
import type { InstanceFacts } from '../topology/pool-facts.ts';
import type { InstanceName, SqlStore } from '../topology/pool-topology.ts';
import { openInstance, recheckCopy } from './instance-session.ts';
import { partnerOf, seenInstance, servingOf } from './serving-instance.ts';
import type { ActuatorPorts, StepContext } from './step-context.ts';
import { pause } from './waiting.ts';

const LOOK_EVERY_MS = 1_000;
/** Between two of its phases a cmdlet runs nothing. A choice of ours, ms. */
const QUIET_MS = 5_000;

interface Work {
  readonly instance: InstanceName;
  readonly running: InstanceFacts['running'][number];
}

const workOn = (context: StepContext, pair: readonly InstanceName[]): Work | undefined =>
  pair
    .flatMap((instance) =>
      (seenInstance(context.facts, instance)?.running ?? []).map((running) => ({ instance, running })),
    )
    .at(0);

/**
 * The context with facts that hold afterwards. What runs is not told by database (of a RESTORE dm_exec_requests shows the caller's:
 * sql-server reference 1.5), so it may concern another one: after the step's limit the step goes on, and SQL Server has the last word.
 */
export async function pairAtRest(
  ports: ActuatorPorts,
  context: StepContext,
  store: SqlStore,
  database: string,
): Promise<StepContext> {
  const principal = servingOf(context.facts, store, database);
  const partner = partnerOf(store, principal);
  const pair = partner === undefined ? [principal] : [principal, partner];
  if (workOn(context, pair) === undefined) return context;
  await using session = await openInstance(ports, context, principal);
  const { clock } = ports;
  const startedAtMs = clock.monotonicMs();
  let present = context;
  let busyAtMs = startedAtMs;
  while (clock.monotonicMs() - startedAtMs < context.pool.policy.stepTimeoutMs) {
    const work = workOn(present, pair);
    if (work !== undefined) {
      busyAtMs = clock.monotonicMs();
      const { command, percentComplete } = work.running;
      context.progress(`waits for ${command} on ${work.instance}`, percentComplete / 100);
    }
    if (clock.monotonicMs() - busyAtMs >= QUIET_MS) break;
    await pause(ports, context, LOOK_EVERY_MS);
    // The session stands: nothing is left to wait for, and the need that it were missing holds no more.
    if ((await recheckCopy(session, database)).role !== null) break;
    present = { ...context, facts: await context.recheck() };
  }
  return present;
}
