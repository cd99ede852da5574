/**
 * One physical connection to one instance: login under our own deadline, one request at a time, every row, INFO and error
 * token of the answer in order. Knows the driver's failure modes (tds note 5, ADR 0012); does not reconnect.
 */
import sql from 'mssql';
import type { Connection, Request } from 'tedious';
import type { Clock } from '../ports/clock.ts';
import type { RunOptions, SqlAnswer, SqlParameterType, SqlStatement } from '../ports/sql-connection.ts';
import { PoolError, toPoolError, type ErrorCode, type SqlErrorDetail } from '../topology/pool-error.ts';
import { AnswerCollector } from './answer-collector.ts';
import {
  connectFailure,
  detailOf,
  isServerError,
  isUnreadable,
  neverSent,
  type ErrorToken,
} from './driver-errors.ts';
import { askInstancePort } from './instance-port.ts';
import { driverConfiguration, type InstanceConnectionSettings } from './driver-settings.ts';
import { SingleLoginPool } from './single-login-pool.ts';
import type { DriverColumn } from './sql-values.ts';

const DRIVER_TYPES = {
  nvarchar: sql.NVarChar,
  int: sql.Int,
  bit: sql.Bit,
  bigint: sql.BigInt,
  uniqueidentifier: sql.UniqueIdentifier,
} as const satisfies Record<SqlParameterType, unknown>;

/** ms after an attention at which the socket is closed, should the driver's own cancel time-out not end the request. */
const LAST_RESORT_MS = 1500;

export class DriverConnection {
  readonly #name: string;
  readonly #clock: Clock;
  #alive = true;
  #pool: SingleLoginPool | undefined;
  #driver: Connection | undefined;
  #collector: AnswerCollector | undefined;

  private constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  /** False once the socket is known to be gone; a silent loss shows only at the next request. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Rejects with PCO_INSTANCE_UNREACHABLE, PCO_INSTANCE_TIMEOUT, PCO_LOGIN_FAILED or PCO_CANCELLED. */
  static async open(
    name: string,
    settings: InstanceConnectionSettings,
    clock: Clock,
    parent: AbortSignal,
  ): Promise<DriverConnection> {
    using deadline = clock.deadline(settings.connectDeadlineMs, parent);
    const connection = new DriverConnection(name, clock);
    const aborted = Promise.withResolvers<never>();
    const giveUp = (): void =>
      aborted.reject(
        new PoolError(
          deadline.expired ? 'PCO_INSTANCE_TIMEOUT' : 'PCO_CANCELLED',
          deadline.expired
            ? `${name} did not complete a login within ${settings.connectDeadlineMs} ms`
            : `the connection to ${name} was given up`,
        ),
      );
    if (deadline.signal.aborted) giveUp();
    else deadline.signal.addEventListener('abort', giveUp, { once: true });
    try {
      await Promise.race([connection.#login(settings, deadline.signal), aborted.promise]);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      deadline.signal.removeEventListener('abort', giveUp);
      connection.#collector = undefined;
    }
  }

  async #login(settings: InstanceConnectionSettings, signal: AbortSignal): Promise<void> {
    const refusals = new AnswerCollector(undefined);
    this.#collector = refusals;
    const { host, port } = settings;
    const tcp =
      typeof port === 'number'
        ? port
        : await askInstancePort(
            { host, port: port.browserPort, instance: port.instance },
            this.#clock,
            signal,
          );
    const configuration = await driverConfiguration(settings, tcp);
    if (signal.aborted) return;
    const pool = new SingleLoginPool({
      ...configuration,
      beforeConnect: (driver) => this.#adopt(driver),
    });
    // Background errors of a dying socket, and every failed acquire; without a listener they would end the process.
    pool.on('error', () => (this.#alive = false));
    this.#pool = pool;
    try {
      await pool.connect();
    } catch (error) {
      throw connectFailure(this.#name, error, refusals.answer().errors);
    }
  }

  /** The first physical connection is ours; another one would be another session, so it is closed before it can log in. */
  #adopt(driver: Connection): void {
    if (this.#driver !== undefined) {
      driver.close();
      this.#alive = false;
      return;
    }
    this.#driver = driver;
    driver.on('error', () => (this.#alive = false));
    // Closed, not just marked: the pool of a connection that is gone would reap every second for the life of the process.
    driver.on('end', () => this.close());
    // Straight from the driver: mssql has no number for a refused login, and merges the errors of a request.
    driver.on('errorMessage', (token: ErrorToken) => this.#collector?.error(detailOf(token)));
    this.#hearStatementsEnd(driver);
  }

  /** Also straight from the driver: mssql hides the end of a statement that has no row count, as all have under NOCOUNT. */
  #hearStatementsEnd(driver: Connection): void {
    const ended = (): void => this.#collector?.statementEnded();
    for (const call of ['execSql', 'execSqlBatch'] as const) {
      const send = driver[call].bind(driver);
      driver[call] = (request: Request): void => {
        request.on('done', ended).on('doneInProc', ended).on('doneProc', ended);
        send(request);
      };
    }
  }

  /** Destroys the socket; a request that runs ends with PCO_OUTCOME_UNKNOWN. Never waits. */
  close(): void {
    this.#alive = false;
    this.#driver?.close();
    // Only stops the pool's timers. Not awaited: it waits for borrowed connections without limit.
    this.#pool?.close(() => undefined);
  }

  async run(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer> {
    const { deadlineMs, signal: parent } = options;
    using deadline = deadlineMs === undefined ? undefined : this.#clock.deadline(deadlineMs, parent);
    const signal = deadline?.signal ?? parent;
    if (signal.aborted)
      throw new PoolError('PCO_CANCELLED', `${statement.name} was not sent to ${this.#name}`);
    const interrupted = (): boolean => signal.aborted;
    const request = this.#request(statement);
    const collector = new AnswerCollector(options.onInfo);
    this.#collector = collector;
    const over = new AbortController();
    const onAbort = (): void => this.#interrupt(request, over.signal);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const failure = await this.#send(request, statement, collector);
      if (collector.failure !== undefined) throw collector.failure;
      const answer = collector.answer();
      if (collector.endsConnection) this.close();
      // Also when it was interrupted: the answer was complete before the attention arrived.
      if (failure === undefined) return answer;
      throw this.#lost(statement, failure, answer.errors, interrupted(), deadline?.expired === true);
    } catch (error) {
      this.close();
      throw toPoolError(error);
    } finally {
      over.abort();
      signal.removeEventListener('abort', onAbort);
      this.#collector = undefined;
    }
  }

  #request({ name, mode, parameters }: SqlStatement): sql.Request {
    // mssql would write the values of a batch into its text.
    if (mode === 'batch' && Object.keys(parameters).length > 0)
      throw new PoolError('PCO_INTERNAL', `${name} is a batch and has parameters`);
    if (!this.#alive || this.#pool === undefined)
      throw new PoolError('PCO_INSTANCE_UNREACHABLE', `the connection to ${this.#name} is gone`);
    return this.#pool.request();
  }

  /** Every event of the request goes to the collector; resolves with what failed besides the server's own error tokens. */
  async #send(
    request: sql.Request,
    { text, mode, parameters }: SqlStatement,
    collector: AnswerCollector,
  ): Promise<Error | undefined> {
    let failure: Error | undefined;
    request.on('recordset', (columns: readonly DriverColumn[]) => collector.columns(columns));
    request.on('row', (values: unknown) => collector.row(values));
    request.on('info', (token: ErrorToken) => collector.info(token));
    request.on('error', (error: Error) => {
      if (!isServerError(error)) failure ??= error;
    });
    for (const [name, { type, value }] of Object.entries(parameters))
      request.input(name, DRIVER_TYPES[type], value);
    await (mode === 'batch' ? request.batch(text) : request.query(text));
    return failure;
  }

  /** Attention first, so that the server stops; then, if that does not end it, the socket. */
  #interrupt(request: sql.Request, over: AbortSignal): void {
    request.cancel();
    this.#clock.sleep(LAST_RESORT_MS, over).then(
      () => this.close(),
      () => undefined,
    );
  }

  #lost(
    statement: SqlStatement,
    cause: Error,
    sqlErrors: readonly SqlErrorDetail[],
    interrupted: boolean,
    late: boolean,
  ): PoolError {
    if (neverSent(cause))
      return new PoolError('PCO_INSTANCE_UNREACHABLE', `${this.#name}: the connection was gone`, { cause });
    const [underlying, why]: readonly [ErrorCode, string] = late
      ? ['PCO_INSTANCE_TIMEOUT', 'did not answer in time']
      : interrupted
        ? ['PCO_CANCELLED', 'was interrupted']
        : isUnreadable(cause)
          ? ['PCO_UNEXPECTED_ANSWER', `sent what is no answer (${cause.message})`]
          : ['PCO_INSTANCE_UNREACHABLE', 'dropped the connection'];
    const message = `${this.#name} ${why}: ${statement.name}`;
    return new PoolError('PCO_OUTCOME_UNKNOWN', message, {
      cause: new PoolError(underlying, message, { cause }),
      sqlErrors,
    });
  }
}
