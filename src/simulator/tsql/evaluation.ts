/** What an expression may look at while it runs: the host at one instant, variables, the caught error, the current rows. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { TypedValue, VirtualTable } from './ast.ts';
import type { CaughtError } from './execution.ts';
import type { TsqlHost } from './host.ts';
import type { TsqlSession } from './session.ts';
import { hostError, textError } from './sql-error.ts';
import { objectName } from './syntax.ts';
import type { NameParts } from './syntax.ts';

export type Row = readonly CellValue[];

export interface ReadTable {
  readonly name: NameParts;
  readonly table: VirtualTable;
}

/** One statement's run. Made anew for every statement; nothing of it is kept. */
export interface Evaluation {
  readonly host: TsqlHost;
  readonly session: TsqlSession;
  /** By lower-case name; SELECT @x = ... changes it in place while it runs. */
  readonly variables: Record<string, TypedValue>;
  readonly caught: CaughtError | undefined;
  /** Each table is read once per statement. */
  readonly tables: Map<string, ReadTable>;
  /** Results of subqueries that do not depend on the row. */
  readonly memo: Map<object, unknown>;
}

/** The rows that one SELECT stands on at the moment; undefined is the NULL row of an outer join. */
export interface Env {
  readonly evaluation: Evaluation;
  rows: (Row | undefined)[];
  readonly parent: Env | undefined;
  aggregates: readonly CellValue[];
}

export interface Bound {
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The literal NULL, which takes any type. */
  readonly untyped: boolean;
  /** Literals only; the date part words of DATEDIFF and its kin come this way. */
  readonly constant?: CellValue;
  readonly run: (env: Env) => CellValue;
}

/** Three answers: null is UNKNOWN. */
export type Test = (env: Env) => boolean | null;

const keys = new WeakMap<NameParts, string>();

function tableKey(name: NameParts): string {
  let key = keys.get(name);
  if (key === undefined) {
    key = name.join('\u0000').toLowerCase();
    keys.set(name, key);
  }
  return key;
}

export function readTable(evaluation: Evaluation, name: NameParts): VirtualTable {
  const key = tableKey(name);
  const known = evaluation.tables.get(key);
  if (known !== undefined) return known.table;
  const table = findTable(evaluation, name);
  evaluation.tables.set(key, { name, table });
  return table;
}

function findTable(evaluation: Evaluation, name: NameParts): VirtualTable {
  const last = name.at(-1) ?? '';
  if (last.startsWith('#')) {
    const table = evaluation.session.tempTables[last.toLowerCase()];
    if (table === undefined) throw textError(208, last);
    return table;
  }
  // A linked server would be needed for four parts; the estate has none.
  const found = name.length > 3 ? undefined : evaluation.host.table(objectName(name));
  if (found === undefined) throw textError(208, name.join('.'));
  if ('kind' in found) throw hostError(found, 'text');
  return found;
}
