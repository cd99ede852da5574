/**
 * One connection to one instance for one step: proves who answers, reads, announces and sends changes. A change that was
 * sent is awaited up to its deadline even when the step is cancelled, so that its outcome is known.
 */
import type { SqlAnswer, SqlConnection, SqlStatement } from '../ports/sql-connection.ts';
import { isDenied, missingRight } from '../rights/denied.ts';
import { readServerName } from '../statements/change-recheck.ts';
import { withEpoch } from '../statements/epoch-guard.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { rowsOf, textOrNull } from './answer-rows.ts';
import { readCopy } from './copy-now.ts';
import { epochRefusal } from './epoch.ts';
import { ownSessionOf, runLong, type TellProgress } from './long-operation.ts';
import { requireInstance } from './serving-instance.ts';
import type { ActuatorPorts, StepContext } from './step-context.ts';

const READ_DEADLINE_MS = 30_000;
/** ALTER DATABASE ... WITH ROLLBACK IMMEDIATE rolls back other people's work first; procedures write msdb. */
export const CHANGE_DEADLINE_MS = 60_000;

export interface ChangeOptions {
  /** SQL numbers that the caller deals with; the answer then resolves with them. Every other error rejects. */
  readonly tolerate?: readonly number[] | 'all';
  readonly deadlineMs?: number;
  /** Of BACKUP and RESTORE; left out: what is done, and how far it is. */
  readonly tell?: TellProgress;
}

export function sqlError(instance: InstanceName, statement: SqlStatement, answer: SqlAnswer): PoolError {
  const numbers = answer.errors.map((error) => error.number).join(', ');
  const first = answer.errors[0]?.message ?? 'return code without an error';
  const message = `${instance}: ${statement.name}: ${first} (${numbers})`;
  const sqlErrors = answer.errors;
  if (!isDenied(sqlErrors)) return new PoolError('PCO_SQL_ERROR', message, { sqlErrors });
  const right = missingRight(instance, statement.name, sqlErrors);
  return new PoolError('PCO_PERMISSION_DENIED', `${message}. ${right}`, { sqlErrors });
}

export const hasNumber = (answer: SqlAnswer, ...numbers: readonly number[]): boolean =>
  answer.errors.some((error) => numbers.includes(error.number));

/** 3013 and 5069 only close the report of another error; alone they mean nothing that a caller could tolerate. */
const CLOSING_NUMBERS = [3013, 5069];

function requireTolerated(
  instance: InstanceName,
  statement: SqlStatement,
  answer: SqlAnswer,
  tolerate: readonly number[] | 'all',
): void {
  if (tolerate === 'all' || answer.errors.length === 0) return;
  const causes = answer.errors.filter((error) => !CLOSING_NUMBERS.includes(error.number));
  if (causes.length === 0 || causes.some((error) => !tolerate.includes(error.number))) {
    throw sqlError(instance, statement, answer);
  }
}

export class InstanceSession implements AsyncDisposable {
  readonly instance: InstanceName;
  readonly context: StepContext;
  readonly #ports: ActuatorPorts;
  readonly #connection: SqlConnection & AsyncDisposable;
  /** Never aborts: what was sent is awaited up to its deadline. */
  readonly #sent = new AbortController().signal;
  /** The connection is never replaced, so its session is asked for once. */
  #sessionId: number | undefined;

  constructor(
    ports: ActuatorPorts,
    context: StepContext,
    instance: InstanceName,
    connection: SqlConnection & AsyncDisposable,
  ) {
    this.instance = instance;
    this.context = context;
    this.#ports = ports;
    this.#connection = connection;
  }

  /** A look: not announced, ends with the step. */
  async read(statement: SqlStatement, options: ChangeOptions = {}): Promise<SqlAnswer> {
    const answer = await this.#connection.run(statement, {
      signal: this.context.signal,
      deadlineMs: options.deadlineMs ?? READ_DEADLINE_MS,
    });
    requireTolerated(this.instance, statement, answer, options.tolerate ?? []);
    return answer;
  }

  /** @param what one line for the journal */
  async change(what: string, statement: SqlStatement, options: ChangeOptions = {}): Promise<SqlAnswer> {
    await this.context.effect(this.instance, what);
    const answer = await this.#connection.run(this.#marked(statement), {
      signal: this.#sent,
      deadlineMs: options.deadlineMs ?? CHANGE_DEADLINE_MS,
    });
    this.#requireEpoch(statement, answer);
    requireTolerated(this.instance, statement, answer, options.tolerate ?? []);
    return answer;
  }

  /** A procedure that reports its return code as column `rc`: anything but 0 without a tolerated error rejects. */
  async call(what: string, statement: SqlStatement, options: ChangeOptions = {}): Promise<SqlAnswer> {
    const answer = await this.change(what, statement, options);
    const code = rowsOf(answer, answer.resultSets.length - 1)[0]?.['rc'];
    if (answer.errors.length === 0 && code !== 0) throw sqlError(this.instance, statement, answer);
    return answer;
  }

  /** BACKUP and RESTORE. */
  async long(what: string, statement: SqlStatement, options: ChangeOptions = {}): Promise<SqlAnswer> {
    const sessionId = await this.#ownSession();
    await this.context.effect(this.instance, what);
    return this.#runLong(sessionId, what, this.#marked(statement), options);
  }

  /** RESTORE VERIFYONLY: long, but changes nothing and is not announced. */
  async longRead(what: string, statement: SqlStatement): Promise<SqlAnswer> {
    return this.#runLong(await this.#ownSession(), what, statement, {});
  }

  #marked(statement: SqlStatement): SqlStatement {
    return withEpoch(statement, { pool: this.context.pool.topology.name, ...this.context.lease });
  }

  /** Before anything is tolerated: behind these two numbers nothing was changed. */
  #requireEpoch(statement: SqlStatement, answer: SqlAnswer): void {
    const error = epochRefusal(this.instance, this.context.pool.topology.name, statement.name, answer);
    if (error === undefined) return;
    if (error.code === 'PCO_EPOCH_PASSED') this.context.passed(error);
    throw error;
  }

  async #ownSession(): Promise<number> {
    this.#sessionId ??= await ownSessionOf(this.#connection, this.context);
    return this.#sessionId;
  }

  async #runLong(
    sessionId: number,
    what: string,
    statement: SqlStatement,
    options: ChangeOptions,
  ): Promise<SqlAnswer> {
    const target = { connection: this.#connection, instance: this.instance, sessionId };
    const answer = await runLong(this.#ports, this.context, target, statement, what, options.tell);
    this.#requireEpoch(statement, answer);
    requireTolerated(this.instance, statement, answer, options.tolerate ?? []);
    return answer;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

/** Opens a connection and proves on it that the server is the one that was observed under this name. */
export async function openInstance(
  ports: ActuatorPorts,
  context: StepContext,
  instance: InstanceName,
): Promise<InstanceSession> {
  const { serverName } = requireInstance(context.facts, instance);
  const session = new InstanceSession(
    ports,
    context,
    instance,
    await ports.sql.open(instance, context.signal),
  );
  try {
    const answer = await session.read(readServerName);
    requireServer(instance, serverName, textOrNull(rowsOf(answer)[0], 'server_name'));
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

function requireServer(instance: InstanceName, observed: string, answered: string | null): void {
  if (answered?.toLowerCase() === observed.toLowerCase()) return;
  throw new PoolError(
    'PCO_IDENTITY_MISMATCH',
    `${instance} answers as ${answered ?? 'nobody'}, but was observed as ${observed}`,
  );
}

/** The copy as it is on this connection; refuses when another server answers or the lineage is not the observed one. */
export async function recheckCopy(session: InstanceSession, database: string): ReturnType<typeof readCopy> {
  const now = await readCopy(session, database);
  const observed = requireInstance(session.context.facts, session.instance);
  requireServer(session.instance, observed.serverName, now.serverName);
  const family = observed.databases[database]?.familyGuid;
  const bothKnown =
    family !== undefined && family !== 'unknown' && family !== null && now.familyGuid !== null;
  if (bothKnown && family.toUpperCase() !== now.familyGuid.toUpperCase()) {
    throw new PoolError(
      'PCO_IDENTITY_MISMATCH',
      `${database} on ${session.instance} is of family ${now.familyGuid}, the step was planned for ${family}`,
    );
  }
  return now;
}
