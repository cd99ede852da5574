/** Sessions, requests, connections, DATABASE locks, services and the server itself. Reference 1.5, 1.10. */
import type { CellValue } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import type { SqlFailure } from '../tsql/host.ts';
import { rowsIn, tableOf, type NamedValues } from './catalogue-columns.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, SessionDraft } from './instance-state.ts';
import { localText, offsetText } from './instants.ts';
import { message, refuse } from './messages.ts';
import { databaseOf } from './open-database.ts';
import { percentOf } from './operations.ts';
import { mayOnServer, serverStateOf } from './server-permissions.ts';

const DRIVER_NAME = '.Net SqlClient Data Provider';
const HASH_LENGTH = 16;

export const databaseIdOf = (instance: InstanceDraft, name: string): number =>
  databaseOf(instance, name)?.id ?? 0;

const seesServerState = ({ instance, session }: ModuleCall, half?: 'SECURITY'): boolean =>
  mayOnServer(instance, session.login, serverStateOf(instance, half));

/** Without VIEW SERVER STATE a login sees only its own session (reference 1.5). */
function visibleSessions(call: ModuleCall): SessionDraft[] {
  const { instance, session } = call;
  const all = Object.values(instance.sessions).sort((a, b) => a.id - b.id);
  return seesServerState(call) ? all : all.filter(({ id }) => id === session.id);
}

/** KILL and friends need the whole view; a login without the right gets 300. */
export const serverStateOnly =
  (provide: (call: ModuleCall) => VirtualTable, half?: 'SECURITY') =>
  (call: ModuleCall): VirtualTable | SqlFailure =>
    seesServerState(call, half) ? provide(call) : refuse(message(300, serverStateOf(call.instance, half)));

function statusOf(session: SessionDraft): string {
  if (session.kind === 'system') return 'background';
  return session.running || session.operation !== null ? 'running' : 'sleeping';
}

function sessionRow(instance: InstanceDraft, session: SessionDraft): NamedValues {
  const ended = session.requestEndedAtMs;
  return {
    session_id: session.id,
    login_time: localText(instance, session.loginAtMs),
    host_name: session.host,
    program_name: session.program,
    host_process_id: session.kind === 'system' ? null : 4711,
    client_version: session.kind === 'system' ? null : 7,
    client_interface_name: session.kind === 'system' ? null : DRIVER_NAME,
    security_id: new Uint8Array([1]),
    login_name: session.login,
    nt_domain: '',
    nt_user_name: '',
    status: statusOf(session),
    cpu_time: 0,
    memory_usage: 2,
    total_scheduled_time: 0,
    total_elapsed_time: 0,
    endpoint_id: session.kind === 'system' ? 0 : 4,
    last_request_start_time: localText(instance, session.requestStartedAtMs),
    last_request_end_time: ended === null ? null : localText(instance, ended),
    reads: 0n,
    writes: 0n,
    logical_reads: 0n,
    is_user_process: session.kind !== 'system',
    text_size: 2_147_483_647,
    language: 'us_english',
    date_format: 'mdy',
    date_first: 7,
    transaction_isolation_level: 2,
    lock_timeout: -1,
    deadlock_priority: 0,
    row_count: 0n,
    prev_error: 0,
    original_security_id: new Uint8Array([1]),
    original_login_name: session.login,
    group_id: session.kind === 'system' ? 1 : 2,
    database_id: databaseIdOf(instance, session.database),
    authenticating_database_id: 1,
    open_transaction_count: session.openTransactions,
  };
}

/** The row of a session that does not change, with what else it was made from. */
interface ShownRow extends Pick<InstanceDraft, 'databases' | 'clockOffsetMs' | 'productVersion'> {
  readonly row: readonly CellValue[];
}

function shownOnce(
  shown: WeakMap<SessionDraft, ShownRow>,
  { databases, clockOffsetMs, productVersion }: InstanceDraft,
  session: SessionDraft,
  make: () => readonly CellValue[],
): readonly CellValue[] {
  const known = shown.get(session);
  if (
    known?.databases === databases &&
    known.clockOffsetMs === clockOffsetMs &&
    known.productVersion === productVersion
  )
    return known.row;
  const row = make();
  shown.set(session, { databases, clockOffsetMs, productVersion, row });
  return row;
}

const shownSessions = new WeakMap<SessionDraft, ShownRow>();

export function sysSessions(call: ModuleCall): VirtualTable {
  const { instance } = call;
  const { columns, row } = rowsIn('sys.dm_exec_sessions', instance.productVersion, false);
  const rows = visibleSessions(call).map((session) => {
    const make = (): readonly CellValue[] => row(sessionRow(instance, session));
    return Object.isFrozen(session) ? shownOnce(shownSessions, instance, session, make) : make();
  });
  return { columns, rows };
}

const handles = new Map<number, Uint8Array>();

function handleOf(session: SessionDraft): Uint8Array {
  const known = handles.get(session.id);
  if (known !== undefined) return known;
  const handle = new Uint8Array(HASH_LENGTH);
  new DataView(handle.buffer).setUint32(0, session.id);
  handles.set(session.id, handle);
  return handle;
}

/** database_id of a RESTORE is the caller's context, not the target [X] (reference 1.5). */
function requestRow({ instance, ctx }: ModuleCall, session: SessionDraft): NamedValues {
  const operation = session.operation === null ? undefined : instance.operations[session.operation];
  const elapsedMs = Math.max(0, ctx.nowMs - (operation?.startedAtMs ?? session.requestStartedAtMs));
  const left = operation?.finishesAtMs == null ? 0 : Math.max(0, operation.finishesAtMs - ctx.nowMs);
  const waiting = operation !== undefined && operation.finishesAtMs === null;
  return {
    session_id: session.id,
    request_id: 0,
    start_time: localText(instance, session.requestStartedAtMs),
    status: session.kind === 'system' ? 'background' : operation === undefined ? 'running' : 'suspended',
    command: operation?.command ?? (session.kind === 'system' ? session.command : 'SELECT'),
    sql_handle: handleOf(session),
    database_id: databaseIdOf(instance, session.database),
    user_id: 1,
    blocking_session_id: 0,
    wait_type: waiting ? 'LCK_M_X' : operation === undefined ? null : 'BACKUPTHREAD',
    wait_time: operation === undefined ? 0 : elapsedMs,
    last_wait_type: waiting ? 'LCK_M_X' : 'MISCELLANEOUS',
    wait_resource: '',
    open_transaction_count: session.openTransactions,
    open_resultset_count: 1,
    transaction_id: 0n,
    percent_complete: operation === undefined ? 0 : percentOf(operation, ctx.nowMs),
    estimated_completion_time: BigInt(left),
    cpu_time: 0,
    total_elapsed_time: elapsedMs,
    scheduler_id: 0,
    reads: 0n,
    writes: 0n,
    logical_reads: 0n,
    text_size: 2_147_483_647,
    language: 'us_english',
    date_format: 'mdy',
    date_first: 7,
    transaction_isolation_level: 2,
    lock_timeout: -1,
    deadlock_priority: 0,
    row_count: 0n,
    prev_error: 0,
    nest_level: 0,
    granted_query_memory: 0,
    group_id: session.kind === 'system' ? 1 : 2,
  };
}

/** Of sessions that do not change and have no operation, only this column moves on. */
const ELAPSED = 'total_elapsed_time';
const shownRequests = new WeakMap<SessionDraft, ShownRow>();

export function sysRequests(call: ModuleCall): VirtualTable {
  const { instance, ctx } = call;
  const { columns, row } = rowsIn('sys.dm_exec_requests', instance.productVersion, false);
  const elapsedAt = columns.findIndex(({ name }) => name === ELAPSED);
  const rows = visibleSessions(call)
    .filter((session) => session.kind === 'system' || session.running || session.operation !== null)
    .map((session) => {
      const still = session.operation === null && Object.isFrozen(session);
      if (!still) return row(requestRow(call, session));
      const shown = shownOnce(shownRequests, instance, session, () => row(requestRow(call, session)));
      return shown.with(elapsedAt, Math.max(0, ctx.nowMs - session.requestStartedAtMs));
    });
  return { columns, rows };
}

export const sysConnections = serverStateOnly(({ instance, session: self }) => {
  const rows = Object.values(instance.sessions)
    .filter((session) => session.kind !== 'system')
    .sort((a, b) => a.id - b.id)
    .map((session) => ({
      session_id: session.id,
      most_recent_session_id: session.id,
      connect_time: localText(instance, session.loginAtMs),
      net_transport: 'TCP',
      protocol_type: 'TSQL',
      protocol_version: 1_946_157_060,
      endpoint_id: 4,
      encrypt_option: session.id === self.id ? 'TRUE' : 'FALSE',
      auth_scheme: session.login.includes('\\') ? 'NTLM' : 'SQL',
      num_reads: 1,
      num_writes: 1,
      last_read: localText(instance, session.requestStartedAtMs),
      last_write: localText(instance, session.requestEndedAtMs ?? session.requestStartedAtMs),
      net_packet_size: 4096,
      client_net_address: '127.0.0.1',
      local_net_address: '127.0.0.1',
      local_tcp_port: 1433,
    }));
  return tableOf('sys.dm_exec_connections', instance.productVersion, rows, false);
}, 'SECURITY');

function lockRow(database: DatabaseDraft, sessionId: number, mode: 'S' | 'X'): NamedValues {
  return {
    resource_type: 'DATABASE',
    resource_subtype: '',
    resource_database_id: database.id,
    resource_description: '',
    resource_associated_entity_id: 0n,
    resource_lock_partition: 0,
    request_mode: mode,
    request_type: 'LOCK',
    request_status: 'GRANT',
    request_reference_count: 1,
    request_lifetime: 0,
    request_session_id: sessionId,
    request_exec_context_id: 0,
    request_request_id: 0,
    request_owner_type: 'SHARED_TRANSACTION_WORKSPACE',
    request_owner_id: 0n,
  };
}

/** DATABASE locks: of every session in its database (not in master and tempdb, as real servers), and of BACKUP and RESTORE. */
export const sysLocks = serverStateOnly(({ instance }) => {
  const byId = new Map(Object.values(instance.databases).map((database) => [database.id, database]));
  const rows: NamedValues[] = [];
  for (const session of Object.values(instance.sessions)) {
    const database = session.kind === 'system' ? undefined : databaseOf(instance, session.database);
    if (database !== undefined && database.id > 2) rows.push(lockRow(database, session.id, 'S'));
  }
  for (const operation of Object.values(instance.operations)) {
    const database = byId.get(operation.databaseId);
    if (database === undefined || operation.work.kind === 'wait' || operation.work.kind === 'module')
      continue;
    rows.push(lockRow(database, operation.sessionId, database.exclusive === operation.id ? 'X' : 'S'));
  }
  return tableOf('sys.dm_tran_locks', instance.productVersion, rows, false);
});

export const sysInfo = serverStateOnly(({ instance, ctx }) =>
  tableOf('sys.dm_os_sys_info', instance.productVersion, [
    {
      cpu_ticks: BigInt(ctx.nowMs),
      ms_ticks: BigInt(ctx.nowMs - instance.startedAtMs),
      cpu_count: 4,
      hyperthread_ratio: 4,
      physical_memory_kb: 16_777_216n,
      virtual_memory_kb: 137_438_953_344n,
      committed_kb: 4_194_304,
      committed_target_kb: 8_388_608,
      max_workers_count: 512,
      scheduler_count: 4,
      scheduler_total_count: 12,
      sqlserver_start_time_ms_ticks: 0n,
      sqlserver_start_time: localText(instance, instance.startedAtMs),
    },
  ]),
);

export const sysServices = serverStateOnly(({ instance }) => {
  const suffix = instance.serverName.split('\\')[1] ?? 'MSSQLSERVER';
  const row = (servicename: string, running: boolean): Record<string, CellValue> => ({
    servicename,
    startup_type: 2,
    startup_type_desc: 'Automatic',
    status: running ? 4 : 1,
    status_desc: running ? 'Running' : 'Stopped',
    process_id: running ? 1234 : null,
    last_startup_time: running ? offsetText(instance, instance.startedAtMs) : null,
    service_account: 'CONTOSO\\sqlsvc',
    filename: null,
    is_clustered: 'N',
    cluster_nodename: null,
    instant_file_initialization_enabled: 'N',
  });
  const rows = [
    row(`SQL Server (${suffix})`, true),
    row(`SQL Server Agent (${suffix})`, instance.agentRunning),
  ];
  return tableOf('sys.dm_server_services', instance.productVersion, rows);
}, 'SECURITY');
