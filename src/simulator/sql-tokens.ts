/** What a simulated instance says: the T-SQL engine and the model produce these, the TDS server puts them on the wire. */

export type SqlType =
  | {
      readonly name:
        'int' | 'bigint' | 'smallint' | 'tinyint' | 'bit' | 'real' | 'float' | 'uniqueidentifier';
    }
  | {
      readonly name: 'nvarchar' | 'varchar' | 'varbinary';
      /** characters or bytes */ readonly length: number | 'max';
    }
  | { readonly name: 'nchar' | 'char'; readonly length: number }
  | { readonly name: 'numeric'; readonly precision: number; readonly scale: number }
  | { readonly name: 'datetime' }
  | { readonly name: 'datetime2' | 'datetimeoffset'; readonly scale: number }
  | { readonly name: 'sql_variant' };

/**
 * numeric and bigint: decimal text or bigint, never a float. Dates: ISO 8601 text without zone for datetime and datetime2
 * (`2026-11-23T22:29:00.123`), with offset for datetimeoffset. uniqueidentifier: upper-case text. bit: boolean.
 */
export type CellValue = null | string | number | bigint | boolean | Uint8Array;

export interface ColumnToken {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

export interface MessageToken {
  readonly number: number;
  readonly state: number;
  /** Severity. 10 and less travel as INFO, 20 and more also close the connection. */
  readonly class: number;
  readonly message: string;
  /** Empty outside procedures. */
  readonly procedure: string;
  readonly line: number;
}

export type SqlToken =
  | { readonly kind: 'columns'; readonly columns: readonly ColumnToken[] }
  | { readonly kind: 'row'; readonly values: readonly CellValue[] }
  | ({ readonly kind: 'info' } & MessageToken)
  | ({ readonly kind: 'error' } & MessageToken)
  /** End of one statement; `rows` undefined when it has no row count. */
  | {
      readonly kind: 'done';
      readonly rows: number | undefined;
      readonly failed: boolean;
      readonly inProcedure: boolean;
    }
  /** ENVCHANGE 1. */
  | { readonly kind: 'database'; readonly name: string }
  | { readonly kind: 'return-status'; readonly value: number }
  | { readonly kind: 'output'; readonly name: string; readonly type: SqlType; readonly value: CellValue }
  /** The request is complete; nothing more comes for it. */
  | { readonly kind: 'end'; readonly failed: boolean }
  /** Close the connection after what was said before (KILL, severity 20, shutdown). */
  | { readonly kind: 'close' };
