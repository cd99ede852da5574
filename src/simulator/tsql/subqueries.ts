/** Subqueries inside expressions: one value, IN (SELECT ...), EXISTS. Those that do not look outside run once per statement. */
import type { CellValue } from '../sql-tokens.ts';
import { bindCompare } from './bind-predicates.ts';
import { bindValue } from './bind-expressions.ts';
import type { Bound, Env, Row, Test } from './evaluation.ts';
import { bindQuery } from './query-plan.ts';
import type { QueryPlan } from './query-plan.ts';
import { newScope } from './scope.ts';
import type { Scope } from './scope.ts';
import { statementError, textError } from './sql-error.ts';
import type { Expression, Query } from './syntax.ts';

interface Inner {
  readonly plan: QueryPlan;
  readonly correlated: boolean;
}

function bindInner(scope: Scope, query: Query): Inner {
  const inner = newScope(scope.binding, scope);
  const plan = bindQuery(inner, query);
  return { plan, correlated: inner.correlated };
}

/** The result of `make`, kept for the statement when it cannot change from row to row. */
function once<T>({ plan, correlated }: Inner, env: Env, make: () => T): T {
  if (correlated) return make();
  const { memo } = env.evaluation;
  if (!memo.has(plan)) memo.set(plan, make());
  return memo.get(plan) as T;
}

function oneColumn(plan: QueryPlan): void {
  if (plan.columns.length !== 1) throw textError(116);
}

export function bindScalarQuery(scope: Scope, query: Query): Bound {
  const inner = bindInner(scope, query);
  oneColumn(inner.plan);
  const type = inner.plan.columns[0]?.type ?? { name: 'int' };
  return {
    type,
    nullable: true,
    untyped: false,
    run: (env) => once(inner, env, () => single(inner.plan, env)),
  };
}

function single(plan: QueryPlan, env: Env): CellValue {
  const rows = firstRows(plan, env, 2);
  if (rows.length > 1) throw statementError(512);
  return rows[0]?.[0] ?? null;
}

function firstRows(plan: QueryPlan, env: Env, limit: number): readonly Row[] {
  const rows: Row[] = [];
  plan.run(env.evaluation, env, (values) => rows.push(values) < limit);
  return rows;
}

export function bindExists(scope: Scope, query: Query): Test {
  const inner = bindInner(scope, query);
  return (env) => once(inner, env, () => firstRows(inner.plan, env, 1).length > 0);
}

/** IN with a subquery, without its NOT. */
export function bindInQuery(scope: Scope, expression: Extract<Expression, { kind: 'in-query' }>): Test {
  const inner = bindInner(scope, expression.query);
  oneColumn(inner.plan);
  const type = inner.plan.columns[0]?.type ?? { name: 'int' };
  const operand = bindValue(scope, expression.operand);
  let candidate: CellValue = null;
  const equal = bindCompare('=', operand, { type, nullable: true, untyped: false, run: () => candidate });
  return (env) => {
    const rows = once(inner, env, () => firstRows(inner.plan, env, Infinity));
    let unknown = false;
    for (const row of rows) {
      candidate = row[0] ?? null;
      const answer = equal(env);
      if (answer === true) return true;
      if (answer === null) unknown = true;
    }
    return unknown ? null : false;
  };
}
