/**
 * What the log shipping and Agent procedures refuse: order, things that are there already or not yet, wrong values. One table for
 * the procedures, which look their answers up here, and for the tests. Rows: sql-server reference 2.2, 2.6, 4.4 #89-93; which
 * number a situation gives is inferred there from the texts.
 */
import type { SqlFailure } from '../tsql/host.ts';

export interface OrderRow {
  /** Place in the sql-server reference. */
  readonly source: string;
  readonly broken: string;
  readonly number: number;
  readonly severity: 10 | 14 | 16;
  /** every %s takes the next argument. */
  readonly text: string;
  /** Why nothing in the simulated estate leads here; absent: a test does. */
  readonly unreached?: string;
}

const RAISED = { source: '2.2', severity: 16 } as const;
const EVERY_EDITION = 'every edition of the estate has log shipping';
const NO_REFRESH = 'the estate has no sp_refresh_log_shipping_monitor: nobody calls it';

// prettier-ignore
export const ORDER_ROWS = {
  'primary/not-online': { ...RAISED, broken: 'the primary database is not ONLINE when it is added', number: 32_007, text: 'Database %s is not ONLINE.' },
  'primary/simple': { ...RAISED, broken: 'the primary database is in SIMPLE recovery', number: 32_015, text: 'The primary database %s cannot have SIMPLE recovery for log shipping to work properly.' },
  'primary/exists': { ...RAISED, broken: 'it is a primary already', number: 32_009, text: 'A log shipping primary entry already exists for database %s.' },
  'primary/absent': { ...RAISED, broken: 'it is no primary: deleted twice, or mapped before it was added', number: 32_010, text: 'Database %s does not exist as log shipping primary.' },
  'primary/has-secondaries': { ...RAISED, broken: 'a primary is deleted before its mappings', number: 32_011, text: 'Primary Database %s has active log shipping secondary database(s). Drop the secondary database(s) first.' },
  'mapping/exists': { ...RAISED, broken: 'a mapping is added twice', number: 32_012, text: 'Secondary %s.%s already exists for primary %s.' },
  'secondary-database/exists': { ...RAISED, broken: 'a secondary database is added twice', number: 32_013, text: 'A log shipping entry already exists for secondary database %s.' },
  'secondary-database/absent': { ...RAISED, broken: 'a secondary database is deleted twice', number: 32_014, text: 'Database %s does not exist as log shipping secondary.' },
  'secondary/absent': { ...RAISED, broken: 'a secondary database comes before its primary is registered', number: 32_023, text: 'An entry for primary server %s, primary database %s does not exist on this secondary. Register the primary first.' },
  'secondary/exists': { ...RAISED, broken: 'a primary is registered twice', number: 32_024, text: 'An entry for primary server %s, primary database %s already exists.' },
  'secondary/has-databases': { ...RAISED, broken: 'a registered primary is deleted before its databases', number: 32_025, text: 'Primary Server %s, Database %s has active log shipping secondary database(s) on the secondary. Drop the secondary database(s) first.' },
  'job/name-taken': { ...RAISED, broken: 'another job has the name', number: 32_022, text: 'Cannot add a log shipping job with name %s. A job with same name already exists in the system and this job does not belong to log shipping category.' },
  'threshold/invalid': { ...RAISED, broken: '@threshold_alert is neither the usual number nor a user message', number: 32_028, text: 'Invalid value = %s for parameter @threshold_alert was specified.' },
  'monitor/no-link': { ...RAISED, broken: 'the remote monitor does not answer', number: 32_054, text: 'There was an error establishing a link to the remote monitor server.' },
  'monitor/no-configuration': { ...RAISED, broken: 'the remote monitor refuses', number: 32_055, text: 'There was an error configuring the remote monitor server.', unreached: 'a monitor of the estate answers or is silent' },
  'parameter/empty': { ...RAISED, broken: 'a parameter is NULL or empty', number: 32_052, text: "Parameter '%s' cannot be null or empty. Specify a value for the named parameter and retry the operation." },
  'server/no-name': { ...RAISED, broken: '@@SERVERNAME is NULL', number: 32_053, text: "The server name, given by '@@servername', is currently NULL.", unreached: 'every instance of the estate has its name' },
  'context/not-master': { ...RAISED, broken: 'called outside master', number: 5001, text: 'User must be in the master database.' },
  'edition/not-supported': { ...RAISED, broken: 'the edition', number: 32_017, text: 'Log shipping is supported on Enterprise, Developer and Standard editions of SQL Server. This instance has %s and is not supported.', unreached: EVERY_EDITION },
  'edition/not-installed': { ...RAISED, broken: 'not installed', number: 32_018, text: 'Log shipping is not installed on this instance.', unreached: EVERY_EDITION },
  'agent/id-and-type': { ...RAISED, broken: 'agent id and type do not belong together', number: 32_016, text: 'The specified agent_id %s or agent_type %s do not form a valid pair for log shipping monitoring processing.', unreached: NO_REFRESH },

  'job/absent': { ...RAISED, source: '4.4 #89', broken: 'no such job', number: 14_262, text: "The specified %s ('%s') does not exist." },
  'job/exists': { ...RAISED, source: '-', broken: 'a job of this name is added twice', number: 14_261, text: "The specified @name ('%s') already exists." },
  'job/unnamed': { ...RAISED, source: '-', broken: 'neither name nor id', number: 14_294, text: 'Supply either @job_id or @job_name to identify the job.' },
  'job/agent-down': { ...RAISED, source: '4.4 #90', broken: 'the Agent does not run', number: 22_022, text: 'SQLServerAgent is not currently running so it cannot be notified of this action.' },
  'job/running': { ...RAISED, source: '4.4 #90', broken: 'the job runs already', number: 22_022, text: 'SQLServerAgent Error: Request to run job %s (from User %s) refused because the job is already running from a request by %s.' },
  'job/not-running': { ...RAISED, source: '4.4 #90', broken: 'the job does not run', number: 22_022, text: 'SQLServerAgent Error: Request to stop job %s (from User %s) refused because the job is not currently running.' },
  'job/not-operator': { ...RAISED, source: '4.4 #91', broken: 'an ordinary login starts or stops the job of another', number: 14_393, text: 'Only owner of a job or members of role sysadmin or SQLAgentOperatorRole can start and stop the job.' },
  'job/not-owner': { ...RAISED, source: '2.6', broken: 'an ordinary login changes or deletes the job of another', number: 14_525, text: 'Only members of sysadmin role are allowed to update or delete jobs owned by a different login.' },
  'job/not-attached': { ...RAISED, source: '-', broken: 'an ordinary login attaches a schedule to the job of another', number: 14_377, text: 'The schedule was not attached to the specified job. The schedule owner and the job owner must be the same or the operation must be performed by a sysadmin.' },
  'alert/primary': { ...RAISED, source: '4.4 #92', broken: 'no backup within the threshold', number: 14_420, text: 'The log shipping primary database %s.%s has backup threshold of %s minutes and has not performed a backup log operation for %s minutes. Check agent log and logshipping monitor information.', unreached: 'it goes to the error log, which nobody reads here' },
  'alert/secondary': { ...RAISED, source: '4.4 #93', broken: 'no restore within the threshold', number: 14_421, text: 'The log shipping secondary database %s.%s has restore threshold of %s minutes and is out of sync. No restore was performed for %s minutes. Restored latency is %s minutes. Check agent log and logshipping monitor information.', unreached: 'it goes to the error log, which nobody reads here' },
} as const satisfies Readonly<Record<string, OrderRow>>;

export type OrderId = keyof typeof ORDER_ROWS;

/** States of these numbers are unverified. */
const STATE = 1;

export function orderFailure(id: OrderId, ...args: readonly (string | number)[]): SqlFailure {
  const { number, severity, text }: OrderRow = ORDER_ROWS[id];
  let next = 0;
  const message = text.replaceAll('%s', () => String(args[next++] ?? ''));
  return { kind: 'failure', errors: [{ number, state: STATE, class: severity, message }] };
}
