/** Order and equality of values of one type, and keys for grouping and joining. Text: no case, trailing blanks ignored. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { sortKey } from './dates.ts';
import { compareDecimals, formatDecimal, toDecimal } from './decimals.ts';
import { baseType, commonType, family } from './types.ts';

/** Neither argument is null. */
export type Comparer = (a: CellValue, b: CellValue) => number;

export function comparer(type: SqlType): Comparer {
  switch (family(type)) {
    case 'text':
    case 'guid':
      return compareTexts;
    case 'date':
      return (a, b) => plain(sortKey(String(a), type), sortKey(String(b), type));
    case 'numeric':
    case 'bigint':
      return compareExact;
    case 'binary':
      return (a, b) => Buffer.compare(bytes(a), bytes(b));
    case 'variant':
      return (a, b) => (a === b ? 0 : comparer(commonType(baseType(a), baseType(b)))(a, b));
    default:
      return (a, b) => Number(a) - Number(b);
  }
}

function compareExact(a: CellValue, b: CellValue): number {
  if (a === b) return 0;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : 1;
  return compareDecimals(toDecimal(a), toDecimal(b));
}

function compareTexts(a: CellValue, b: CellValue): number {
  return a === b ? 0 : plain(foldText(String(a)), foldText(String(b)));
}

function plain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function bytes(value: CellValue): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

export function foldText(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end -= 1;
  return (end === text.length ? text : text.slice(0, end)).toLowerCase();
}

/** Equal keys exactly for equal values of the type; null has its own key, as GROUP BY and DISTINCT want. */
export function keyOf(type: SqlType): (value: CellValue) => string | number | null {
  switch (family(type)) {
    case 'text':
    case 'guid':
      return (value) => (value === null ? null : foldText(String(value)));
    case 'date':
      return (value) => (value === null ? null : sortKey(String(value), type));
    case 'numeric':
    case 'bigint':
      return (value) => (value === null ? null : exactKey(value));
    case 'binary':
      return (value) => (value === null ? null : Buffer.from(bytes(value)).toString('hex'));
    case 'variant':
      return (value) => (value === null ? null : foldText(String(value)));
    default:
      return (value) => (value === null ? null : Number(value));
  }
}

function exactKey(value: CellValue): string {
  const text = formatDecimal(toDecimal(value));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
