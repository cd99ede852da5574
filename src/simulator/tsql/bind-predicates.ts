/** Predicates to tests with three answers: true, false and null for UNKNOWN. */
import type { SqlType } from '../sql-tokens.ts';
import { bindValue, converted, meetingType } from './bind-expressions.ts';
import { comparer } from './compare.ts';
import type { Bound, Env, Test } from './evaluation.ts';
import { likeMatcher } from './like.ts';
import type { Scope } from './scope.ts';
import { statementError, textError } from './sql-error.ts';
import { bindExists, bindInQuery } from './subqueries.ts';
import type { ComparisonOperator, Expression } from './syntax.ts';
import { family } from './types.ts';
import type { TypeFamily } from './types.ts';

export function bindTest(scope: Scope, expression: Expression): Test {
  switch (expression.kind) {
    case 'and':
      return both(bindTest(scope, expression.left), bindTest(scope, expression.right));
    case 'or':
      return either(bindTest(scope, expression.left), bindTest(scope, expression.right));
    case 'not':
      return opposite(bindTest(scope, expression.operand), true);
    case 'compare':
      return bindCompare(
        expression.operator,
        bindValue(scope, expression.left),
        bindValue(scope, expression.right),
      );
    case 'is-null': {
      const operand = bindValue(scope, expression.operand);
      const { negated } = expression;
      return (env) => (operand.run(env) === null) !== negated;
    }
    case 'between':
      return bindBetween(scope, expression);
    case 'in-list':
      return bindInList(scope, expression);
    case 'like':
      return bindLike(scope, expression);
    case 'in-query':
      return opposite(bindInQuery(scope, expression), expression.negated);
    case 'exists':
      return bindExists(scope, expression.query);
    default:
      throw textError(102, expression.kind);
  }
}

function both(left: Test, right: Test): Test {
  return (env) => {
    const first = left(env);
    if (first === false) return false;
    const second = right(env);
    return second === false ? false : first === null ? null : second;
  };
}

function either(left: Test, right: Test): Test {
  return (env) => {
    const first = left(env);
    if (first === true) return true;
    const second = right(env);
    return second === true ? true : first === null ? null : second;
  };
}

function opposite(test: Test, negated: boolean): Test {
  if (!negated) return test;
  return (env) => {
    const answer = test(env);
    return answer === null ? null : !answer;
  };
}

const HOLDS: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

const EXACT: ReadonlySet<TypeFamily> = new Set<TypeFamily>(['whole', 'bigint', 'bit', 'numeric']);

/** Exact numbers, and dates among themselves, compare without conversion. */
function comparable(bound: Bound, type: SqlType): Bound {
  const from = family(bound.type);
  const to = family(type);
  if (EXACT.has(from) && EXACT.has(to)) return bound;
  if (from === to && (from === 'text' || (from === 'date' && type.name !== 'datetimeoffset'))) return bound;
  return converted(bound, type);
}

/** Both sides ready to be compared, and how. Exact numbers of different types meet as decimals. */
export function bindOrder(left: Bound, right: Bound): (env: Env) => number | null {
  const type = meetingType([left, right]);
  const a = comparable(left, type);
  const b = comparable(right, type);
  const mixed = family(type) === 'whole' && (a.type.name === 'bigint' || b.type.name === 'bigint');
  const order = comparer(mixed ? { name: 'bigint' } : type);
  return (env) => {
    const x = a.run(env);
    if (x === null) return null;
    const y = b.run(env);
    return y === null ? null : order(x, y);
  };
}

export function bindCompare(operator: ComparisonOperator, left: Bound, right: Bound): Test {
  const order = bindOrder(left, right);
  const holds = HOLDS[operator];
  return (env) => {
    const answer = order(env);
    return answer === null ? null : holds(answer);
  };
}

function bindBetween(scope: Scope, expression: Extract<Expression, { kind: 'between' }>): Test {
  const operand = bindValue(scope, expression.operand);
  const low = bindCompare('>=', operand, bindValue(scope, expression.low));
  const high = bindCompare('<=', operand, bindValue(scope, expression.high));
  return opposite(both(low, high), expression.negated);
}

function bindInList(scope: Scope, expression: Extract<Expression, { kind: 'in-list' }>): Test {
  const operand = bindValue(scope, expression.operand);
  const tests = expression.items.map((item) => bindCompare('=', operand, bindValue(scope, item)));
  const test: Test = (env) => {
    let unknown = false;
    for (const equal of tests) {
      const answer = equal(env);
      if (answer === true) return true;
      if (answer === null) unknown = true;
    }
    return unknown ? null : false;
  };
  return opposite(test, expression.negated);
}

function bindLike(scope: Scope, expression: Extract<Expression, { kind: 'like' }>): Test {
  const text = { name: 'nvarchar', length: 'max' } as const;
  const operand = converted(bindValue(scope, expression.operand), text);
  const pattern = converted(bindValue(scope, expression.pattern), text);
  const escape = expression.escape === undefined ? undefined : bindValue(scope, expression.escape);
  const test: Test = (env) => {
    const value = operand.run(env);
    const wanted = pattern.run(env);
    const mark = escape?.run(env);
    if (value === null || wanted === null || mark === null) return null;
    if (mark !== undefined && String(mark).length !== 1) throw statementError(506, String(mark));
    return likeMatcher(String(wanted), mark === undefined ? '' : String(mark))(String(value));
  };
  return opposite(test, expression.negated);
}
