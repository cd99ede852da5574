/** ManagementShell in memory: cmdlets go to the estate's model; deadlines and latency run on the simulated clock. */
import type { Clock } from '../ports/clock.ts';
import type {
  CmdletAnswer,
  CmdletRequest,
  InvokeOptions,
  ManagementShell,
} from '../ports/management-shell.ts';
import type { CmdletOutcome } from '../simulator/estate-contract.ts';
import { classifyCmdletFailure } from '../topology/cmdlet-failure.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { MemoryEstate } from './memory-estate.ts';

export class SimulatedShell<State> implements ManagementShell {
  readonly #estate: MemoryEstate<State>;
  readonly #clock: Clock;
  readonly #latencyMs: () => number;
  readonly #losesAnswer: () => boolean;

  constructor(
    estate: MemoryEstate<State>,
    clock: Clock,
    latencyMs: () => number,
    losesAnswer: () => boolean = () => false,
  ) {
    this.#estate = estate;
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#losesAnswer = losesAnswer;
  }

  async invoke(request: CmdletRequest, options: InvokeOptions): Promise<CmdletAnswer> {
    using deadline = this.#clock.deadline(options.deadlineMs, options.signal);
    const answered = Promise.withResolvers<CmdletOutcome>();
    answered.promise.catch(() => undefined);
    const late = (): void =>
      answered.reject(
        new PoolError(
          'PCO_OUTCOME_UNKNOWN',
          `${request.cmdlet} did not answer within ${options.deadlineMs} ms`,
        ),
      );
    if (deadline.signal.aborted)
      throw new PoolError('PCO_CANCELLED', 'cancelled', { cause: deadline.signal.reason });
    deadline.signal.addEventListener('abort', late, { once: true });
    const lost = this.#losesAnswer();
    this.#clock.sleep(this.#latencyMs(), deadline.signal).then(
      () => {
        try {
          options.leave?.();
        } catch (error) {
          answered.reject(error);
          return;
        }
        this.#estate.cmdlet(request.cmdlet, request.parameters, request.computer, (outcome) => {
          if (!lost) answered.resolve(outcome);
        });
      },
      // The deadline's own listener has already answered for this wait.
      () => undefined,
    );
    try {
      return requireOk(await answered.promise, request.cmdlet);
    } finally {
      deadline.signal.removeEventListener('abort', late);
    }
  }
}

function requireOk(outcome: CmdletOutcome, cmdlet: string): CmdletAnswer {
  if (outcome.ok) return { objects: outcome.objects, warnings: outcome.warnings };
  throw new PoolError(classifyCmdletFailure(outcome), `${cmdlet}: ${outcome.message} (${outcome.errorId})`);
}
