/**
 * Runs one BACKUP or RESTORE: no wall-clock deadline, progress reported, cancelled only when percent_complete stands still
 * for the policy's stall limit. A stop of the daemon does not cut it: cutting a RESTORE leaves a copy that is not usable.
 */
import type { SqlAnswer, SqlConnection, SqlStatement } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { readOwnSession, readProgressOf } from '../statements/change-recheck.ts';
import { requireNumber, rowsOf } from './answer-rows.ts';
import type { ActuatorPorts, StepContext } from './step-context.ts';

/** ms between two looks; the first look is one interval after the start, so short work costs no second connection. */
const LOOK_EVERY_MS = 1_000;
const LOOK_DEADLINE_MS = 5_000;
const READ_DEADLINE_MS = 30_000;
const HUNDRED_PERCENT = 100;
/** `%d percent processed`, sent because of STATS = 10. */
const PERCENT_PROCESSED = 3211;

/** @param fraction 0 to 1 of the running operation @return the line for people, and how far the whole step is */
export type TellProgress = (fraction: number) => readonly [message: string, fraction: number];

class ProgressWatch {
  readonly #ports: ActuatorPorts;
  readonly #context: StepContext;
  readonly #tell: TellProgress;
  #percent = -1;
  #changedAtMs: number;

  constructor(ports: ActuatorPorts, context: StepContext, tell: TellProgress) {
    this.#ports = ports;
    this.#context = context;
    this.#tell = tell;
    this.#changedAtMs = ports.clock.monotonicMs();
  }

  /** A look that could not be taken counts as standing still: a dead link must not hold the step for ever. */
  moved(percent: number): void {
    if (percent === this.#percent) return;
    this.#percent = percent;
    this.touched();
    if (percent >= 0) this.told(Math.min(1, percent / HUNDRED_PERCENT));
  }

  told(fraction: number): void {
    this.#context.progress(...this.#tell(fraction));
  }

  touched(): void {
    this.#changedAtMs = this.#ports.clock.monotonicMs();
  }

  get stalled(): boolean {
    const stillForMs = this.#ports.clock.monotonicMs() - this.#changedAtMs;
    return stillForMs >= this.#context.pool.policy.stallTimeoutMs;
  }
}

/** Looks through a second connection until `stop` aborts or the work stalls; true: it stalled. */
async function watchProgress(
  ports: ActuatorPorts,
  instance: InstanceName,
  sessionId: number,
  watch: ProgressWatch,
  stop: AbortSignal,
): Promise<boolean> {
  let second: (SqlConnection & AsyncDisposable) | undefined;
  try {
    while (!watch.stalled) {
      await ports.clock.sleep(LOOK_EVERY_MS, stop);
      try {
        second ??= await ports.sql.open(instance, stop);
        const answer = await second.run(readProgressOf(sessionId), {
          signal: stop,
          deadlineMs: LOOK_DEADLINE_MS,
        });
        const row = rowsOf(answer)[0];
        if (row !== undefined) watch.moved(requireNumber(row, 'percent_complete'));
      } catch {
        // Not seen this time; the next look opens a connection again.
        await second?.[Symbol.asyncDispose]();
        second = undefined;
      }
    }
    return true;
  } catch {
    // Only the sleep ends here: the work is over.
    return false;
  } finally {
    await second?.[Symbol.asyncDispose]();
  }
}

/** Asked before the work is announced: nothing may come between the announcement and the statement. */
export async function ownSessionOf(connection: SqlConnection, context: StepContext): Promise<number> {
  const own = await connection.run(readOwnSession, { signal: context.signal, deadlineMs: READ_DEADLINE_MS });
  return requireNumber(rowsOf(own)[0], 'session_id');
}

export interface LongTarget {
  readonly connection: SqlConnection;
  readonly instance: InstanceName;
  /** Of this connection, as `ownSessionOf` told. */
  readonly sessionId: number;
}

/** Resolves with the server's answer, errors included. @param message names it in errors, and for people where `tell` is left out */
export async function runLong(
  ports: ActuatorPorts,
  context: StepContext,
  target: LongTarget,
  statement: SqlStatement,
  message: string,
  tell: TellProgress = (fraction) => [message, fraction],
): Promise<SqlAnswer> {
  const { connection, instance, sessionId } = target;
  const watch = new ProgressWatch(ports, context, tell);
  const over = new AbortController();
  const cancel = new AbortController();
  watch.told(0);
  const watching = watchProgress(ports, instance, sessionId, watch, over.signal).then((stalled) => {
    if (stalled) cancel.abort(new PoolError('PCO_STALLED_OPERATION', `${message}: no progress`));
  });
  try {
    return await connection.run(statement, {
      signal: cancel.signal,
      deadlineMs: undefined,
      onInfo: (info) => {
        if (info.number === PERCENT_PROCESSED) watch.touched();
      },
    });
  } catch (error) {
    if (!cancel.signal.aborted) throw error;
    throw new PoolError(
      'PCO_STALLED_OPERATION',
      `${message} on ${instance}: percent_complete stood still for ${context.pool.policy.stallTimeoutMs} ms; cancelled`,
      { cause: error, hint: 'look at the instance for what it waits for (disk, share, lock)' },
    );
  } finally {
    over.abort(new PoolError('PCO_CANCELLED', 'the operation is over'));
    await watching;
  }
}
