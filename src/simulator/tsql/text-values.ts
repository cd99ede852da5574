/** Any value as text of a given length: plain digits for numbers, styles for dates, upper case for uniqueidentifier. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { styled } from './dates.ts';
import { formatDecimal, toDecimal } from './decimals.ts';
import { statementError } from './sql-error.ts';
import { family, isUnicode, textLength } from './types.ts';

export function toText(value: CellValue, from: SqlType, to: SqlType, style: number | undefined): string {
  const text = written(value, from, to, style);
  const limit = textLength(to);
  const fitted = text.length > limit ? shortened(text, limit, from, to) : text;
  return to.name === 'char' || to.name === 'nchar' ? fitted.padEnd(limit) : fitted;
}

function written(value: CellValue, from: SqlType, to: SqlType, style: number | undefined): string {
  switch (family(from)) {
    case 'bit':
      return Number(value) === 0 ? '0' : '1';
    case 'numeric':
    case 'bigint':
      return formatDecimal(toDecimal(value));
    case 'float':
      return floatText(Number(value));
    case 'date': {
      const text = styled(String(value), from, style);
      if (text === undefined) throw statementError(281, style ?? 0, from.name);
      return text;
    }
    case 'binary':
      return binaryText(value, to, style);
    default:
      return String(value);
  }
}

/** Style 0: six digits at most. */
function floatText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function binaryText(value: CellValue, to: SqlType, style: number | undefined): string {
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0);
  const hex = bytes.toString('hex').toUpperCase();
  if (style === 1) return `0x${hex}`;
  if (style === 2) return hex;
  return bytes.toString(isUnicode(to) ? 'utf16le' : 'latin1');
}

/** Text and dates are cut, whole numbers become `*`, exact numbers are refused. */
function shortened(text: string, limit: number, from: SqlType, to: SqlType): string {
  switch (family(from)) {
    case 'whole':
    case 'bit':
      if (isUnicode(to)) throw statementError(8115, 'expression', to.name);
      return '*';
    case 'numeric':
    case 'bigint':
    case 'float':
      throw statementError(8115, from.name === 'numeric' ? 'numeric' : 'expression', to.name);
    default:
      return text.slice(0, limit);
  }
}
