/**
 * Reads the columns of one row of an answer. Anything that is not what the catalogue promises becomes PCO_UNEXPECTED_ANSWER
 * that names instance, result set, column, what was expected and what was found.
 */
import type { SqlRow, SqlValue } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';

const LSN = /^\d{1,25}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?Z?$/;
const MINUTE_MS = 60_000;

export class RowReader {
  readonly #row: SqlRow;
  readonly #where: string;
  readonly #zoneMinutes: number;

  /**
   * @param where instance and result set, for messages
   * @param zoneMinutes offset of the instance's local time from UTC; its datetime columns are local (reference 1.7)
   */
  constructor(row: SqlRow, where: string, zoneMinutes = 0) {
    this.#row = row;
    this.#where = where;
    this.#zoneMinutes = zoneMinutes;
  }

  #unexpected(column: string, expected: string, found: SqlValue | undefined): PoolError {
    const shown = found === undefined ? 'no such column' : JSON.stringify(found).slice(0, 80);
    return new PoolError(
      'PCO_UNEXPECTED_ANSWER',
      `${this.#where}, column ${column}: expected ${expected}, found ${shown}`,
    );
  }

  #nullable<T>(column: string, read: (column: string) => T): T | null {
    return this.#row[column] === null ? null : read.call(this, column);
  }

  text(column: string): string {
    const value = this.#row[column];
    if (typeof value !== 'string') throw this.#unexpected(column, 'text', value);
    return value;
  }

  textOrNull(column: string): string | null {
    return this.#nullable(column, (name) => this.text(name));
  }

  /** A whole number; bigint arrives as text. */
  integer(column: string): number {
    const value = this.#row[column];
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number))
      throw this.#unexpected(column, 'a whole number', value);
    return number;
  }

  integerOrNull(column: string): number | null {
    return this.#nullable(column, (name) => this.integer(name));
  }

  number(column: string): number {
    const value = this.#row[column];
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw this.#unexpected(column, 'a number', value);
    return value;
  }

  /** bit, or a tinyint that means one (older builds differ). */
  bit(column: string): boolean {
    const value = this.#row[column];
    if (typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    throw this.#unexpected(column, 'a bit', value);
  }

  bitOrNull(column: string): boolean | null {
    return this.#nullable(column, (name) => this.bit(name));
  }

  /** Decimal text as the statement's CONVERT made it; a number would have lost digits. */
  lsn(column: string): string {
    const value = this.#row[column];
    if (typeof value !== 'string' || !LSN.test(value))
      throw this.#unexpected(column, 'an LSN as text', value);
    return BigInt(value).toString();
  }

  lsnOrNull(column: string): string | null {
    return this.#nullable(column, (name) => this.lsn(name));
  }

  guid(column: string): string {
    const value = this.text(column);
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
      throw this.#unexpected(column, 'a uniqueidentifier', value);
    return value.toUpperCase();
  }

  guidOrNull(column: string): string | null {
    return this.#nullable(column, (name) => this.guid(name));
  }

  /** A datetime as if it were UTC, ms since 1970; which zone it really is in, the caller knows. */
  clockMs(column: string): number {
    const value = this.text(column);
    const at = INSTANT.test(value) ? Date.parse(`${value.replace(' ', 'T').replace(/Z$/, '')}Z`) : Number.NaN;
    if (Number.isNaN(at)) throw this.#unexpected(column, 'a date and time', value);
    return at;
  }

  /** An instant in UTC. */
  utc(column: string): string {
    return new Date(this.clockMs(column)).toISOString();
  }

  utcOrNull(column: string): string | null {
    return this.#nullable(column, (name) => this.utc(name));
  }

  /** An instant of the instance's local time, moved to UTC by today's offset: an hour off across a change of daylight saving. */
  local(column: string): string {
    return this.inZone(column, this.#zoneMinutes);
  }

  /** An instant of another server's local time. @param zoneMinutes its offset from UTC */
  inZone(column: string, zoneMinutes: number): string {
    return new Date(this.clockMs(column) - zoneMinutes * MINUTE_MS).toISOString();
  }

  localOrNull(column: string): string | null {
    return this.#nullable(column, (name) => this.local(name));
  }

  oneOf<T extends string>(column: string, values: readonly T[]): T {
    const value = this.text(column);
    const found = values.find((candidate) => candidate === value.toUpperCase());
    if (found === undefined) throw this.#unexpected(column, `one of ${values.join(', ')}`, value);
    return found;
  }

  oneOfOrNull<T extends string>(column: string, values: readonly T[]): T | null {
    return this.#nullable(column, (name) => this.oneOf(name, values));
  }
}
