/**
 * The result sets of an observing batch by the name in their first column, `part_<name>`, and for one database alone
 * `part_<name>_<place>`. Says which part is missing and why.
 */
import type { SqlAnswer, SqlRow } from '../ports/sql-connection.ts';
import { isDenied, missingRight } from '../rights/denied.ts';
import { PoolError } from '../topology/pool-error.ts';
import { RowReader } from './row-reader.ts';

const PREFIX = 'part_';
/** Name of the observing batch. */
const OBSERVING = 'observe-instance';

export class AnswerParts {
  readonly #parts = new Map<string, SqlRow[]>();
  readonly #answer: SqlAnswer;
  readonly #instance: string;
  readonly #databases: readonly string[];
  /** Set once the instance's two clocks have been read. */
  zoneMinutes = 0;

  /** @param databases as the batch listed them */
  constructor(instance: string, answer: SqlAnswer, databases: readonly string[] = []) {
    this.#instance = instance;
    this.#answer = answer;
    this.#databases = databases;
    for (const { columns, rows } of answer.resultSets) {
      const [first = ''] = columns;
      if (!first.startsWith(PREFIX)) continue;
      const part = first.slice(PREFIX.length);
      this.#parts.set(part, [...(this.#parts.get(part) ?? []), ...rows]);
    }
  }

  /** undefined when the instance refused this part; an empty list is an answer. */
  optional(part: string): RowReader[] | undefined {
    return this.#parts
      .get(part)
      ?.map((row) => new RowReader(row, `${this.#instance}, result set ${part}`, this.zoneMinutes));
  }

  /** Name of a part that was read of this database alone. */
  of(part: string, database: string): string {
    return `${part}_${String(this.#databases.indexOf(database))}`;
  }

  /** Throws PCO_SQL_ERROR or PCO_PERMISSION_DENIED with every error token of the answer when the part is missing. */
  required(part: string): RowReader[] {
    const rows = this.optional(part);
    if (rows !== undefined) return rows;
    const errors = this.#answer.errors.map((error) => `${error.number} ${error.message}`).join('; ');
    const why = errors === '' ? 'no error was reported' : errors;
    const message = `${this.#instance} did not answer the part ${part}: ${why}`;
    const sqlErrors = this.#answer.errors;
    if (isDenied(sqlErrors))
      throw new PoolError(
        'PCO_PERMISSION_DENIED',
        `${message}. ${missingRight(this.#instance, OBSERVING, sqlErrors)}`,
        { sqlErrors },
      );
    throw new PoolError(errors === '' ? 'PCO_UNEXPECTED_ANSWER' : 'PCO_SQL_ERROR', message, { sqlErrors });
  }

  /** The only row of a part. */
  one(part: string): RowReader {
    const [row, ...more] = this.required(part);
    if (row !== undefined && more.length === 0) return row;
    throw new PoolError(
      'PCO_UNEXPECTED_ANSWER',
      `${this.#instance}, result set ${part}: expected one row, found ${row === undefined ? 0 : more.length + 1}`,
    );
  }
}

/** SQL Server names compare without case here; a case-sensitive server has answered by its own rule already. */
export const sameName = (a: string | null, b: string): boolean => a?.toLowerCase() === b.toLowerCase();
