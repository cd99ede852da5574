/** Reads cells of an answer by name; a cell of another type is PCO_UNEXPECTED_ANSWER, never a silent default. */
import type { SqlAnswer, SqlRow } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';

export const rowsOf = (answer: SqlAnswer, set = 0): readonly SqlRow[] => answer.resultSets[set]?.rows ?? [];

/** LSNs, names, GUIDs; NULL and a missing cell stay null. */
export function textOrNull(row: SqlRow | undefined, column: string): string | null {
  const value = row?.[column];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  throw new PoolError('PCO_UNEXPECTED_ANSWER', `column ${column} holds ${typeof value}, expected text`);
}

export function requireText(row: SqlRow | undefined, column: string): string {
  const value = textOrNull(row, column);
  if (value === null) throw new PoolError('PCO_UNEXPECTED_ANSWER', `column ${column} is NULL or missing`);
  return value;
}

/** int, smallint, bit, real; bigint and decimal text too, when it is a whole number in range. */
export function requireNumber(row: SqlRow | undefined, column: string): number {
  const value = row?.[column];
  const number =
    typeof value === 'boolean' ? Number(value) : typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new PoolError('PCO_UNEXPECTED_ANSWER', `column ${column} holds ${String(value)}, expected a number`);
}

/** bit, or 0 and 1. */
export const flagOf = (row: SqlRow | undefined, column: string): boolean => {
  const value = row?.[column];
  return value === true || value === 1;
};
