/**
 * One physical connection to one instance: login under our own deadline, one request at a time, every row, INFO and error
 * token of the answer in order. Knows the driver's failure modes (tds note 5); does not reconnect.
 */
import { Connection, Request, TYPES } from 'tedious';
import type { Clock } from '../ports/clock.ts';
import type { RunOptions, SqlAnswer, SqlParameterType, SqlStatement } from '../ports/sql-connection.ts';
import { PoolError, type ErrorCode, type SqlErrorDetail } from '../topology/pool-error.ts';
import { AnswerCollector } from './answer-collector.ts';
import { driverConfiguration, type InstanceConnectionSettings } from './driver-settings.ts';

const DRIVER_TYPES = {
  nvarchar: TYPES.NVarChar,
  int: TYPES.Int,
  bit: TYPES.Bit,
  bigint: TYPES.BigInt,
  uniqueidentifier: TYPES.UniqueIdentifier,
} as const satisfies Record<SqlParameterType, unknown>;

/** ms after an attention at which the socket is closed, should the driver's own cancel time-out not end the request. */
const LAST_RESORT_MS = 1500;

interface ErrorToken {
  readonly number: number;
  readonly state: number;
  readonly class: number;
  readonly message: string;
  readonly procName: string;
}

const detailOf = ({ number, state, class: severity, message, procName }: ErrorToken): SqlErrorDetail => ({
  number,
  state,
  class: severity,
  message,
  ...(procName === '' ? {} : { procedure: procName }),
});

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** True when the server answered with error tokens and nothing else went wrong. */
const isServerError = (error: unknown): boolean =>
  error instanceof AggregateError ? error.errors.every(isServerError) : codeOf(error) === 'EREQUEST';

export class DriverConnection {
  readonly #driver: Connection;
  readonly #name: string;
  readonly #clock: Clock;
  #alive = true;
  #collector: AnswerCollector | undefined;

  private constructor(driver: Connection, name: string, clock: Clock) {
    this.#driver = driver;
    this.#name = name;
    this.#clock = clock;
    // Background errors of a dying socket; without a listener they would end the process.
    driver.on('error', () => (this.#alive = false));
    driver.on('end', () => (this.#alive = false));
    driver.on('errorMessage', (token: ErrorToken) => this.#collector?.error(detailOf(token)));
    driver.on('infoMessage', (token: ErrorToken) => this.#collector?.info(token));
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
    const driver = new Connection(await driverConfiguration(settings));
    const connection = new DriverConnection(driver, name, clock);
    const refusals = new AnswerCollector(undefined);
    connection.#collector = refusals;
    const connected = Promise.withResolvers<undefined>();
    const giveUp = (): void => {
      driver.close();
      connected.reject(
        new PoolError(
          deadline.expired ? 'PCO_INSTANCE_TIMEOUT' : 'PCO_CANCELLED',
          deadline.expired
            ? `${name} did not complete a login within ${settings.connectDeadlineMs} ms`
            : `the connection to ${name} was given up`,
        ),
      );
    };
    if (deadline.signal.aborted) giveUp();
    else {
      deadline.signal.addEventListener('abort', giveUp, { once: true });
      driver.connect((error) => {
        if (error === undefined) connected.resolve(undefined);
        else connected.reject(connectFailure(name, error, refusals.answer().errors));
      });
    }
    try {
      await connected.promise;
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      deadline.signal.removeEventListener('abort', giveUp);
      connection.#collector = undefined;
    }
  }

  /** Destroys the socket; a request that runs ends with PCO_OUTCOME_UNKNOWN. Never waits. */
  close(): void {
    this.#alive = false;
    this.#driver.close();
  }

  async run(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer> {
    const { deadlineMs, signal: parent } = options;
    using deadline = deadlineMs === undefined ? undefined : this.#clock.deadline(deadlineMs, parent);
    const signal = deadline?.signal ?? parent;
    if (signal.aborted)
      throw new PoolError('PCO_CANCELLED', `${statement.name} was not sent to ${this.#name}`);
    const interrupted = (): boolean => signal.aborted;
    const collector = new AnswerCollector(options.onInfo);
    this.#collector = collector;
    const over = new AbortController();
    const onAbort = (): void => this.#interrupt(over.signal);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const failure = await this.#send(statement, collector);
      if (collector.failure !== undefined) throw collector.failure;
      if (failure === undefined || (isServerError(failure) && !interrupted())) return collector.answer();
      const late = deadline?.expired === true;
      throw this.#lost(statement, failure, collector.answer().errors, interrupted(), late);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      over.abort();
      signal.removeEventListener('abort', onAbort);
      this.#collector = undefined;
    }
  }

  #send(statement: SqlStatement, collector: AnswerCollector): Promise<Error | undefined> {
    return new Promise((resolve) => {
      const request = new Request(statement.text, (error) =>
        resolve(error instanceof Error ? error : undefined),
      );
      request.on('columnMetadata', (columns) => collector.columns(Array.isArray(columns) ? columns : []));
      request.on('row', (cells) => collector.row(cells as Parameters<AnswerCollector['row']>[0]));
      for (const [name, { type, value }] of Object.entries(statement.parameters))
        request.addParameter(name, DRIVER_TYPES[type], value);
      if (statement.mode === 'batch') this.#driver.execSqlBatch(request);
      else this.#driver.execSql(request);
    });
  }

  /** Attention first, so that the server stops; then, if that does not end it, the socket. */
  #interrupt(over: AbortSignal): void {
    this.#driver.cancel();
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
    const notSent = codeOf(cause) === 'EINVALIDSTATE' || codeOf(cause) === 'EPARAM';
    if (notSent)
      return new PoolError('PCO_INSTANCE_UNREACHABLE', `${this.#name}: the connection was gone`, { cause });
    const why = late ? 'did not answer in time' : interrupted ? 'was interrupted' : 'dropped the connection';
    const underlying: ErrorCode = late
      ? 'PCO_INSTANCE_TIMEOUT'
      : interrupted
        ? 'PCO_CANCELLED'
        : 'PCO_INSTANCE_UNREACHABLE';
    const message = `${this.#name} ${why}: ${statement.name}`;
    return new PoolError('PCO_OUTCOME_UNKNOWN', message, {
      cause: new PoolError(underlying, message, { cause }),
      sqlErrors,
    });
  }
}

function connectFailure(name: string, cause: Error, sqlErrors: readonly SqlErrorDetail[]): PoolError {
  if (codeOf(cause) === 'ELOGIN') {
    const text = sqlErrors.map((error) => `${error.number} ${error.message}`).join('; ');
    return new PoolError('PCO_LOGIN_FAILED', `${name} refused the login: ${text || cause.message}`, {
      cause,
      sqlErrors,
    });
  }
  const code = codeOf(cause) === 'ETIMEOUT' ? 'PCO_INSTANCE_TIMEOUT' : 'PCO_INSTANCE_UNREACHABLE';
  return new PoolError(code, `${name}: ${cause.message}`, { cause });
}
