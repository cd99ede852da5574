/** Text functions: UPPER, LEN, SUBSTRING, CHARINDEX, REPLACE, QUOTENAME, LEFT, CONCAT ... Positions count from 1. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { convert } from './convert.ts';
import type { Bound } from './evaluation.ts';
import { fixed } from './function-row.ts';
import type { BoundFunction, FunctionRow } from './function-row.ts';
import { INT, isText, isUnicode, nvarchar, textLength } from './types.ts';

const MAX_TEXT: SqlType = nvarchar('max');
/** Bytes of a text that is not (max); REPLICATE cuts there. Source: Transact-SQL reference, REPLICATE, REPLACE. */
const LONGEST_BYTES = 8000;

/** Of a function whose result may be longer than its argument. */
function widest(bound: Bound | undefined): SqlType {
  const type = textType(bound);
  if (!('length' in type) || type.length === 'max') return type;
  return type.name === 'nvarchar' ? nvarchar(LONGEST_BYTES / 2) : { name: 'varchar', length: LONGEST_BYTES };
}

/** Longer than anything that is repeated here, for (max). */
const LONGEST_MAX = 64 * 1024 * 1024;

const longest = (type: SqlType): number =>
  'length' in type && type.length !== 'max' ? type.length : LONGEST_MAX;

/** As textual, and cut at what the widened type holds. */
function growing(
  least: number,
  most: number,
  run: (text: string, values: readonly CellValue[]) => string,
): FunctionRow {
  return {
    count: [least, most],
    takesNull: false,
    bind: (args): BoundFunction => {
      const from = args[0]?.type ?? MAX_TEXT;
      const type = widest(args[0]);
      const most = longest(type);
      return {
        type,
        run: (values) => run(String(convert(values[0] ?? null, from, MAX_TEXT)), values).slice(0, most),
      };
    },
  };
}

function textType(bound: Bound | undefined): SqlType {
  if (bound === undefined) return nvarchar(4000);
  if (!isText(bound.type)) return { name: 'varchar', length: 8000 };
  const length = textLength(bound.type);
  return {
    name: isUnicode(bound.type) ? 'nvarchar' : 'varchar',
    length: Number.isFinite(length) ? length : 'max',
  };
}

type TextRun = (text: string, values: readonly CellValue[]) => string | null;

/** First argument as text in, text of the same type out. */
function textual(least: number, most: number, run: TextRun): FunctionRow {
  return {
    count: [least, most],
    takesNull: false,
    bind: (args): BoundFunction => {
      const from = args[0]?.type ?? MAX_TEXT;
      return {
        type: textType(args[0]),
        run: (values) => run(String(convert(values[0] ?? null, from, MAX_TEXT)), values),
      };
    },
  };
}

function counting(run: (text: string) => number): FunctionRow {
  return {
    count: [1, 1],
    takesNull: false,
    bind: (args) => {
      const from = args[0]?.type ?? MAX_TEXT;
      return { type: INT, run: (values) => run(String(convert(values[0] ?? null, from, MAX_TEXT))) };
    },
  };
}

function count(value: CellValue | undefined): number {
  return Math.max(0, Math.trunc(Number(value ?? 0)));
}

function substring(text: string, values: readonly CellValue[]): string {
  const start = Math.trunc(Number(values[1])) - 1;
  return text.slice(Math.max(0, start), Math.max(0, start + count(values[2])));
}

function charIndex(values: readonly CellValue[]): number {
  const from = Math.max(0, Math.trunc(Number(values[2] ?? 1)) - 1);
  return String(values[1]).toLowerCase().indexOf(String(values[0]).toLowerCase(), from) + 1;
}

/** Case-insensitive, as the collation is. */
function replaced(text: string, values: readonly CellValue[]): string {
  const wanted = String(values[1]).toLowerCase();
  if (wanted === '') return text;
  const lower = text.toLowerCase();
  let result = '';
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    result += text.slice(from, at) + String(values[2]);
    from = at + wanted.length;
  }
  return result + text.slice(from);
}

const QUOTES: Readonly<Record<string, readonly [string, string]>> = {
  '[': ['[', ']'],
  ']': ['[', ']'],
  "'": ["'", "'"],
  '"': ['"', '"'],
};

/** NULL for names over 128 characters and for unknown quotes. */
function quoted(values: readonly CellValue[]): string | null {
  const name = String(values[0]);
  const pair = QUOTES[String(values[1] ?? '[')];
  if (name.length > 128 || pair === undefined) return null;
  return pair[0] + name.replaceAll(pair[1], pair[1] + pair[1]) + pair[1];
}

function trimStart(text: string): string {
  return text.replace(/^ +/, '');
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end -= 1;
  return text.slice(0, end);
}

const CONCAT: FunctionRow = {
  count: [2, 254],
  takesNull: true,
  bind: (args) => ({
    type: nvarchar(4000),
    run: (values) =>
      values
        .map((value, at) =>
          value === null ? '' : String(convert(value, args[at]?.type ?? MAX_TEXT, MAX_TEXT)),
        )
        .join(''),
  }),
};

export const TEXT_FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  UPPER: textual(1, 1, (text) => text.toUpperCase()),
  LOWER: textual(1, 1, (text) => text.toLowerCase()),
  LTRIM: textual(1, 1, trimStart),
  RTRIM: textual(1, 1, trimEnd),
  LEFT: textual(2, 2, (text, values) => text.slice(0, count(values[1]))),
  RIGHT: textual(2, 2, (text, values) => text.slice(Math.max(0, text.length - count(values[1])))),
  SUBSTRING: textual(3, 3, substring),
  REPLACE: growing(3, 3, replaced),
  REVERSE: textual(1, 1, (text) => Array.from(text).reverse().join('')),
  REPLICATE: growing(2, 2, (text, values) =>
    text.repeat(Math.min(count(values[1]), Math.ceil(LONGEST_MAX / Math.max(1, text.length)))),
  ),
  LEN: counting((text) => trimEnd(text).length),
  CHARINDEX: fixed(2, 3, INT, charIndex),
  QUOTENAME: fixed(1, 2, nvarchar(258), quoted),
  DATALENGTH: {
    count: [1, 1],
    takesNull: false,
    bind: (args) => {
      const wide = args[0] !== undefined && isUnicode(args[0].type);
      return { type: INT, run: ([value]) => dataLength(value ?? null, wide) };
    },
  },
  CONCAT,
};

function dataLength(value: CellValue, wide: boolean): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return value.length * (wide ? 2 : 1);
  return typeof value === 'bigint' ? 8 : typeof value === 'boolean' ? 1 : 4;
}
