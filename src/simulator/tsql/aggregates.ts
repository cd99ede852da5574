/** COUNT, COUNT_BIG, MIN, MAX, SUM, AVG. They are collected while a select list is bound and run once per row of a group. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { bindValue } from './bind-expressions.ts';
import { comparer, keyOf } from './compare.ts';
import { convert } from './convert.ts';
import { fits, formatDecimal, rescale, toDecimal } from './decimals.ts';
import type { Decimal } from './decimals.ts';
import type { Bound } from './evaluation.ts';
import type { Accumulator, Scope } from './scope.ts';
import { statementError, textError } from './sql-error.ts';
import type { Expression } from './syntax.ts';
import { BIGINT, family, FLOAT, INT, numericShape } from './types.ts';

const NAMES: ReadonlySet<string> = new Set(['COUNT', 'COUNT_BIG', 'MIN', 'MAX', 'SUM', 'AVG']);

export function isAggregate(name: string): boolean {
  return NAMES.has(name);
}

type Call = Extract<Expression, { kind: 'call' }>;

export function bindAggregate(scope: Scope, call: Call): Bound {
  const { grouping } = scope;
  if (grouping === undefined) throw textError(147);
  if (grouping.free) throw textError(130);
  const { type, start } = startOf(scope, call);
  const at = grouping.aggregates.push(start) - 1;
  const nullable = !call.name.startsWith('COUNT');
  return { type, nullable, untyped: false, run: (env) => env.aggregates[at] ?? null };
}

interface Started {
  readonly type: SqlType;
  readonly start: () => Accumulator;
}

function startOf(scope: Scope, call: Call): Started {
  const counts = call.name.startsWith('COUNT');
  if (call.star) {
    if (!counts) throw textError(102, '*');
    const type = call.name === 'COUNT' ? INT : BIGINT;
    return { type, start: () => counter(undefined, type) };
  }
  const [argument] = call.arguments;
  if (argument === undefined || call.arguments.length > 1)
    throw textError(174, call.spelled.toLowerCase(), 1);
  const operand = bindFree(scope, argument);
  const seen = call.distinct ? keyOf(operand.type) : undefined;
  const distinct = (start: () => Accumulator) =>
    seen === undefined ? start : () => onlyDistinct(start(), operand, seen);
  if (counts) {
    const type = call.name === 'COUNT' ? INT : BIGINT;
    return { type, start: distinct(() => counter(operand, type)) };
  }
  if (call.name === 'MIN' || call.name === 'MAX') {
    if (family(operand.type) === 'bit') throw textError(8117, 'bit', call.name.toLowerCase());
    const sign = call.name === 'MAX' ? 1 : -1;
    return { type: operand.type, start: () => extreme(operand, sign) };
  }
  const type = sumType(operand.type, call.name);
  return { type, start: distinct(() => total(operand, type, call.name === 'AVG')) };
}

function bindFree(scope: Scope, argument: Expression): Bound {
  const { grouping } = scope;
  if (grouping !== undefined) grouping.free = true;
  const bound = bindValue(scope, argument);
  if (grouping !== undefined) grouping.free = false;
  return bound;
}

function counter(operand: Bound | undefined, type: SqlType): Accumulator {
  let count = 0;
  return {
    add: (env) => {
      if (operand === undefined || operand.run(env) !== null) count += 1;
    },
    result: () => (type.name === 'bigint' ? BigInt(count) : count),
  };
}

function onlyDistinct(
  inner: Accumulator,
  operand: Bound,
  key: (value: CellValue) => string | number | null,
): Accumulator {
  const seen = new Set<string | number | null>();
  return {
    add: (env) => {
      const found = key(operand.run(env));
      if (seen.has(found)) return;
      seen.add(found);
      inner.add(env);
    },
    result: () => inner.result(),
  };
}

function extreme(operand: Bound, sign: number): Accumulator {
  const order = comparer(operand.type);
  let best: CellValue = null;
  return {
    add: (env) => {
      const value = operand.run(env);
      if (value !== null && (best === null || sign * order(value, best) > 0)) best = value;
    },
    result: () => best,
  };
}

function sumType(type: SqlType, name: string): SqlType {
  switch (family(type)) {
    case 'whole':
      return INT;
    case 'bigint':
      return type;
    case 'float':
      return FLOAT;
    case 'numeric': {
      const { scale } = numericShape(type);
      return { name: 'numeric', precision: 38, scale: name === 'AVG' ? Math.max(scale, 6) : scale };
    }
    default:
      throw textError(8117, type.name, name.toLowerCase());
  }
}

function total(operand: Bound, type: SqlType, average: boolean): Accumulator {
  let count = 0;
  let real = 0;
  let sum: Decimal = { digits: 0n, scale: 'scale' in operand.type ? operand.type.scale : 0 };
  return {
    add: (env) => {
      const value = operand.run(env);
      if (value === null) return;
      count += 1;
      if (type.name === 'float') real += Number(value);
      else sum = { digits: sum.digits + rescale(toDecimal(value), sum.scale), scale: sum.scale };
    },
    result: () => {
      if (count === 0) return null;
      if (type.name === 'float') return average ? real / count : real;
      return exactTotal(average ? divided(sum, count, type) : sum, type);
    },
  };
}

function divided(sum: Decimal, count: number, type: SqlType): Decimal {
  const scale = 'scale' in type ? type.scale : 0;
  return { digits: rescale(sum, scale) / BigInt(count), scale };
}

function exactTotal(sum: Decimal, type: SqlType): CellValue {
  if (type.name === 'numeric') {
    const digits = rescale(sum, type.scale);
    if (!fits(digits, 38)) throw statementError(8115, 'expression', 'numeric');
    return formatDecimal({ digits, scale: type.scale });
  }
  return convert(formatDecimal(sum), { name: 'numeric', precision: 38, scale: sum.scale }, type);
}
