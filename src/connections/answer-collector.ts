/** Gathers the tokens of one answer as they arrive, so that what came before a failure is kept. */
import type { ResultSet, SqlAnswer, SqlInfo, SqlRow, SqlValue } from '../ports/sql-connection.ts';
import { toPoolError, type PoolError, type SqlErrorDetail } from '../topology/pool-error.ts';
import { sqlValue, type DriverColumn } from './sql-values.ts';

interface Cell {
  readonly value: unknown;
  readonly metadata: DriverColumn;
}

export class AnswerCollector {
  readonly #onInfo: ((info: SqlInfo) => void) | undefined;
  readonly #resultSets: ResultSet[] = [];
  readonly #infos: SqlInfo[] = [];
  readonly #errors: SqlErrorDetail[] = [];
  #rows: SqlRow[] = [];
  /** A value that cannot be represented, or a listener that threw; the driver must not see the exception. */
  failure: PoolError | undefined;

  constructor(onInfo: ((info: SqlInfo) => void) | undefined) {
    this.#onInfo = onInfo;
  }

  columns(columns: readonly DriverColumn[]): void {
    this.#rows = [];
    this.#resultSets.push({ columns: columns.map((column) => column.colName), rows: this.#rows });
  }

  row(cells: readonly Cell[]): void {
    try {
      const row: Record<string, SqlValue> = {};
      for (const { value, metadata } of cells) row[metadata.colName] = sqlValue(value, metadata);
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
