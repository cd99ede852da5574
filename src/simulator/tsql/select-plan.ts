/** One SELECT: list, WHERE, GROUP BY, HAVING, DISTINCT, TOP, ORDER BY bound to functions over the rows of FROM. */
import type { ColumnToken, SqlType } from '../sql-tokens.ts';
import { isAggregate } from './aggregates.ts';
import { bindValue } from './bind-expressions.ts';
import { bindTest } from './bind-predicates.ts';
import type { Bound, Env, Row, Test } from './evaluation.ts';
import { groupRows } from './group-rows.ts';
import type { QueryPlan, Sink } from './query-plan.ts';
import { distinctFilter } from './query-plan.ts';
import { orderedCollector, rowOrder } from './row-order.ts';
import { matchesQualifier } from './scope.ts';
import type { Grouping, Scope } from './scope.ts';
import { bindFrom } from './select-from.ts';
import type { FromPlan } from './select-from.ts';
import { textError } from './sql-error.ts';
import type { Expression, OrderItem, SelectCore, SelectItem } from './syntax.ts';

interface Output {
  readonly name: string;
  readonly value: Bound;
  readonly expression: Expression | undefined;
}

interface OrderKey {
  readonly type: SqlType;
  readonly descending: boolean;
  readonly value: Bound;
}

/** A row or a group that waits to be sorted. */
interface Candidate {
  readonly rows: Env['rows'];
  readonly aggregates: Env['aggregates'];
  readonly keys: Row;
}

interface BoundSelect {
  readonly from: FromPlan;
  readonly grouping: Grouping | undefined;
  readonly groupBy: readonly Bound[];
  readonly having: Test | undefined;
  readonly outputs: readonly Output[];
  readonly order: readonly OrderKey[];
  readonly top: Bound | undefined;
  readonly distinct: boolean;
  readonly columns: readonly ColumnToken[];
}

export function bindSelect(scope: Scope, core: SelectCore, orderBy: readonly OrderItem[]): QueryPlan {
  const from = bindFrom(scope, core.from, core.where);
  const groupBy = core.groupBy.map((expression) => bindValue(scope, expression));
  const top = core.top === undefined ? undefined : bindValue(scope, core.top);
  if (isGroupedSelect(core, orderBy))
    scope.grouping = { expressions: core.groupBy, aggregates: [], free: false };
  const outputs = core.items.flatMap((item) => bindItem(scope, item));
  const having = core.having === undefined ? undefined : bindTest(scope, core.having);
  const order = orderBy.map((item) => bindOrderItem(scope, item, outputs, core.distinct));
  const columns = outputs.map(({ name, value }) => ({ name, type: value.type, nullable: value.nullable }));
  const { grouping } = scope;
  const { distinct } = core;
  const bound = { from, grouping, groupBy, having, outputs, order, top, distinct, columns };
  return {
    columns,
    run: (evaluation, parent, sink) =>
      runSelect(bound, { evaluation, rows: [], parent, aggregates: [] }, sink),
  };
}

function isGroupedSelect(core: SelectCore, orderBy: readonly OrderItem[]): boolean {
  if (core.groupBy.length > 0 || core.having !== undefined) return true;
  return (
    core.items.some((item) => item.kind !== 'star' && hasAggregate(item.expression)) ||
    orderBy.some((item) => hasAggregate(item.expression))
  );
}

/** Subqueries have aggregates of their own and are not looked into. */
function hasAggregate(expression: Expression): boolean {
  switch (expression.kind) {
    case 'call':
      return isAggregate(expression.name) || expression.arguments.some(hasAggregate);
    case 'negate':
    case 'not':
    case 'is-null':
    case 'convert':
      return hasAggregate(expression.operand);
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return hasAggregate(expression.left) || hasAggregate(expression.right);
    case 'between':
      return [expression.operand, expression.low, expression.high].some(hasAggregate);
    case 'in-list':
      return [expression.operand, ...expression.items].some(hasAggregate);
    case 'like':
      return [expression.operand, expression.pattern].some(hasAggregate);
    case 'case': {
      const ends = [expression.operand, expression.otherwise].filter((end) => end !== undefined);
      return [...ends, ...expression.branches.flatMap(({ when, then }) => [when, then])].some(hasAggregate);
    }
    default:
      return false;
  }
}

function bindItem(scope: Scope, item: SelectItem): readonly Output[] {
  if (item.kind === 'star') return bindStar(scope, item.qualifier);
  const { expression } = item;
  const value = bindValue(scope, expression);
  const alias = item.kind === 'value' ? item.alias : undefined;
  const own = expression.kind === 'column' ? (expression.parts.at(-1) ?? '') : '';
  return [{ name: alias ?? own, value, expression }];
}

function bindStar(scope: Scope, qualifier: readonly string[]): readonly Output[] {
  const outputs = scope.sources.flatMap((source, at): readonly Output[] => {
    if (!matchesQualifier(source, qualifier)) return [];
    return source.columns.map(({ name, type, nullable }, column) => ({
      name,
      expression: undefined,
      value: {
        type,
        nullable: nullable || source.outer,
        untyped: false,
        run: (env: Env) => env.rows[at]?.[column] ?? null,
      },
    }));
  });
  if (outputs.length === 0)
    throw qualifier.length > 0 ? textError(4104, `${qualifier.join('.')}.*`) : textError(102, '*');
  const [first] = outputs;
  if (scope.grouping !== undefined && first !== undefined) throw textError(8120, first.name);
  return outputs;
}

function bindOrderItem(
  scope: Scope,
  item: OrderItem,
  outputs: readonly Output[],
  distinct: boolean,
): OrderKey {
  const value = orderValue(scope, item.expression, outputs, distinct);
  return { type: value.type, descending: item.descending, value };
}

function orderValue(
  scope: Scope,
  expression: Expression,
  outputs: readonly Output[],
  distinct: boolean,
): Bound {
  if (expression.kind === 'literal' && typeof expression.value === 'number') {
    const output = outputs[expression.value - 1];
    if (output === undefined) throw textError(108, expression.value);
    return output.value;
  }
  if (expression.kind === 'column' && expression.parts.length === 1) {
    const name = (expression.parts[0] ?? '').toLowerCase();
    const output = outputs.find((candidate) => candidate.name.toLowerCase() === name);
    if (output !== undefined) return output.value;
  }
  if (!distinct) return bindValue(scope, expression);
  const text = JSON.stringify(expression).toLowerCase();
  const same = outputs.find(
    (output) => output.expression !== undefined && JSON.stringify(output.expression).toLowerCase() === text,
  );
  if (same === undefined) throw textError(145);
  return same.value;
}

function runSelect(select: BoundSelect, env: Env, sink: Sink): void {
  const top = select.top === undefined ? Infinity : Math.max(0, Number(select.top.run(env) ?? 0));
  if (top === 0) return;
  const emit = limited(select, top, sink);
  if (select.order.length === 0) {
    eachRow(select, env, () => emit(project(select, env)));
    return;
  }
  const compare = rowOrder(select.order);
  const collector = orderedCollector<Candidate>(compare, select.distinct ? Infinity : top);
  eachRow(select, env, () => {
    const keys = select.order.map((key) => key.value.run(env));
    collector.add({ rows: env.rows.slice(), aggregates: env.aggregates, keys });
    return true;
  });
  // The list is worked out only for rows that TOP keeps.
  for (const { rows, aggregates } of collector.sorted()) {
    env.rows = rows;
    env.aggregates = aggregates;
    if (!emit(project(select, env))) return;
  }
}

/** DISTINCT, then TOP. */
function limited(select: BoundSelect, top: number, sink: Sink): Sink {
  const keep = select.distinct ? distinctFilter(select.columns) : undefined;
  if (keep === undefined && top === Infinity) return sink;
  let left = top;
  return (values) => {
    if (keep !== undefined && !keep(values)) return true;
    left -= 1;
    return sink(values) && left > 0;
  };
}

function project({ outputs }: BoundSelect, env: Env): Row {
  return outputs.map((output) => output.value.run(env));
}

/** Rows after WHERE, or groups after HAVING. */
function eachRow(select: BoundSelect, env: Env, onRow: () => boolean): void {
  const { from, grouping, having } = select;
  if (grouping === undefined) {
    from(env, onRow);
    return;
  }
  groupRows(from, select.groupBy, grouping, env, () =>
    having !== undefined && having(env) !== true ? true : onRow(),
  );
}
