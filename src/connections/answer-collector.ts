/** Gathers the tokens of one answer as they arrive, so that what came before a failure is kept. */
import type { ResultSet, SqlAnswer, SqlInfo, SqlRow, SqlValue } from '../ports/sql-connection.ts';
import { PoolError, toPoolError, type SqlErrorDetail } from '../topology/pool-error.ts';
import { sqlValue, type DriverColumn } from './sql-values.ts';

/** Characters and cells of one answer that are kept, some 100 MB; the observing batch is a thousandth of that. */
const MOST_KEPT = 50_000_000;

/** Severity from which SQL Server ends the connection (sql-server documentation, database engine error severities). */
const ENDS_CONNECTION = 20;

export class AnswerCollector {
  readonly #onInfo: ((info: SqlInfo) => void) | undefined;
  readonly #resultSets: ResultSet[] = [];
  readonly #infos: SqlInfo[] = [];
  readonly #errors: SqlErrorDetail[] = [];
  #columns: readonly DriverColumn[] = [];
  #rows: SqlRow[] = [];
  /** The result whose statement has not ended yet: SQL Server sends the columns first and may fail at any row. */
  #unfinished: ResultSet | undefined;
  #kept = 0;
  /** A value that cannot be represented, or a listener that threw; the driver must not see the exception. */
  failure: PoolError | undefined;

  constructor(onInfo: ((info: SqlInfo) => void) | undefined) {
    this.#onInfo = onInfo;
  }

  columns(columns: readonly DriverColumn[]): void {
    this.#columns = columns;
    this.#rows = [];
    this.#unfinished = { columns: columns.map(({ name }) => name), rows: this.#rows };
    this.#resultSets.push(this.#unfinished);
  }

  statementEnded(): void {
    this.#unfinished = undefined;
  }

  /** @param values in the order of the columns; the driver hands over an object instead for FOR JSON and FOR XML */
  row(values: unknown): void {
    if (this.failure !== undefined) return;
    try {
      if (!Array.isArray(values))
        throw new PoolError('PCO_INTERNAL', 'FOR JSON and FOR XML are not handled: name the column');
      const row: Record<string, SqlValue> = {};
      for (const [index, column] of this.#columns.entries())
        row[column.name] = sqlValue(values[index], column);
      for (const value of Object.values(row)) this.#kept += typeof value === 'string' ? value.length : 1;
      if (this.#kept > MOST_KEPT)
        throw new PoolError(
          'PCO_UNEXPECTED_ANSWER',
          'the answer is far larger than anything that was asked for',
        );
      this.#rows.push(row);
    } catch (error) {
      this.failure ??= toPoolError(error);
    }
  }

  /** A result that its statement failed to finish is none: some of its rows, or none, would pass for all of them. */
  error(error: SqlErrorDetail): void {
    this.#errors.push(error);
    if (this.#unfinished === undefined) return;
    this.#resultSets.splice(this.#resultSets.indexOf(this.#unfinished), 1);
    this.#unfinished = undefined;
  }

  get endsConnection(): boolean {
    return this.#errors.some((error) => error.class >= ENDS_CONNECTION);
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
