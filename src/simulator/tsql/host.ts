/** What the T-SQL engine needs from the instance that runs it. Bound to one session and one instant for the time of a call. */
import type { CellValue, MessageToken, SqlToken } from '../sql-tokens.ts';
import type { Command, ObjectName, ProcedureArgument, TypedValue, VirtualTable } from './ast.ts';

/** A refusal: error tokens in server order. */
export interface SqlFailure {
  readonly kind: 'failure';
  readonly errors: readonly Omit<MessageToken, 'line' | 'procedure'>[];
  /** true: the rest of the batch is not run (binding errors, severity 20). Default: the batch goes on. */
  readonly abortsBatch?: boolean;
}

export interface CommandDone {
  readonly kind: 'done';
  /** INFO tokens, result sets (columns, rows, done) in order. No `end`. */
  readonly tokens: readonly SqlToken[];
  readonly rows?: number;
  /** Procedures only. */
  readonly returnStatus?: number;
  /** Procedures only: `@name` -> value for parameters passed with OUTPUT. */
  readonly outputs?: Readonly<Record<string, CellValue>>;
}

/** The host goes on with it later (BACKUP, RESTORE, ALTER that waits, WAITFOR) and then calls `resume`. */
export interface CommandPending {
  readonly kind: 'pending';
  readonly operation: string;
}

export type CommandOutcome = CommandDone | SqlFailure | CommandPending;

export interface TsqlHost {
  readonly sessionId: number;
  readonly login: string;
  /** Instance clock: ms since 1970 as if local time were UTC (getdate), and true UTC (getutcdate). */
  readonly localNowMs: number;
  readonly utcNowMs: number;
  currentDatabase(): string;
  /** undefined: no such object (208). Names compare without case. */
  table(name: ObjectName): VirtualTable | SqlFailure | undefined;
  /** Table-valued function in FROM; undefined: no such object (208). */
  tableFunction(name: ObjectName, args: readonly CellValue[]): VirtualTable | SqlFailure | undefined;
  /** Functions that know the instance: DB_ID, DB_NAME, SERVERPROPERTY, DATABASEPROPERTYEX, HAS_DBACCESS, @@SERVERNAME ... undefined: 195. */
  scalar(name: string, args: readonly CellValue[]): TypedValue | SqlFailure | undefined;
  command(command: Command): CommandOutcome;
  /** undefined: no such procedure (2812). Missing, unknown and duplicate parameters are the host's to refuse (201, 8144, 8145). */
  procedure(name: ObjectName, args: readonly ProcedureArgument[]): CommandOutcome | undefined;
}
