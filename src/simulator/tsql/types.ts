/** Data types among themselves: families, precedence, and the type two operands meet in. */
import type { CellValue, SqlType } from '../sql-tokens.ts';

export type TypeFamily =
  'whole' | 'bigint' | 'bit' | 'numeric' | 'float' | 'text' | 'date' | 'guid' | 'binary' | 'variant';

const FAMILY: Readonly<Record<SqlType['name'], TypeFamily>> = {
  int: 'whole',
  smallint: 'whole',
  tinyint: 'whole',
  bigint: 'bigint',
  bit: 'bit',
  real: 'float',
  float: 'float',
  uniqueidentifier: 'guid',
  nvarchar: 'text',
  varchar: 'text',
  nchar: 'text',
  char: 'text',
  varbinary: 'binary',
  numeric: 'numeric',
  datetime: 'date',
  datetime2: 'date',
  datetimeoffset: 'date',
  sql_variant: 'variant',
};

/** Highest first (docs `data-types/data-type-precedence-transact-sql`). */
const PRECEDENCE: readonly SqlType['name'][] = [
  'sql_variant',
  'datetimeoffset',
  'datetime2',
  'datetime',
  'float',
  'real',
  'numeric',
  'bigint',
  'int',
  'smallint',
  'tinyint',
  'bit',
  'uniqueidentifier',
  'nvarchar',
  'nchar',
  'varchar',
  'char',
  'varbinary',
];

export const INT: SqlType = { name: 'int' };
export const BIGINT: SqlType = { name: 'bigint' };
export const FLOAT: SqlType = { name: 'float' };
export const DATETIME: SqlType = { name: 'datetime' };
export const VARIANT: SqlType = { name: 'sql_variant' };

export function nvarchar(length: number | 'max'): SqlType {
  return { name: 'nvarchar', length };
}

export function family(type: SqlType): TypeFamily {
  return FAMILY[type.name];
}

export function isText(type: SqlType): boolean {
  return FAMILY[type.name] === 'text';
}

export function isUnicode(type: SqlType): boolean {
  return type.name === 'nvarchar' || type.name === 'nchar';
}

/** Characters or bytes; Infinity for max. What a non-text type needs as text for everything else. */
export function textLength(type: SqlType): number {
  if ('length' in type) return type.length === 'max' ? Infinity : type.length;
  return 40;
}

/** Digits before and after the point that hold every value of a number type. */
export function numericShape(type: SqlType): { readonly precision: number; readonly scale: number } {
  switch (type.name) {
    case 'numeric':
      return type;
    case 'bigint':
      return { precision: 19, scale: 0 };
    case 'int':
      return { precision: 10, scale: 0 };
    case 'smallint':
      return { precision: 5, scale: 0 };
    case 'tinyint':
      return { precision: 3, scale: 0 };
    case 'bit':
      return { precision: 1, scale: 0 };
    default:
      return { precision: 38, scale: 6 };
  }
}

export function limitedNumeric(precision: number, scale: number): SqlType {
  if (precision <= 38) return { name: 'numeric', precision, scale };
  const whole = precision - scale;
  return { name: 'numeric', precision: 38, scale: Math.max(Math.min(scale, 6), 38 - whole, 0) };
}

/** The type in which two operands are compared, or that CASE, COALESCE and UNION give. */
export function commonType(a: SqlType, b: SqlType): SqlType {
  if (a === b) return a;
  const stronger = PRECEDENCE.indexOf(a.name) <= PRECEDENCE.indexOf(b.name) ? a : b;
  if (isText(a) && isText(b)) return commonText(stronger, a, b);
  if (stronger.name === 'numeric') return commonNumeric(a, b);
  if ('scale' in stronger && 'scale' in a && 'scale' in b)
    return { ...stronger, scale: Math.max(a.scale, b.scale) };
  return stronger;
}

function commonText(stronger: SqlType, a: SqlType, b: SqlType): SqlType {
  const length = Math.max(textLength(a), textLength(b));
  const name = isUnicode(stronger) ? 'nvarchar' : 'varchar';
  if (a.name === b.name && textLength(a) === textLength(b)) return a;
  return { name, length: Number.isFinite(length) ? length : 'max' };
}

function commonNumeric(a: SqlType, b: SqlType): SqlType {
  if (isText(a) || isText(b)) return isText(a) ? b : a;
  const left = numericShape(a);
  const right = numericShape(b);
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return limitedNumeric(whole + scale, scale);
}

/** What a sql_variant holds, judged by the value. */
export function baseType(value: CellValue): SqlType {
  if (typeof value === 'number') return Number.isInteger(value) ? INT : FLOAT;
  if (typeof value === 'bigint') return BIGINT;
  if (typeof value === 'boolean') return { name: 'bit' };
  if (value instanceof Uint8Array) return { name: 'varbinary', length: Math.max(1, value.length) };
  return nvarchar(4000);
}
