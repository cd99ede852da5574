/** What one connection's session keeps between requests for the T-SQL engine. Plain data; the database context is the host's. */
import type { CellValue, ColumnToken } from '../sql-tokens.ts';

export interface TempTable {
  /** As typed, with `#`. */
  readonly name: string;
  readonly columns: readonly ColumnToken[];
  readonly rows: readonly (readonly CellValue[])[];
}

export interface PreparedStatement {
  /** `@p int, @q nvarchar(30)`; may be empty. */
  readonly declarations: string;
  readonly text: string;
}

export interface SessionOptions {
  readonly nocount: boolean;
  readonly xactAbort: boolean;
  /** ms; -1: wait without end. */
  readonly lockTimeoutMs: number;
}

export interface TsqlSession {
  /** By lower-case name. */
  readonly tempTables: Readonly<Record<string, TempTable>>;
  /** By handle. */
  readonly prepared: Readonly<Record<string, PreparedStatement>>;
  readonly nextHandle: number;
  readonly options: SessionOptions;
  /** @@ERROR: number of the last statement's error, 0 after success. */
  readonly lastError: number;
  /** @@ROWCOUNT. */
  readonly lastRowCount: number;
}

export const DEFAULT_OPTIONS: SessionOptions = { nocount: false, xactAbort: false, lockTimeoutMs: -1 };

/** A session right after login, or after sp_reset_connection. */
export function newSession(): TsqlSession {
  return {
    tempTables: {},
    prepared: {},
    nextHandle: 1,
    options: DEFAULT_OPTIONS,
    lastError: 0,
    lastRowCount: 0,
  };
}
