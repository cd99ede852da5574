/** A hand-written instance for the engine's tests: a few tables, a few functions, commands that are only written down. */
import type {
  Command,
  ObjectName,
  ProcedureArgument,
  TypedValue,
  VirtualTable,
} from '../../../src/simulator/tsql/ast.ts';
import { resume, startBatch, startRpc } from '../../../src/simulator/tsql/execute.ts';
import type { Step } from '../../../src/simulator/tsql/execute.ts';
import type { CommandOutcome, SqlFailure, TsqlHost } from '../../../src/simulator/tsql/host.ts';
import { newSession } from '../../../src/simulator/tsql/session.ts';
import type { TsqlSession } from '../../../src/simulator/tsql/session.ts';
import type { RpcParameter } from '../../../src/simulator/estate-contract.ts';
import type { CellValue, ColumnToken, SqlToken, SqlType } from '../../../src/simulator/sql-tokens.ts';

export const NVARCHAR = (length: number | 'max'): SqlType => ({ name: 'nvarchar', length });
export const LSN: SqlType = { name: 'numeric', precision: 25, scale: 0 };

function column(name: string, type: SqlType, nullable = true): ColumnToken {
  return { name, type, nullable };
}

const DATABASES: VirtualTable = {
  columns: [
    column('name', NVARCHAR(128), false),
    column('database_id', { name: 'int' }, false),
    column('state', { name: 'tinyint' }),
    column('state_desc', NVARCHAR(60)),
    column('is_in_standby', { name: 'bit' }),
    column('create_date', { name: 'datetime' }, false),
  ],
  rows: [
    ['master', 1, 0, 'ONLINE', false, '2015-01-01T00:00:00.000'],
    ['mgc', 5, 1, 'RESTORING', false, '2026-11-23T22:29:00.123'],
    ['mgccomp', 6, 0, 'ONLINE', true, '2026-11-23T22:30:00.000'],
  ],
};

const FILES: VirtualTable = {
  columns: [
    column('database_id', { name: 'int' }, false),
    column('file_id', { name: 'int' }, false),
    column('redo_start_lsn', LSN),
    column('redo_start_fork_guid', { name: 'uniqueidentifier' }),
  ],
  rows: [
    [1, 1, null, null],
    [5, 1, '1058890000000031300001', '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
    [5, 2, '39000000120800001', null],
  ],
};

function failure(number: number, message: string, severity = 16, more: Partial<SqlFailure> = {}): SqlFailure {
  return { kind: 'failure', errors: [{ number, state: 1, class: severity, message }], ...more };
}

const NUMBERS: VirtualTable = {
  columns: [column('n', { name: 'bigint' }, false), column('word', NVARCHAR(30))],
  rows: Array.from({ length: 3000 }, (_unused, at) => [BigInt(at), `word ${at % 7}`]),
};

const TABLES: Readonly<Record<string, VirtualTable | SqlFailure>> = {
  'sys.databases': DATABASES,
  'sys.master_files': FILES,
  'dbo.numbers': NUMBERS,
  'dbo.tblchat': failure(927, "Database 'mgc' cannot be opened. It is in the middle of a restore.", 14),
};

export interface Written {
  readonly commands: Command[];
  readonly procedures: { readonly name: ObjectName; readonly args: readonly ProcedureArgument[] }[];
}

export interface SmallHost extends TsqlHost, Written {}

/** `answer` decides on commands first; undefined: done with nothing to say. */
export function smallHost(
  answer: (command: Command) => CommandOutcome | undefined = () => undefined,
): SmallHost {
  let database = 'master';
  const commands: Command[] = [];
  const procedures: Written['procedures'][number][] = [];
  const utcNowMs = Date.UTC(2026, 10, 23, 22, 29, 0, 124);
  return {
    commands,
    procedures,
    sessionId: 57,
    login: 'sa',
    utcNowMs,
    localNowMs: utcNowMs + 3_600_000,
    currentDatabase: () => database,
    table: ({ schema, object }) => TABLES[`${schema ?? 'dbo'}.${object}`.toLowerCase()],
    tableFunction: ({ object }, args) => (object.toLowerCase() === 'fn_twice' ? twice(args) : undefined),
    scalar: (name, args) => scalar(name, args, database),
    command: (command) => {
      commands.push(command);
      const given = answer(command);
      if (given !== undefined) return given;
      if (command.kind === 'use') database = command.database;
      const tokens: SqlToken[] = command.kind === 'use' ? [{ kind: 'database', name: command.database }] : [];
      return { kind: 'done', tokens };
    },
    procedure: (name, args) => {
      procedures.push({ name, args });
      return procedure(name, args);
    },
  };
}

function twice(args: readonly CellValue[]): VirtualTable {
  const [value] = args;
  return {
    columns: [column('doubled', { name: 'int' })],
    rows: value === null ? [] : [[Number(value)], [Number(value) * 2]],
  };
}

function scalar(name: string, args: readonly CellValue[], database: string): TypedValue | undefined {
  switch (name) {
    case 'DB_NAME':
      return { type: NVARCHAR(128), value: database };
    case 'DB_ID':
      return { type: { name: 'int' }, value: args[0] === 'mgc' ? 5 : null };
    case '@@SERVERNAME':
      return { type: NVARCHAR(128), value: 'SQL-PAR-1' };
    case '@@TRANCOUNT':
      return { type: { name: 'int' }, value: 0 };
    case 'SERVERPROPERTY':
      return { type: { name: 'sql_variant' }, value: '12.0.6024.0' };
    case 'HAS_DBACCESS':
      return { type: { name: 'int' }, value: args[0] === 'mgc' ? 0 : 1 };
    default:
      return undefined;
  }
}

function procedure(name: ObjectName, args: readonly ProcedureArgument[]): CommandOutcome | undefined {
  switch (name.object.toLowerCase()) {
    case 'sp_who2':
      return {
        kind: 'done',
        returnStatus: 0,
        tokens: [
          { kind: 'columns', columns: [column('SPID', { name: 'char', length: 5 })] },
          { kind: 'row', values: ['57   '] },
          { kind: 'done', rows: 1, failed: false, inProcedure: true },
        ],
      };
    case 'sp_add_thing':
      return {
        kind: 'done',
        tokens: [],
        returnStatus: 4,
        outputs: { '@id': '6F9619FF-8B86-D011-B42D-00C04FC964FF' },
      };
    case 'sp_fail':
      return failure(14262, "The specified @job_name ('x') does not exist.");
    case 'sp_slow':
      return { kind: 'pending', operation: `slow ${args.length}` };
    default:
      return undefined;
  }
}

export function batch(text: string, host: TsqlHost = smallHost(), session: TsqlSession = newSession()): Step {
  return startBatch(text, host, session);
}

export function rpc(
  name: string,
  parameters: readonly RpcParameter[],
  host: TsqlHost = smallHost(),
  session = newSession(),
): Step {
  return startRpc(name, parameters, host, session);
}

export function parameter(name: string, type: SqlType, value: CellValue, output = false): RpcParameter {
  return { name, type, value, output };
}

/** Finishes a request whose host answers every wait with `done`. */
export function settle(step: Step, host: TsqlHost): readonly SqlToken[] {
  const tokens = [...step.tokens];
  let current = step;
  while (current.execution !== undefined) {
    current = resume(current.execution, { kind: 'done', tokens: [] }, host);
    tokens.push(...current.tokens);
  }
  return tokens;
}

export function rowsOf(step: { readonly tokens: readonly SqlToken[] }): readonly (readonly CellValue[])[] {
  return step.tokens.flatMap((token) => (token.kind === 'row' ? [token.values] : []));
}

export function errorsOf(step: { readonly tokens: readonly SqlToken[] }): readonly number[] {
  return step.tokens.flatMap((token) => (token.kind === 'error' ? [token.number] : []));
}

export function messagesOf(step: { readonly tokens: readonly SqlToken[] }): readonly string[] {
  return step.tokens.flatMap((token) =>
    token.kind === 'error' || token.kind === 'info' ? [token.message] : [],
  );
}

export function columnsOf(step: { readonly tokens: readonly SqlToken[] }): readonly ColumnToken[] {
  return step.tokens.flatMap((token) => (token.kind === 'columns' ? token.columns : []));
}

/** First value of the first row of `SELECT <expression>`. */
export function valueOf(expression: string, host: TsqlHost = smallHost()): CellValue | undefined {
  const step = batch(`SELECT ${expression}`, host);
  const failed = errorsOf(step);
  if (failed.length > 0) throw new Error(`${expression}: ${messagesOf(step).join('; ')}`);
  return rowsOf(step)[0]?.[0];
}
