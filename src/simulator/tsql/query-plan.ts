/** A bound query: its columns and how to run it. One SELECT, or several joined by UNION with a common type per column. */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import { keyOf } from './compare.ts';
import { convert, sameType } from './convert.ts';
import type { Env, Evaluation, Row } from './evaluation.ts';
import { rowOrder, sortRows } from './row-order.ts';
import { newScope } from './scope.ts';
import type { Scope } from './scope.ts';
import { bindSelect } from './select-plan.ts';
import { textError } from './sql-error.ts';
import type { OrderItem, Query } from './syntax.ts';
import { commonType } from './types.ts';

/** Answers false when it wants no more rows. */
export type Sink = (values: Row) => boolean;

export interface QueryPlan {
  readonly columns: readonly ColumnToken[];
  run(evaluation: Evaluation, parent: Env | undefined, sink: Sink): void;
}

/** `scope` is fresh and becomes the first SELECT's. */
export function bindQuery(scope: Scope, query: Query): QueryPlan {
  const [first, ...others] = query.branches;
  if (first === undefined) throw textError(102, '');
  if (others.length === 0) return bindSelect(scope, first, query.orderBy);
  const plans = query.branches.map((branch) => {
    const inner = newScope(scope.binding, scope.parent);
    const plan = bindSelect(inner, branch, []);
    scope.correlated ||= inner.correlated;
    return plan;
  });
  return unionPlan(plans, query);
}

function unionPlan(plans: readonly QueryPlan[], query: Query): QueryPlan {
  const columns = unionColumns(plans);
  const order = query.orderBy.map((item) => ({ at: unionOrder(item, columns), descending: item.descending }));
  const runAll = (evaluation: Evaluation, parent: Env | undefined, sink: Sink): void => {
    const keep = query.distinctUnion ? distinctFilter(columns) : () => true;
    const state = { more: true };
    for (const plan of plans) {
      if (!state.more) return;
      const cast = rowCast(plan.columns, columns);
      plan.run(evaluation, parent, (values) => {
        const row = cast(values);
        state.more = !keep(row) || sink(row);
        return state.more;
      });
    }
  };
  if (order.length === 0) return { columns, run: runAll };
  const compare = rowOrder(
    order.map(({ at, descending }) => ({ type: columns[at]?.type ?? { name: 'int' }, descending })),
  );
  return {
    columns,
    run: (evaluation, parent, sink) => {
      const entries: { readonly values: Row; readonly keys: Row }[] = [];
      runAll(evaluation, parent, (values) => {
        entries.push({ values, keys: order.map(({ at }) => values[at] ?? null) });
        return true;
      });
      for (const { values } of sortRows(entries, compare)) if (!sink(values)) return;
    },
  };
}

function unionColumns(plans: readonly QueryPlan[]): readonly ColumnToken[] {
  const [first, ...others] = plans;
  if (first === undefined) return [];
  if (others.some((plan) => plan.columns.length !== first.columns.length)) throw textError(205);
  return first.columns.map((column, at) => {
    const all = plans.map((plan) => plan.columns[at] ?? column);
    const type = all.reduce<SqlType>((met, other) => commonType(met, other.type), column.type);
    return { name: column.name, type, nullable: all.some((other) => other.nullable) };
  });
}

/** Only output columns, by name or by position. */
function unionOrder({ expression }: OrderItem, columns: readonly ColumnToken[]): number {
  if (expression.kind === 'literal' && typeof expression.value === 'number') {
    if (expression.value >= 1 && expression.value <= columns.length) return expression.value - 1;
    throw textError(108, expression.value);
  }
  const name = expression.kind === 'column' ? (expression.parts.at(-1) ?? '').toLowerCase() : '';
  const at = columns.findIndex((column) => column.name.toLowerCase() === name);
  if (at === -1) throw textError(104);
  return at;
}

export function rowCast(from: readonly ColumnToken[], to: readonly ColumnToken[]): (row: Row) => Row {
  if (from.every((column, at) => sameType(column.type, to[at]?.type ?? column.type))) return (row) => row;
  return (row) =>
    row.map((value, at): CellValue => {
      const source = from[at]?.type;
      const target = to[at]?.type;
      return source === undefined || target === undefined ? value : convert(value, source, target);
    });
}

/** True for the first row of each kind. */
export function distinctFilter(columns: readonly ColumnToken[]): (row: Row) => boolean {
  const keys = columns.map((column) => keyOf(column.type));
  const seen = new Set<string>();
  return (row) => {
    const key = JSON.stringify(keys.map((keyFor, at) => keyFor(row[at] ?? null)));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}
