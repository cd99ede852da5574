/** A request that waits for the host, as plain data: it lives inside the estate's state tree and is never changed in place. */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import type { ObjectName, TypedValue } from './ast.ts';
import type { SessionOptions, TsqlSession } from './session.ts';

/** What ERROR_NUMBER() and its family answer inside a CATCH block. */
export interface CaughtError {
  readonly number: number;
  readonly state: number;
  readonly class: number;
  readonly message: string;
  readonly line: number;
  readonly procedure: string;
}

/** Value of a callee's variable that goes to the caller's variable when the callee ends. */
export interface OutputBinding {
  readonly from: string;
  readonly to: string;
}

/** INSERT ... EXEC: rows of the callee are kept for the table instead of being sent. */
export interface CapturedRows {
  readonly columns: readonly ColumnToken[];
  readonly rows: readonly (readonly CellValue[])[];
}

/** One running text: the batch itself, EXEC (N'...') or sp_executesql. */
export interface Frame {
  readonly text: string;
  /** Parameter declarations as text, empty for a batch; with `text` the key of the compiled program. */
  readonly declarations: string;
  readonly kind: 'batch' | 'dynamic' | 'executesql';
  readonly pc: number;
  /** By lower-case name with `@`. */
  readonly variables: Readonly<Record<string, TypedValue>>;
  /** Where the CATCH blocks of the TRY blocks around `pc` begin, innermost last. */
  readonly handlers: readonly number[];
  /** Errors of the CATCH blocks around `pc`, innermost last. */
  readonly caught: readonly CaughtError[];
  readonly outputs: readonly OutputBinding[];
  /** Caller's variable for `EXEC @rc = ...`. */
  readonly returnInto: string | undefined;
  /** Database context to go back to at the end; undefined: leave it as it is then. */
  readonly database: string | undefined;
  /** #tables made by this text: dropped at its end. */
  readonly ownTables: readonly string[];
  /** Result sets so far; undefined: rows are sent. */
  readonly capture: readonly CapturedRows[] | undefined;
  /** SET inside a nested text does not outlive it: these come back. undefined: the batch itself. */
  readonly optionsBefore: SessionOptions | undefined;
}

/** How the request came and what is owed at its end. */
export type RequestOrigin =
  | { readonly kind: 'batch' }
  | {
      readonly kind: 'rpc';
      /** Output parameters: RPC name, type, and the variable that fills it when it is not in `values`. */
      readonly outputs: readonly RpcOutput[];
      /** Values known before the text runs (handles of prepared statements), by RPC name. */
      readonly values: Readonly<Record<string, CellValue>>;
    }
  /** A procedure of the host, called without a text around it. */
  | { readonly kind: 'procedure'; readonly name: ObjectName; readonly outputs: readonly RpcOutput[] };

export interface RpcOutput {
  readonly name: string;
  readonly type: SqlType;
  /** lower case */
  readonly from: string;
}

export interface Execution {
  readonly origin: RequestOrigin;
  /** Innermost last; empty for a direct procedure call. */
  readonly frames: readonly Frame[];
  readonly session: TsqlSession;
}
