/** sp_who and sp_who2 of the engine itself. Columns and padding of sp_who2: reference 2.7 and section 12 (undocumented procedure). */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import type { ProcedureArgument } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { sqlType } from './catalogue-columns.ts';
import type { ModuleCall, ProcedureHandler } from './engine-modules.ts';
import type { SessionDraft } from './instance-state.ts';
import { localText } from './instants.ts';
import { hasRole } from './open-database.ts';
import { resultSet } from './restore-info.ts';

const column = (name: string, type: string | SqlType): ColumnToken => ({
  name,
  type: typeof type === 'string' ? sqlType(type) : type,
  nullable: true,
});

const WHO2 = [
  column('SPID', 'char(5)'),
  column('Status', 'nchar(30)'),
  column('Login', 'nvarchar(128)'),
  column('HostName', 'nvarchar(128)'),
  column('BlkBy', 'char(5)'),
  column('DBName', 'nvarchar(128)'),
  column('Command', 'nchar(16)'),
  column('CPUTime', 'varchar(30)'),
  column('DiskIO', 'varchar(30)'),
  column('LastBatch', 'varchar(30)'),
  column('ProgramName', 'nvarchar(128)'),
  column('SPID', 'char(5)'),
  column('REQUESTID', 'char(5)'),
];
const WHO = [
  column('spid', 'smallint'),
  column('ecid', 'smallint'),
  column('status', 'nchar(30)'),
  column('loginame', 'nchar(128)'),
  column('hostname', 'nchar(128)'),
  column('blk', 'char(5)'),
  column('dbname', 'nchar(128)'),
  column('cmd', 'nchar(16)'),
  column('request_id', 'int'),
];

function wanted(call: ModuleCall, args: readonly ProcedureArgument[]): SessionDraft[] {
  const filter = args[0]?.isDefault === true ? null : (args[0]?.value ?? null);
  const seesAll = hasRole(call.instance, call.session.login, 'view-server-state');
  return Object.values(call.instance.sessions)
    .filter((session) => seesAll || session.id === call.session.id)
    .filter((session) => matches(session, filter))
    .sort((a, b) => a.id - b.id);
}

/** @loginame: a login, a session id, or ACTIVE. */
function matches(session: SessionDraft, filter: CellValue): boolean {
  if (filter === null) return true;
  const text = (typeof filter === 'string' ? filter : Number(filter).toString()).toLowerCase();
  if (text === 'active') return session.kind === 'system' || session.running;
  return String(session.id) === text || session.login.toLowerCase() === text;
}

function commandOf(call: ModuleCall, session: SessionDraft): string {
  const operation = session.operation === null ? undefined : call.instance.operations[session.operation];
  if (operation !== undefined) return operation.command;
  if (session.kind === 'system') return session.command;
  return session.running ? 'SELECT' : 'AWAITING COMMAND';
}

const statusOf = (session: SessionDraft): string =>
  session.kind === 'system' ? 'BACKGROUND' : session.running ? 'RUNNABLE' : 'sleeping';

/** `MM/DD hh:mm:ss` in the instance's local time. */
function lastBatch(call: ModuleCall, session: SessionDraft): string {
  const iso = localText(call.instance, session.requestStartedAtMs);
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)} ${iso.slice(11, 19)}`;
}

const answer = (
  columns: readonly ColumnToken[],
  rows: readonly (readonly CellValue[])[],
): CommandOutcome => ({
  kind: 'done',
  tokens: resultSet({ columns, rows }),
  rows: rows.length,
  returnStatus: 0,
});

const spWho2: ProcedureHandler = (call, args) =>
  answer(
    WHO2,
    wanted(call, args).map((session) => {
      const id = String(session.id).padEnd(5);
      return [
        id,
        statusOf(session).padEnd(30),
        session.login,
        session.host ?? '  .',
        '  .  ',
        session.kind === 'system' ? null : session.database,
        commandOf(call, session).slice(0, 16).padEnd(16),
        '0',
        '0',
        lastBatch(call, session),
        session.program ?? '',
        id,
        '0    ',
      ];
    }),
  );

const spWho: ProcedureHandler = (call, args) =>
  answer(
    WHO,
    wanted(call, args).map((session) => [
      session.id,
      0,
      statusOf(session).toLowerCase().padEnd(30),
      session.login.padEnd(128),
      (session.host ?? '').padEnd(128),
      '0    ',
      session.kind === 'system' ? null : session.database.padEnd(128),
      commandOf(call, session).slice(0, 16).padEnd(16),
      0,
    ]),
  );

/** Keys as in EngineModules.procedures. */
export const OWN_PROCEDURES: Readonly<Record<string, ProcedureHandler>> = {
  'master.sp_who': spWho,
  'master.sp_who2': spWho2,
};
