/** Gathers the tokens of one answer as they arrive, so that what came before a failure is kept. */
import type { ResultSet, SqlAnswer, SqlInfo, SqlRow, SqlValue } from '../ports/sql-connection.ts';
import { PoolError, toPoolError, type SqlErrorDetail } from '../topology/pool-error.ts';
import { sqlValue, type DriverColumn } from './sql-values.ts';

export class AnswerCollector {
  readonly #onInfo: ((info: SqlInfo) => void) | undefined;
  readonly #resultSets: ResultSet[] = [];
  readonly #infos: SqlInfo[] = [];
  readonly #errors: SqlErrorDetail[] = [];
  #columns: readonly DriverColumn[] = [];
  #rows: SqlRow[] = [];
  /** A value that cannot be represented, or a listener that threw; the driver must not see the exception. */
  failure: PoolError | undefined;

  constructor(onInfo: ((info: SqlInfo) => void) | undefined) {
    this.#onInfo = onInfo;
  }

  columns(columns: readonly DriverColumn[]): void {
    this.#columns = columns;
    this.#rows = [];
    this.#resultSets.push({ columns: columns.map(({ name }) => name), rows: this.#rows });
  }

  /** @param values in the order of the columns; the driver hands over an object instead for FOR JSON and FOR XML */
  row(values: unknown): void {
    try {
      if (!Array.isArray(values))
        throw new PoolError('PCO_INTERNAL', 'FOR JSON and FOR XML are not handled: name the column');
      const row: Record<string, SqlValue> = {};
      for (const [index, column] of this.#columns.entries())
        row[column.name] = sqlValue(values[index], column);
      this.#rows.push(row);
    } catch (error) {
      this.failure ??= toPoolError(error);
    }
  }

  error(error: SqlErrorDetail): void {
    this.#errors.push(error);
  }

  info({ number, message }: SqlInfo): void {
    this.#infos.push({ number, message });
    try {
      this.#onInfo?.({ number, message });
    } catch (error) {
      this.failure ??= toPoolError(error);
    }
  }

  answer(): SqlAnswer {
    return { resultSets: this.#resultSets, infos: this.#infos, errors: this.#errors };
  }
}
