/** `+ - * / % & | ^` in the type the operands meet in: exact numbers stay exact, text is joined, dates move by days. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { convert } from './convert.ts';
import { fits, formatDecimal, rescale, toDecimal } from './decimals.ts';
import type { Decimal } from './decimals.ts';
import { formatMoment, momentOf } from './dates.ts';
import type { Bound } from './evaluation.ts';
import { statementError, textError } from './sql-error.ts';
import type { ArithmeticOperator } from './syntax.ts';
import { commonType, family, isText, isUnicode, limitedNumeric, numericShape, textLength } from './types.ts';

const DAY_MS = 86_400_000;
const WORDS: Readonly<Record<ArithmeticOperator, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
  '&': "'&'",
  '|': "'|'",
  '^': "'^'",
};

type Operation = (a: CellValue, b: CellValue) => CellValue;

export function bindArithmetic(operator: ArithmeticOperator, left: Bound, right: Bound): Bound {
  const a = left.untyped ? right.type : operandType(left, right);
  const b = right.untyped ? left.type : operandType(right, left);
  const { type, operation } = operationOf(operator, a, b);
  return {
    type,
    nullable: left.nullable || right.nullable,
    untyped: false,
    run: (env) => {
      const x = left.run(env);
      const y = right.run(env);
      return x === null || y === null ? null : operation(x, y);
    },
  };
}

/** A whole constant beside a numeric is a numeric of just its digits: 10.0 / 4 has six decimals, not twelve. */
function operandType(bound: Bound, other: Bound): SqlType {
  if (other.type.name !== 'numeric' || bound.type.name !== 'int' || typeof bound.constant !== 'number')
    return bound.type;
  return { name: 'numeric', precision: String(bound.constant).length, scale: 0 };
}

interface Resolved {
  readonly type: SqlType;
  readonly operation: Operation;
}

function operationOf(operator: ArithmeticOperator, a: SqlType, b: SqlType): Resolved {
  if (isText(a) && isText(b)) {
    if (operator !== '+') throw textError(402, a.name, b.name, WORDS[operator]);
    return { type: joinedType(a, b), operation: (x, y) => String(x) + String(y) };
  }
  const type = commonType(a, b);
  switch (family(type)) {
    case 'date':
      return { type, operation: dateOperation(operator, type, a, b) };
    case 'float':
      return { type, operation: viaType(floatOperation(operator), type, a, b) };
    case 'numeric':
      return numericOperation(operator, a, b, type);
    case 'whole':
    case 'bigint':
    case 'bit':
      return { type, operation: viaType(wholeOperation(operator, type), type, a, b) };
    default:
      throw textError(8117, type.name, WORDS[operator]);
  }
}

function joinedType(a: SqlType, b: SqlType): SqlType {
  const unicode = isUnicode(a) || isUnicode(b);
  const sum = textLength(a) + textLength(b);
  const name = unicode ? 'nvarchar' : 'varchar';
  if (!Number.isFinite(sum)) return { name, length: 'max' };
  return { name, length: Math.min(sum, unicode ? 4000 : 8000) };
}

function viaType(operation: Operation, type: SqlType, a: SqlType, b: SqlType): Operation {
  if (a.name === type.name && b.name === type.name) return operation;
  return (x, y) => operation(convert(x, a, type), convert(y, b, type));
}

function floatOperation(operator: ArithmeticOperator): Operation {
  switch (operator) {
    case '+':
      return (x, y) => Number(x) + Number(y);
    case '-':
      return (x, y) => Number(x) - Number(y);
    case '*':
      return (x, y) => Number(x) * Number(y);
    case '/':
      return (x, y) => Number(x) / nonZero(Number(y));
    default:
      throw textError(402, 'float', 'float', WORDS[operator]);
  }
}

function nonZero<N extends number | bigint>(divisor: N): N {
  if (divisor === 0 || divisor === 0n) throw statementError(8134);
  return divisor;
}

function wholeOperation(operator: ArithmeticOperator, type: SqlType): Operation {
  const result = type.name === 'bit' ? { name: 'int' as const } : type;
  return (x, y) => {
    const digits = exact(operator, toDecimal(x).digits, toDecimal(y).digits);
    return convert(digits, { name: 'numeric', precision: 38, scale: 0 }, result);
  };
}

function exact(operator: ArithmeticOperator, x: bigint, y: bigint): bigint {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / nonZero(y);
    case '%':
      return x % nonZero(y);
    case '&':
      return x & y;
    case '|':
      return x | y;
    case '^':
      return x ^ y;
  }
}

/** Precision and scale: docs `data-types/precision-scale-and-length-transact-sql`. */
function numericOperation(operator: ArithmeticOperator, a: SqlType, b: SqlType, common: SqlType): Resolved {
  const left = isText(a) ? numericShape(common) : numericShape(a);
  const right = isText(b) ? numericShape(common) : numericShape(b);
  const type = numericResult(operator, left, right);
  const { precision, scale } = numericShape(type);
  const operand = (value: CellValue, from: SqlType): Decimal =>
    toDecimal(isText(from) ? convert(value, from, common) : value);
  const operation: Operation = (x, y) => {
    const digits = numericDigits(operator, operand(x, a), operand(y, b), scale);
    if (!fits(digits, precision)) throw statementError(8115, 'expression', 'numeric');
    return formatDecimal({ digits, scale });
  };
  return { type, operation };
}

type Shape = ReturnType<typeof numericShape>;

function numericResult(operator: ArithmeticOperator, a: Shape, b: Shape): SqlType {
  const scale = Math.max(a.scale, b.scale);
  switch (operator) {
    case '*':
      return limitedNumeric(a.precision + b.precision + 1, a.scale + b.scale);
    case '/': {
      const fraction = Math.max(6, a.scale + b.precision + 1);
      return limitedNumeric(a.precision - a.scale + b.scale + fraction, fraction);
    }
    case '+':
    case '-':
      return limitedNumeric(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
    case '%':
      return limitedNumeric(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
    default:
      throw textError(402, 'numeric', 'numeric', WORDS[operator]);
  }
}

function numericDigits(operator: ArithmeticOperator, x: Decimal, y: Decimal, scale: number): bigint {
  if (operator === '*') return rescale({ digits: x.digits * y.digits, scale: x.scale + y.scale }, scale);
  if (operator === '/') {
    const divisor = nonZero(y.digits);
    return (x.digits * 10n ** BigInt(scale + y.scale)) / (divisor * 10n ** BigInt(x.scale));
  }
  const common = Math.max(x.scale, y.scale);
  return rescale({ digits: exact(operator, rescale(x, common), rescale(y, common)), scale: common }, scale);
}

/** datetime ± days. Other date types take no arithmetic: use DATEADD. */
function dateOperation(operator: ArithmeticOperator, type: SqlType, a: SqlType, b: SqlType): Operation {
  if (type.name !== 'datetime' || (operator !== '+' && operator !== '-'))
    throw textError(402, a.name, b.name, WORDS[operator]);
  const sign = operator === '+' ? 1 : -1;
  const zero = Date.UTC(1900, 0, 1);
  const ms = (value: CellValue, from: SqlType) => momentOf(convert(value, from, type)).ms - zero;
  return (x, y) => {
    const result = zero + ms(x, a) + sign * ms(y, b);
    if (Math.abs(result) > 250_000 * DAY_MS * 12) throw statementError(8115, 'expression', 'datetime');
    return formatMoment({ ms: result, ticks: 0, offsetMinutes: 0 }, type);
  };
}

export function bindNegate(operand: Bound): Bound {
  const { type } = operand;
  const kind = family(type);
  if (kind === 'text' || kind === 'date' || kind === 'guid' || kind === 'binary' || kind === 'variant')
    throw textError(8117, type.name, 'minus');
  return {
    type,
    nullable: operand.nullable,
    untyped: operand.untyped,
    run: (env) => {
      const value = operand.run(env);
      if (value === null) return null;
      if (kind === 'numeric' || kind === 'bigint') {
        const { digits, scale } = toDecimal(value);
        return kind === 'bigint' ? -digits : formatDecimal({ digits: -digits, scale });
      }
      return -Number(value);
    },
  };
}
