/** The epoch that instances keep (ADR 0026): what their refusal means, and raising it before a new holder's first step. */
import type { SqlAnswer } from '../ports/sql-connection.ts';
import { isDenied, missingRight } from '../rights/denied.ts';
import { placeOf } from '../rights/required-rights.ts';
import {
  EPOCH_PASSED,
  EPOCH_UNREADABLE,
  epochJob,
  raiseEpoch,
  type EpochMark,
} from '../statements/epoch-guard.ts';
import { PoolError, type ErrorCode, type SqlErrorDetail } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { instancesOf, type InstanceName, type PoolTopology } from '../topology/pool-topology.ts';
import { seenInstance } from './serving-instance.ts';
import type { ActuatorPorts } from './step-context.ts';

/** Msdb answers at once or not at all; a choice of ours. */
const RAISE_DEADLINE_MS = 10_000;

const hintFor = (code: ErrorCode, instance: string, pool: string): string =>
  code === 'PCO_EPOCH_PASSED'
    ? `Which daemon runs ${pool} now? If it is this one, moved without its journal: delete the job "${epochJob(pool)}" on every instance.`
    : `Look at the job "${epochJob(pool)}" on ${instance}. Deleted while no daemon runs, it is made anew by the next change.`;

const codeOf = (errors: readonly SqlErrorDetail[], passed: boolean): ErrorCode => {
  if (passed) return 'PCO_EPOCH_PASSED';
  return isDenied(errors) ? 'PCO_PERMISSION_DENIED' : 'PCO_EPOCH_UNREADABLE';
};

/** Before anything is tolerated: behind these numbers nothing was changed. undefined: the instance let the change through. */
export function epochRefusal(
  instance: InstanceName,
  pool: string,
  what: string,
  { errors }: SqlAnswer,
): PoolError | undefined {
  const found = errors.find(({ number }) => number === EPOCH_PASSED || number === EPOCH_UNREADABLE);
  if (found === undefined) return undefined;
  const code = codeOf(errors, found.number === EPOCH_PASSED);
  const right = code === 'PCO_PERMISSION_DENIED' ? `. ${missingRight(instance, 'raise-epoch', errors)}` : '';
  return new PoolError(code, `${instance}: ${what} was not done: ${found.message}${right}`, {
    sqlErrors: errors,
    hint: hintFor(code, instance, pool),
  });
}

/** Instances that hold databases and answered in this look: those that a change may go to. */
export const storesSeen = (topology: PoolTopology, facts: PoolFacts): readonly InstanceName[] =>
  instancesOf(topology)
    .map(({ instance }) => instance)
    .filter(
      (instance) => placeOf(topology, instance) === 'store' && seenInstance(facts, instance) !== undefined,
    );

export async function raiseEpochAt(
  ports: ActuatorPorts,
  instance: InstanceName,
  mark: EpochMark,
  signal: AbortSignal,
): Promise<void> {
  await using connection = await ports.sql.open(instance, signal);
  const answer = await connection.run(raiseEpoch(mark), { signal, deadlineMs: RAISE_DEADLINE_MS });
  const refused = epochRefusal(instance, mark.pool, 'raise-epoch', answer);
  if (refused !== undefined) throw refused;
  const [first] = answer.errors;
  if (first !== undefined)
    throw new PoolError('PCO_SQL_ERROR', `${instance}: raise-epoch: ${first.message} (${first.number})`, {
      sqlErrors: answer.errors,
    });
}
