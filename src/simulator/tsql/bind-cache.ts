/** Bound plans kept by syntax node while the tables they stand on keep their columns. Holds no rows and no host. */
import type { ColumnToken } from '../sql-tokens.ts';
import { bindValue } from './bind-expressions.ts';
import { bindTest } from './bind-predicates.ts';
import { readTable } from './evaluation.ts';
import type { Bound, Env, Evaluation, Test } from './evaluation.ts';
import { bindQuery } from './query-plan.ts';
import type { QueryPlan } from './query-plan.ts';
import { newScope } from './scope.ts';
import type { Scope } from './scope.ts';
import type { Expression, NameParts, Query } from './syntax.ts';

interface Kept<T> {
  readonly plan: T;
  readonly tables: readonly { readonly name: NameParts; readonly columns: readonly ColumnToken[] }[];
}

const queries = new WeakMap<Query, Kept<QueryPlan>>();
const values = new WeakMap<Expression, Kept<Bound>>();
const tests = new WeakMap<Expression, Kept<Test>>();

export function queryPlan(query: Query, evaluation: Evaluation): QueryPlan {
  return kept(queries, query, evaluation, bindQuery);
}

export function evaluate(expression: Expression, evaluation: Evaluation) {
  const bound = kept(values, expression, evaluation, bindValue);
  return { type: bound.type, value: bound.run(emptyEnv(evaluation)) };
}

export function holds(condition: Expression, evaluation: Evaluation): boolean {
  return kept(tests, condition, evaluation, bindTest)(emptyEnv(evaluation)) === true;
}

function emptyEnv(evaluation: Evaluation): Env {
  return { evaluation, rows: [], parent: undefined, aggregates: [] };
}

function kept<N extends object, T>(
  cache: WeakMap<N, Kept<T>>,
  node: N,
  evaluation: Evaluation,
  bind: (scope: Scope, node: N) => T,
): T {
  const known = cache.get(node);
  if (known?.tables.every(({ name, columns }) => readTable(evaluation, name).columns === columns) === true)
    return known.plan;
  const binding = { evaluation: evaluation as Evaluation | undefined };
  const plan = bind(newScope(binding, undefined), node);
  binding.evaluation = undefined;
  const tables = [...evaluation.tables.values()].map(({ name, table }) => ({ name, columns: table.columns }));
  cache.set(node, { plan, tables });
  return plan;
}
