/** Who may do what to whose job (sql-server reference 2.6, 8; catalogue). sysadmin may everything, an owner with his own jobs too. */
import type { SqlFailure } from '../tsql/host.ts';
import { sameName, type MsdbCall } from './msdb-call.ts';
import type { Job } from './msdb-state.ts';
import { orderFailure } from './order-table.ts';
import type { ParameterSpec } from '../catalogue/parameters.ts';
import type { BoundArguments } from './procedure-arguments.ts';

const mayDoAll = (call: MsdbCall, job: Job): boolean => call.sysadmin || sameName(job.owner, call.login);

/** Operators start and stop every local job. */
export const refuseRun = (call: MsdbCall, job: Job): SqlFailure | undefined =>
  mayDoAll(call, job) || call.agentRole === 'SQLAgentOperatorRole'
    ? undefined
    : orderFailure('job/not-operator');

export const refuseDelete = (call: MsdbCall, job: Job): SqlFailure | undefined =>
  mayDoAll(call, job) ? undefined : orderFailure('job/not-owner');

const OPERATORS_MAY: readonly string[] = ['@job_id', '@job_name', '@enabled'];

/** Operators may pass the identifier and @enabled, nothing else (the roles page; the procedure's own page says sysadmin only). */
export function refuseUpdate(
  call: MsdbCall,
  job: Job,
  args: BoundArguments,
  specs: readonly ParameterSpec[],
): SqlFailure | undefined {
  if (mayDoAll(call, job)) return undefined;
  const more = specs.some(({ name }) => !OPERATORS_MAY.includes(name) && args.value(name) !== null);
  return call.agentRole === 'SQLAgentOperatorRole' && !more ? undefined : orderFailure('job/not-owner');
}

/** Only sysadmin attaches to the jobs of others. */
export const refuseAttach = (call: MsdbCall, job: Job): SqlFailure | undefined =>
  mayDoAll(call, job) ? undefined : orderFailure('job/not-attached');
