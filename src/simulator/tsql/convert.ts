/** One value from one type to another, as CAST, CONVERT, assignment and implicit conversion do it. Errors: 245, 8114, 8115 ... */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { fits, formatDecimal, parseDecimal, rescale, toDecimal, truncate } from './decimals.ts';
import { formatMoment, fromDays, momentOf, parseMoment } from './dates.ts';
import { batchError, statementError } from './sql-error.ts';
import type { SqlError } from './sql-error.ts';
import { toText } from './text-values.ts';
import { baseType, family, isUnicode } from './types.ts';

const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  tinyint: [0, 255],
  smallint: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
};
const BIGINT_MIN = -(2n ** 63n);
const BIGINT_MAX = 2n ** 63n - 1n;
const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?/i;

export function sameType(a: SqlType, b: SqlType): boolean {
  if (a.name !== b.name) return false;
  if ('length' in a && 'length' in b) return a.length === b.length;
  if ('precision' in a && 'precision' in b) return a.precision === b.precision && a.scale === b.scale;
  return !('scale' in a && 'scale' in b) || a.scale === b.scale;
}

export function convert(value: CellValue, from: SqlType, to: SqlType, style?: number): CellValue {
  if (value === null || from === to || to.name === 'sql_variant') return value;
  const source = from.name === 'sql_variant' ? baseType(value) : from;
  switch (family(to)) {
    case 'text':
      return toText(value, source, to, style);
    case 'whole':
      return toWhole(value, source, to);
    case 'bigint':
      return toBigint(value, source, to);
    case 'bit':
      return toBit(value, source, to);
    case 'numeric':
      return toNumeric(value, source, to);
    case 'float':
      return toFloat(value, source, to);
    case 'date':
      return toDate(value, source, to);
    case 'guid':
      return toGuid(value, source, to);
    default:
      return toBinary(value, source, to);
  }
}

function clash(from: SqlType, to: SqlType): SqlError {
  return statementError(529, from.name, to.name);
}

function failed(value: CellValue, from: SqlType, to: SqlType): SqlError {
  return batchError(245, from.name, String(value), to.name);
}

function toWhole(value: CellValue, from: SqlType, to: SqlType): number {
  let result: number;
  switch (family(from)) {
    case 'whole':
    case 'bit':
      result = Number(value);
      break;
    case 'bigint':
    case 'numeric':
      result = Number(truncate(toDecimal(value)));
      break;
    case 'float':
      result = Math.trunc(Number(value));
      break;
    case 'text': {
      const text = String(value).trim();
      if (!/^[+-]?\d*$/.test(text) || text === '+' || text === '-') throw failed(value, from, to);
      result = Number(text);
      const [low, high] = LIMITS['int'] ?? [0, 0];
      if (result < low || result > high) throw batchError(248, from.name, String(value));
      break;
    }
    default:
      throw clash(from, to);
  }
  const [low, high] = LIMITS[to.name] ?? [0, 0];
  if (result >= low && result <= high) return result;
  throw to.name === 'int'
    ? statementError(8115, 'expression', to.name)
    : statementError(220, to.name, result);
}

function toBigint(value: CellValue, from: SqlType, to: SqlType): bigint {
  let result: bigint;
  switch (family(from)) {
    case 'whole':
    case 'bit':
    case 'bigint':
    case 'numeric':
      result = truncate(toDecimal(value));
      break;
    case 'float':
      if (!(Math.abs(Number(value)) < 2 ** 63)) throw statementError(8115, 'expression', to.name);
      result = BigInt(Math.trunc(Number(value)));
      break;
    case 'text': {
      const text = String(value).trim();
      const parsed = text === '' ? { digits: 0n, scale: 0 } : parseDecimal(text);
      if (parsed === undefined || text.includes('.')) throw batchError(8114, from.name, to.name);
      result = parsed.digits;
      break;
    }
    default:
      throw clash(from, to);
  }
  if (result < BIGINT_MIN || result > BIGINT_MAX) throw statementError(8115, 'expression', to.name);
  return result;
}

function toBit(value: CellValue, from: SqlType, to: SqlType): boolean {
  switch (family(from)) {
    case 'text': {
      const text = String(value).trim().toLowerCase();
      if (text === 'true' || text === 'false') return text === 'true';
      if (!/^[+-]?\d*$/.test(text)) throw failed(value, from, to);
      return Number(text) !== 0;
    }
    case 'bigint':
    case 'numeric':
      return toDecimal(value).digits !== 0n;
    case 'whole':
    case 'bit':
    case 'float':
      return Number(value) !== 0;
    default:
      throw clash(from, to);
  }
}

function toNumeric(value: CellValue, from: SqlType, to: SqlType): CellValue {
  if (to.name !== 'numeric') return value;
  const kind = family(from);
  if (kind === 'date' || kind === 'guid' || kind === 'binary') throw clash(from, to);
  const decimal = kind === 'text' ? parseDecimal(String(value)) : toDecimal(value);
  if (decimal === undefined) throw batchError(8114, from.name, to.name);
  const digits = rescale(decimal, to.scale);
  if (!fits(digits, to.precision)) throw statementError(8115, from.name, to.name);
  return formatDecimal({ digits, scale: to.scale });
}

function toFloat(value: CellValue, from: SqlType, to: SqlType): number {
  const kind = family(from);
  if (kind === 'guid' || kind === 'binary' || kind === 'date') throw clash(from, to);
  if (kind !== 'text') return Number(value);
  const text = String(value).trim();
  const result = Number(text);
  if (!Number.isFinite(result) || !/^[+-]?[\d.]*(e[+-]?\d+)?$/i.test(text))
    throw batchError(8114, from.name, to.name);
  return result;
}

function toDate(value: CellValue, from: SqlType, to: SqlType): string {
  const kind = family(from);
  if (kind === 'date') {
    const moment = momentOf(value);
    return formatMoment(moment, to);
  }
  if (kind === 'text') {
    const moment = parseMoment(String(value));
    if (moment === undefined) throw batchError(241);
    return formatMoment(moment, to);
  }
  if (
    to.name === 'datetime' &&
    (kind === 'whole' || kind === 'float' || kind === 'numeric' || kind === 'bit')
  )
    return formatMoment(fromDays(Number(value)), to);
  throw clash(from, to);
}

function toGuid(value: CellValue, from: SqlType, to: SqlType): CellValue {
  if (family(from) === 'guid') return value;
  if (family(from) !== 'text') throw clash(from, to);
  const found = GUID.exec(String(value));
  if (found?.[1] === undefined) throw batchError(8169);
  return found[1].toUpperCase();
}

function toBinary(value: CellValue, from: SqlType, to: SqlType): CellValue {
  const limit = 'length' in to && to.length !== 'max' ? to.length : Infinity;
  if (value instanceof Uint8Array) return value.length > limit ? value.slice(0, limit) : value;
  if (family(from) === 'whole') {
    const bytes = new DataView(new ArrayBuffer(4));
    bytes.setInt32(0, Number(value));
    return new Uint8Array(bytes.buffer);
  }
  if (family(from) !== 'text') throw clash(from, to);
  const bytes = new Uint8Array(Buffer.from(String(value), isUnicode(from) ? 'utf16le' : 'latin1'));
  return bytes.length > limit ? bytes.slice(0, limit) : bytes;
}
