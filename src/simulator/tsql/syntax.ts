/** What the parser makes of a text: expressions, queries, statements. Plain data, shared by every run of the same text. */
import type { SecurityCommand } from './security-commands.ts';
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { AlterDatabaseChange, ObjectName } from './ast.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^';
export type ComparisonOperator = '=' | '<>' | '<' | '>' | '<=' | '>=';

export interface CaseBranch {
  readonly when: Expression;
  readonly then: Expression;
}

/** Predicates and values are one type; the parser sees to it that each stands where it may. */
export type Expression =
  | { readonly kind: 'literal'; readonly type: SqlType; readonly value: CellValue }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'system'; /** upper case with @@ */ readonly name: string }
  | { readonly kind: 'column'; readonly parts: readonly string[] }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'compare';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'is-null'; readonly operand: Expression; readonly negated: boolean }
  | {
      readonly kind: 'between';
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'in-list';
      readonly operand: Expression;
      readonly items: readonly Expression[];
      readonly negated: boolean;
    }
  | {
      readonly kind: 'in-query';
      readonly operand: Expression;
      readonly query: Query;
      readonly negated: boolean;
    }
  | { readonly kind: 'exists'; readonly query: Query }
  | {
      readonly kind: 'like';
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | undefined;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'case';
      readonly operand: Expression | undefined;
      readonly branches: readonly CaseBranch[];
      readonly otherwise: Expression | undefined;
    }
  | {
      readonly kind: 'call';
      /** Upper case. */
      readonly name: string;
      readonly arguments: readonly Expression[];
      /** COUNT(*) */
      readonly star: boolean;
      readonly distinct: boolean;
      readonly spelled: string;
    }
  | {
      readonly kind: 'convert';
      readonly type: SqlType;
      readonly operand: Expression;
      readonly style: Expression | undefined;
      /** TRY_CONVERT: NULL instead of an error. */
      readonly attempt: boolean;
    }
  | { readonly kind: 'scalar-query'; readonly query: Query };

export type SelectItem =
  | { readonly kind: 'star'; readonly qualifier: readonly string[] }
  | { readonly kind: 'value'; readonly expression: Expression; readonly alias: string | undefined }
  | { readonly kind: 'assign'; readonly variable: string; readonly expression: Expression };

/** `server.database.schema.object` as typed, 1 to 4 parts; empty string for a part left out between dots. */
export type NameParts = readonly string[];

export type Source =
  | { readonly kind: 'table'; readonly name: NameParts; readonly alias: string | undefined }
  | {
      readonly kind: 'function';
      readonly name: NameParts;
      readonly arguments: readonly Expression[];
      readonly alias: string | undefined;
    }
  | {
      readonly kind: 'derived';
      readonly query: Query;
      readonly alias: string;
      readonly columns: readonly string[] | undefined;
    };

export interface JoinStep {
  readonly join: 'cross' | 'inner' | 'left' | 'cross-apply' | 'outer-apply';
  readonly source: Source;
  readonly on: Expression | undefined;
}

export interface SelectCore {
  readonly distinct: boolean;
  readonly top: Expression | undefined;
  readonly items: readonly SelectItem[];
  /** The first step is `cross` with one empty row. */
  readonly from: readonly JoinStep[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
}

export interface Query {
  readonly branches: readonly SelectCore[];
  /** UNION without ALL somewhere: the whole result is made distinct. */
  readonly distinctUnion: boolean;
  readonly orderBy: readonly OrderItem[];
}

/** The only values that BACKUP, RESTORE and EXEC take. A bare name is a string literal. */
export type SimpleValue =
  | { readonly kind: 'literal'; readonly type: SqlType; readonly value: CellValue }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'system'; readonly name: string };

export interface ExecArgument {
  readonly name: string | undefined;
  readonly value: SimpleValue | { readonly kind: 'default' };
  readonly output: boolean;
}

export type ExecCall =
  | {
      readonly kind: 'procedure';
      readonly name: NameParts | { readonly variable: string };
      readonly returnInto: string | undefined;
      readonly arguments: readonly ExecArgument[];
    }
  | { readonly kind: 'text'; readonly text: Expression };

export interface DeviceOptions {
  readonly options: readonly { readonly name: string; readonly value: SimpleValue | true }[];
  readonly moves: readonly { readonly logical: SimpleValue; readonly to: SimpleValue }[];
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

export type InsertSource =
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'exec'; readonly call: ExecCall };

export type SessionOptionName = 'NOCOUNT' | 'XACT_ABORT' | 'LOCK_TIMEOUT';

/** Statements without control flow. */
export type PlainStatement =
  | {
      readonly kind: 'declare';
      readonly name: string;
      readonly type: SqlType;
      readonly value: Expression | undefined;
    }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expression }
  /** Options without effect here are parsed and left out. */
  | {
      readonly kind: 'set-option';
      readonly options: readonly SessionOptionName[];
      readonly value: boolean | SimpleValue;
    }
  | { readonly kind: 'select'; readonly query: Query; readonly assigns: boolean }
  | { readonly kind: 'print'; readonly value: Expression }
  | {
      readonly kind: 'raiserror';
      readonly message: Expression;
      readonly severity: Expression;
      readonly state: Expression;
      readonly arguments: readonly Expression[];
      readonly setError: boolean;
    }
  | {
      readonly kind: 'throw';
      readonly error:
        | { readonly number: SimpleValue; readonly message: SimpleValue; readonly state: SimpleValue }
        | undefined;
    }
  | { readonly kind: 'wait'; readonly delay: SimpleValue }
  | { readonly kind: 'create-table'; readonly name: string; readonly columns: readonly ColumnDefinition[] }
  | { readonly kind: 'drop-table'; readonly names: readonly NameParts[] }
  | {
      readonly kind: 'insert';
      readonly table: NameParts;
      readonly columns: readonly string[] | undefined;
      readonly source: InsertSource;
    }
  | { readonly kind: 'exec'; readonly call: ExecCall }
  | {
      readonly kind: 'backup';
      readonly what: 'database' | 'log';
      readonly database: SimpleValue;
      readonly devices: readonly SimpleValue[];
      readonly with: DeviceOptions;
    }
  | {
      readonly kind: 'restore';
      readonly what: 'database' | 'log';
      readonly database: SimpleValue;
      readonly devices: readonly SimpleValue[];
      readonly with: DeviceOptions;
    }
  | {
      readonly kind: 'restore-info';
      readonly what: 'HEADERONLY' | 'FILELISTONLY' | 'LABELONLY' | 'VERIFYONLY';
      readonly devices: readonly SimpleValue[];
      readonly with: DeviceOptions;
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
  | { readonly kind: 'transaction'; readonly change: 'begin' | 'commit' | 'rollback' }
  | { readonly kind: 'checkpoint' }
  | SecurityCommand;

export type Statement =
  | { readonly line: number; readonly body: PlainStatement }
  | { readonly line: number; readonly body: ControlStatement };

export type ControlStatement =
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | undefined;
    }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: Statement }
  | { readonly kind: 'block'; readonly statements: readonly Statement[] }
  | {
      readonly kind: 'try';
      readonly statements: readonly Statement[];
      readonly handler: readonly Statement[];
    }
  | { readonly kind: 'return' };

export function objectName(parts: NameParts): ObjectName {
  return {
    database: emptyToUndefined(parts.at(-3)),
    schema: emptyToUndefined(parts.at(-2)),
    object: parts.at(-1) ?? '',
  };
}

function emptyToUndefined(part: string | undefined): string | undefined {
  return part === '' ? undefined : part;
}
