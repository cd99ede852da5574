/**
 * SqlInstances in memory: the daemon's statements go to the estate's model as text, exactly as the driver would send them,
 * and come back after a latency that the seed chooses. Failures are classified as src/connections/sql-connection.ts does.
 */
import type { Clock } from '../ports/clock.ts';
import type {
  RunOptions,
  SqlAnswer,
  SqlConnection,
  SqlInstances,
  SqlParameter,
  SqlStatement,
} from '../ports/sql-connection.ts';
import type { RpcParameter, SqlRequest } from '../simulator/estate-contract.ts';
import type { SqlToken, SqlType } from '../simulator/sql-tokens.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { answerFromTokens } from './answer-from-tokens.ts';
import type { ConnectionEvent, MemoryEstate } from './memory-estate.ts';
import type { RequestTrouble } from './troubles.ts';

export interface SimulatedSqlOptions {
  readonly login: string;
  readonly password: string;
  readonly connectDeadlineMs: number;
  /** One way, ms; called once for every message. */
  readonly latencyMs: () => number;
  /** Does this go wrong with the next request? */
  readonly trouble?: (kind: RequestTrouble, instance: InstanceName) => boolean;
}

const TYPES: Record<SqlParameter['type'], SqlType> = {
  nvarchar: { name: 'nvarchar', length: 'max' },
  int: { name: 'int' },
  bit: { name: 'bit' },
  bigint: { name: 'bigint' },
  uniqueidentifier: { name: 'uniqueidentifier' },
};
const DECLARED: Record<SqlParameter['type'], string> = {
  nvarchar: 'nvarchar(max)',
  int: 'int',
  bit: 'bit',
  bigint: 'bigint',
  uniqueidentifier: 'uniqueidentifier',
};

/** The statement as the driver sends it. */
export function requestFor(statement: SqlStatement): SqlRequest {
  if (statement.mode === 'batch') return { kind: 'batch', text: statement.text };
  const named = Object.entries(statement.parameters);
  const text = (name: string, value: string): RpcParameter => ({
    name,
    type: TYPES.nvarchar,
    value,
    output: false,
  });
  const declarations = named.map(([name, parameter]) => `@${name} ${DECLARED[parameter.type]}`).join(', ');
  const values = named.map(([name, { type, value }]) => ({
    name: `@${name}`,
    type: TYPES[type],
    value,
    output: false,
  }));
  const head = [text('', statement.text), ...(named.length === 0 ? [] : [text('', declarations)])];
  return { kind: 'rpc', procedure: 'sp_executesql', parameters: [...head, ...values] };
}

class SimulatedConnection<State> implements SqlConnection, AsyncDisposable {
  readonly #estate: MemoryEstate<State>;
  readonly #clock: Clock;
  readonly #options: SimulatedSqlOptions;
  readonly #instance: InstanceName;
  readonly #closed: () => unknown;
  #connection: string | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #onEvent: (event: ConnectionEvent) => void = () => undefined;

  constructor(
    estate: MemoryEstate<State>,
    clock: Clock,
    options: SimulatedSqlOptions,
    instance: InstanceName,
    closed: () => unknown,
  ) {
    this.#estate = estate;
    this.#closed = closed;
    this.#clock = clock;
    this.#options = options;
    this.#instance = instance;
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.#connection !== undefined) return;
    using deadline = this.#clock.deadline(this.#options.connectDeadlineMs, signal);
    await this.#clock.sleep(this.#options.latencyMs(), deadline.signal);
    const { login, password } = this.#options;
    const answered = Promise.withResolvers<undefined>();
    answered.promise.catch(() => undefined);
    const request = {
      login,
      password,
      database: 'master',
      host: 'pchat-operator',
      program: 'pchat-operator',
    };
    let opened = false;
    this.#onEvent = (event) => {
      if (event.kind === 'accepted') answered.resolve(undefined);
      if (event.kind === 'refused') answered.reject(this.#refused(event.errors));
      if (event.kind === 'dropped')
        answered.reject(
          new PoolError('PCO_INSTANCE_UNREACHABLE', `${this.#instance} dropped the connection`),
        );
    };
    const connection = this.#estate.login(this.#instance, 'daemon', request, (event) => this.#receive(event));
    const onAbort = (): void => answered.reject(this.#late(deadline.expired, 'PCO_INSTANCE_TIMEOUT', signal));
    deadline.signal.addEventListener('abort', onAbort, { once: true });
    try {
      await answered.promise;
      opened = true;
      this.#connection = connection;
    } finally {
      deadline.signal.removeEventListener('abort', onAbort);
      if (!opened) this.#estate.disconnect(this.#instance, connection);
    }
  }

  #receive(event: ConnectionEvent): void {
    if (event.kind === 'dropped' || event.kind === 'refused') this.#connection = undefined;
    this.#onEvent(event);
  }

  #refused(errors: readonly SqlToken[]): PoolError {
    const { errors: sqlErrors } = answerFromTokens(errors);
    return new PoolError(
      'PCO_LOGIN_FAILED',
      `${this.#instance}: ${sqlErrors.at(-1)?.message ?? 'login refused'}`,
      { sqlErrors },
    );
  }

  #late(
    expired: boolean,
    code: 'PCO_INSTANCE_TIMEOUT' | 'PCO_OUTCOME_UNKNOWN',
    signal: AbortSignal,
  ): PoolError {
    if (expired) return new PoolError(code, `${this.#instance} did not answer in time`);
    return new PoolError(code === 'PCO_OUTCOME_UNKNOWN' ? code : 'PCO_CANCELLED', 'cancelled', {
      cause: signal.reason,
    });
  }

  /** One request at a time on one connection, as the driver does it. */
  run(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer> {
    const answer = this.#last.then(() => this.#run(statement, options));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #run(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer> {
    await this.connect(options.signal);
    const connection = this.#connection;
    if (connection === undefined)
      throw new PoolError('PCO_INSTANCE_UNREACHABLE', `${this.#instance} is not connected`);
    const limitMs = options.deadlineMs ?? Number.MAX_SAFE_INTEGER;
    using deadline = this.#clock.deadline(limitMs, options.signal);
    const tokens: SqlToken[] = [];
    const answered = Promise.withResolvers<undefined>();
    // A drop may come while the request is still on its way; it is heard when its answer is awaited.
    answered.promise.catch(() => undefined);
    this.#onEvent = (event) => this.#collect(event, tokens, options, answered);
    const onAbort = (): void =>
      answered.reject(this.#late(deadline.expired, 'PCO_OUTCOME_UNKNOWN', options.signal));
    deadline.signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#clock.sleep(this.#options.latencyMs(), deadline.signal);
      if (this.#suffers('lose-request')) throw this.#dropped();
      this.#estate.request(this.#instance, connection, requestFor(statement));
      await answered.promise;
      await this.#clock.sleep(this.#options.latencyMs(), deadline.signal);
    } catch (error) {
      this.#abandon(connection);
      throw error instanceof PoolError
        ? error
        : this.#late(deadline.expired, 'PCO_OUTCOME_UNKNOWN', options.signal);
    } finally {
      deadline.signal.removeEventListener('abort', onAbort);
    }
    return answerFromTokens(tokens);
  }

  #collect(
    event: ConnectionEvent,
    tokens: SqlToken[],
    options: RunOptions,
    answered: { resolve: (value: undefined) => void; reject: (error: PoolError) => void },
  ): void {
    if (event.kind !== 'tokens') {
      answered.reject(this.#dropped());
      return;
    }
    const ends = event.tokens.some(({ kind }) => kind === 'end' || kind === 'close');
    const cut = this.#suffers('halve-answer') || (ends && this.#suffers('lose-answer'));
    const received = cut ? event.tokens.slice(0, event.tokens.length >>> 1) : event.tokens;
    if (cut) answered.reject(this.#dropped());
    for (const token of received) {
      tokens.push(token);
      if (token.kind === 'info') options.onInfo?.({ number: token.number, message: token.message });
      if (token.kind === 'end' || token.kind === 'close') answered.resolve(undefined);
    }
  }

  #suffers(kind: RequestTrouble): boolean {
    return this.#options.trouble?.(kind, this.#instance) === true;
  }

  #dropped(): PoolError {
    return new PoolError('PCO_OUTCOME_UNKNOWN', `${this.#instance} dropped the connection during a request`);
  }

  /** As the real adapter does after a failure: attention, then the connection is given up. */
  #abandon(connection: string): void {
    if (this.#connection === undefined) return;
    this.#connection = undefined;
    this.#estate.attention(this.#instance, connection);
    this.#estate.disconnect(this.#instance, connection);
  }

  drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#estate.disconnect(this.#instance, connection);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    this.#closed();
    return Promise.resolve();
  }
}

export class SimulatedSql<State> implements SqlInstances {
  readonly #estate: MemoryEstate<State>;
  readonly #clock: Clock;
  readonly #options: SimulatedSqlOptions;
  readonly #held = new Map<InstanceName, SimulatedConnection<State>>();
  readonly #opened = new Set<SimulatedConnection<State>>();

  constructor(estate: MemoryEstate<State>, clock: Clock, options: SimulatedSqlOptions) {
    this.#estate = estate;
    this.#clock = clock;
    this.#options = options;
  }

  observer(instance: InstanceName): SqlConnection {
    const held = this.#held.get(instance) ?? this.#create(instance);
    this.#held.set(instance, held);
    return held;
  }

  async open(instance: InstanceName, signal: AbortSignal): Promise<SqlConnection & AsyncDisposable> {
    const connection = this.#create(instance);
    await connection.connect(signal);
    return connection;
  }

  #create(instance: InstanceName): SimulatedConnection<State> {
    const closed = (): unknown => this.#opened.delete(connection);
    const connection = new SimulatedConnection(this.#estate, this.#clock, this.#options, instance, closed);
    this.#opened.add(connection);
    return connection;
  }

  /** As after a crash of the daemon: every connection is gone at once. */
  dropAll(): void {
    for (const connection of this.#opened) connection.drop();
    this.#opened.clear();
    this.#held.clear();
  }
}
