/** The driver's values as the port's: no Date, no Buffer, no number that could have lost digits. */
import sql from 'mssql';
import type { SqlValue } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';

/** What of a driver's column is looked at; `type` is one of mssql's type functions, undefined for one that it does not know. */
export interface DriverColumn {
  readonly name: string;
  readonly type: unknown;
}

const EXACT_NUMBERS: ReadonlySet<unknown> = new Set([sql.Decimal, sql.Numeric, sql.Money, sql.SmallMoney]);

/**
 * decimal(25,0) comes out of the driver as a double. Short ones are exact; a longer one must be converted to text in the
 * statement, so it is refused here instead of being wrong (sql-server reference 5.1).
 */
function decimalText(value: number, column: string): string {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new PoolError(
      'PCO_INTERNAL',
      `column ${column} has lost digits: CONVERT it to varchar in the statement`,
    );
  }
  return value.toString();
}

export function sqlValue(value: unknown, column: DriverColumn): SqlValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('hex').toUpperCase();
  switch (typeof value) {
    case 'number':
      return EXACT_NUMBERS.has(column.type) ? decimalText(value, column.name) : value;
    case 'bigint':
      return value.toString();
    case 'string':
      return column.type === sql.UniqueIdentifier ? value.toUpperCase() : value;
    case 'boolean':
      return value;
    default:
      throw new PoolError('PCO_INTERNAL', `column ${column.name} has a type that is not handled`);
  }
}
