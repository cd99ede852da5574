/**
 * Statements that change something, with every expression already evaluated to a value. The T-SQL engine parses and
 * evaluates; the host (src/simulator/instance) decides what they do.
 */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import type { SecurityCommand } from './security-commands.ts';

/** `[server.]database.schema.object`; parts that were left out are undefined. Spelling as typed, without brackets. */
export interface ObjectName {
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly object: string;
}

/** Option name in upper case -> true (a bare word), text or number. `MOVE` is apart. */
export type WithOptions = Readonly<Record<string, true | string | number>>;
export interface MoveOption {
  readonly logical: string;
  readonly to: string;
}

export type AlterDatabaseChange =
  | {
      readonly kind: 'access';
      readonly access: 'SINGLE_USER' | 'RESTRICTED_USER' | 'MULTI_USER';
      readonly termination: Termination;
    }
  | {
      readonly kind: 'state';
      readonly state: 'ONLINE' | 'OFFLINE' | 'EMERGENCY';
      readonly termination: Termination;
    }
  | { readonly kind: 'recovery'; readonly model: 'FULL' | 'BULK_LOGGED' | 'SIMPLE' }
  | { readonly kind: 'read-only'; readonly readOnly: boolean; readonly termination: Termination }
  | { readonly kind: 'partner'; readonly option: 'ADDRESS'; readonly address: string }
  | {
      readonly kind: 'partner';
      readonly option: 'OFF' | 'FAILOVER' | 'FORCE_SERVICE_ALLOW_DATA_LOSS' | 'SUSPEND' | 'RESUME';
    }
  | { readonly kind: 'partner'; readonly option: 'SAFETY'; readonly safety: 'FULL' | 'OFF' }
  | { readonly kind: 'partner'; readonly option: 'TIMEOUT'; readonly seconds: number }
  | { readonly kind: 'witness'; /** undefined: OFF */ readonly address: string | undefined }
  | { readonly kind: 'other'; readonly text: string };

/** What happens to other sessions. `wait`: no clause was given, the statement waits for them. */
export type Termination =
  | { readonly kind: 'wait' }
  | { readonly kind: 'rollback'; readonly afterSeconds: number }
  | { readonly kind: 'no-wait' };

export type Command =
  | {
      readonly kind: 'backup';
      readonly what: 'database' | 'log';
      readonly database: string;
      readonly devices: readonly string[];
      readonly options: WithOptions;
    }
  | {
      readonly kind: 'restore';
      readonly what: 'database' | 'log';
      readonly database: string;
      /** Empty: no FROM clause. */
      readonly devices: readonly string[];
      readonly options: WithOptions;
      readonly moves: readonly MoveOption[];
    }
  | {
      readonly kind: 'restore-info';
      readonly what: 'HEADERONLY' | 'FILELISTONLY' | 'LABELONLY' | 'VERIFYONLY';
      readonly devices: readonly string[];
      readonly options: WithOptions;
    }
  | { readonly kind: 'alter-database'; readonly database: string; readonly change: AlterDatabaseChange }
  | { readonly kind: 'drop-database'; readonly database: string }
  | { readonly kind: 'create-database'; readonly database: string }
  | { readonly kind: 'kill'; readonly sessionId: number; readonly statusOnly: boolean }
  | {
      readonly kind: 'alter-endpoint';
      readonly name: string;
      readonly state: 'STARTED' | 'STOPPED' | 'DISABLED';
    }
  | { readonly kind: 'use'; readonly database: string }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'transaction'; readonly change: 'begin' | 'commit' | 'rollback' }
  | SecurityCommand
  /** WAITFOR DELAY; the host answers `pending` and resumes when its clock says so. */
  | { readonly kind: 'wait'; readonly milliseconds: number }
  /** INSERT, UPDATE or DELETE on a table that the host owns; rows are already evaluated against `TsqlHost.table`. */
  | {
      readonly kind: 'insert';
      readonly table: ObjectName;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly CellValue[])[];
    };

export interface ProcedureArgument {
  /** With `@`; undefined when positional. */
  readonly name: string | undefined;
  readonly value: CellValue;
  readonly output: boolean;
  /** `DEFAULT` was written. */
  readonly isDefault: boolean;
}

/** A table or view as the host shows it to one session at one instant. */
export interface VirtualTable {
  readonly columns: readonly ColumnToken[];
  readonly rows: readonly (readonly CellValue[])[];
}

export interface TypedValue {
  readonly type: SqlType;
  readonly value: CellValue;
}
