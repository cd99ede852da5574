/** The way to one SQL Server instance. Implemented by src/connections (mssql) and src/simulation (in memory). */
import type { InstanceName } from '../topology/pool-topology.ts';
import type { SqlErrorDetail } from '../topology/pool-error.ts';

/** LSNs, decimals and bigints arrive as text; bit as boolean; datetime as ISO 8601 UTC text; uniqueidentifier upper case. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;
export interface ResultSet {
  readonly columns: readonly string[];
  readonly rows: readonly SqlRow[];
}

export type SqlParameterType = 'nvarchar' | 'int' | 'bit' | 'bigint' | 'uniqueidentifier';
export interface SqlParameter {
  readonly type: SqlParameterType;
  readonly value: string | number | boolean | null;
}

/** One named text of src/statements. Values travel as parameters; identifiers inside the text are already quoted. */
export interface SqlStatement {
  /** Stable name for logs and metrics, for example `observe-instance`. */
  readonly name: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, SqlParameter>>;
  /** `batch`: sent as a plain batch (no parameters allowed; needed for BACKUP, RESTORE, KILL, ALTER). `rpc`: sp_executesql. */
  readonly mode: 'batch' | 'rpc';
}

export interface SqlInfo {
  readonly number: number;
  readonly message: string;
}

/** What came back, errors of the server included: a batch goes on after most errors, so both may be present. */
export interface SqlAnswer {
  /** Only of statements that ended well: one that failed after its columns has no result, however many rows had come. */
  readonly resultSets: readonly ResultSet[];
  readonly infos: readonly SqlInfo[];
  readonly errors: readonly SqlErrorDetail[];
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** ms; undefined only for BACKUP and RESTORE, which have no wall-clock deadline. */
  readonly deadlineMs: number | undefined;
  readonly onInfo?: (info: SqlInfo) => void;
}

export interface SqlConnection {
  /**
   * One round trip. Resolves with the server's answer even when it holds error tokens; rejects with PoolError when there is
   * no complete answer: PCO_INSTANCE_UNREACHABLE, _TIMEOUT, PCO_LOGIN_FAILED when nothing was sent, PCO_OUTCOME_UNKNOWN
   * once the text may have reached the server.
   */
  run(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer>;
}

export interface SqlInstances {
  /** The held connection for observing: opened on first use, reopened after a failure, at most one per instance. */
  observer(instance: InstanceName): SqlConnection;
  /** A connection of its own for one step's work, context master; closed by the caller. */
  open(instance: InstanceName, signal: AbortSignal): Promise<SqlConnection & AsyncDisposable>;
}
