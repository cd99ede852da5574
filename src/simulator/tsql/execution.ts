/** A request that waits for the host, as plain data: it lives inside the estate's state tree and is never changed in place. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { RpcParameter } from '../estate-contract.ts';
import type { ObjectName, TypedValue } from './ast.ts';
import type { TsqlSession } from './session.ts';

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
  readonly returnStatus: number;
  /** Database context to go back to at the end; undefined: leave it as it is then. */
  readonly database: string | undefined;
  /** #tables made by this text: dropped at its end. */
  readonly ownTables: readonly string[];
  readonly capture: CapturedRows | undefined;
  /** Text runs with these option values after its end; SET inside a nested text does not outlive it. */
  readonly optionsBefore: { readonly nocount: boolean; readonly xactAbort: boolean } | undefined;
}

/** How the request came and what is owed at its end. */
export type RequestOrigin =
  | { readonly kind: 'batch' }
  | {
      readonly kind: 'rpc';
      /** Output parameters of the request: RPC name, type, and the variable or procedure output that fills it. */
      readonly outputs: readonly { readonly name: string; readonly type: SqlType; readonly from: string }[];
      /** Values known at the start (prepared handles). */
      readonly values: Readonly<Record<string, CellValue>>;
      /** A procedure of the host was called directly; no frame. */
      readonly direct:
        { readonly name: ObjectName; readonly parameters: readonly RpcParameter[] } | undefined;
    };

export interface Execution {
  readonly origin: RequestOrigin;
  /** Innermost last; empty for a direct procedure call. */
  readonly frames: readonly Frame[];
  readonly session: TsqlSession;
}
