/** What a procedure of msdb or log shipping may see and change: one instance's msdb at one instant, and doors to its surroundings. */
import type { CellValue, ColumnToken, SqlToken } from '../sql-tokens.ts';
import type { CommandDone, CommandOutcome } from '../tsql/host.ts';
import type { AgentRole } from '../instance/database-permissions.ts';
import type { InstanceClock } from './instance-clock.ts';
import type { MsdbState } from './msdb-state.ts';
import type { CatalogueProcedure } from '../catalogue/catalogue.ts';
import { parametersOf, type ParameterSpec } from '../catalogue/parameters.ts';
import type { BoundArguments } from './procedure-arguments.ts';

export interface MsdbCall {
  /** A draft: changed in place. */
  readonly msdb: MsdbState;
  readonly serverName: string;
  readonly clock: InstanceClock;
  readonly currentDatabase: string;
  readonly login: string;
  readonly sysadmin: boolean;
  /** The highest of the Agent's roles in msdb that the caller has. */
  readonly agentRole: AgentRole | undefined;
  /** EXECUTE on the procedure was granted to the caller itself. */
  mayExecute(procedure: string, database: string): boolean;
  readonly agentRunning: boolean;
  newGuid(): string;
  /** undefined: no such database. */
  database(name: string): { readonly online: boolean; readonly recoveryModel: string } | undefined;
  /** msdb of a monitor server; undefined: it cannot be reached. */
  monitor(server: string): MsdbState | undefined;
  startJob(jobId: string): void;
  /** Ends a run of the job, as the Agent kills a CmdExec step; history says canceled. */
  stopJob(jobId: string): void;
}

export interface MsdbProcedure {
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  /** Where the caller must stand; Agent procedures are found only in msdb by their name, so `any` is enough for them. */
  readonly context: 'master' | 'any';
  /** sysadmin: log shipping (sql-server reference 8). granted: or EXECUTE granted directly. agent: or one of the Agent's roles. */
  readonly allowed: 'sysadmin' | 'granted' | 'agent';
  run(call: MsdbCall, args: BoundArguments): CommandOutcome;
}

type Run = MsdbProcedure['run'];
/** `sp_start_job` of `msdb.sp_start_job`. */
type NameIn<Database extends string, Key = CatalogueProcedure> = Key extends `${Database}.${infer Name}`
  ? Name
  : never;

/** All log shipping procedures live in master and want its context. */
export const shippingProcedure = (name: NameIn<'master'>, run: Run): MsdbProcedure => ({
  name,
  parameters: parametersOf(`master.${name}`),
  context: 'master',
  allowed: 'sysadmin',
  run,
});

/** sysadmin, or EXECUTE granted directly (catalogue: sp_help_log_shipping_monitor). */
export const grantableProcedure = (name: NameIn<'master'>, run: Run): MsdbProcedure => ({
  ...shippingProcedure(name, run),
  allowed: 'granted',
});

export const agentProcedure = (name: NameIn<'msdb'>, run: Run): MsdbProcedure => ({
  name,
  parameters: parametersOf(`msdb.${name}`),
  context: 'any',
  allowed: 'agent',
  run,
});

export const done = (
  outputs: Readonly<Record<string, CellValue>> = {},
  tokens: readonly SqlToken[] = [],
): CommandDone => ({ kind: 'done', tokens, returnStatus: 0, outputs });

export const info = (number: number, message: string): SqlToken => ({
  kind: 'info',
  number,
  state: 1,
  class: 0,
  message,
  procedure: '',
  line: 1,
});

/** Rows by column name; a column that a row lacks is NULL. */
export function resultSet(
  columns: readonly ColumnToken[],
  rows: readonly Readonly<Record<string, CellValue | undefined>>[],
): readonly SqlToken[] {
  return [
    { kind: 'columns', columns },
    ...rows.map((row): SqlToken => ({ kind: 'row', values: columns.map(({ name }) => row[name] ?? null) })),
    { kind: 'done', rows: rows.length, failed: false, inProcedure: true },
  ];
}

/** Names compare without case, as under a case-insensitive collation. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
