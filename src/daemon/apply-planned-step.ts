/**
 * Runs one planned step (or the one declared pair that overlaps): looks at the world afresh, refuses when a need does not
 * hold, journals the intent, lets the actuator act, then looks until the deed is seen done. Decides nothing: needs and done
 * come from the reconciler, the order from the plan.
 */
import type { ActuatorPorts, StepContext, StepNotes } from '../actuators/step-context.ts';
import type { Journal, StepReference } from '../ports/journal.ts';
import type { Lease } from '../ports/lease.ts';
import type { Obstacle, PlannedStep } from '../reconciler/plan.ts';
import { stepKey, type StepId } from '../reconciler/step-id.ts';
import type { Known } from '../topology/known.ts';
import { PoolError, toPoolError, type ErrorCode } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { BusyMeter } from './busy-meter.ts';
import { factsHash } from './facts-hash.ts';
import { lateEffectCode } from './late-effect.ts';
import type { Log } from './log.ts';

export interface StepJudgement {
  /**
   * Needs that do not hold; empty: the step may run.
   * @param overlapping a step that still runs: what it brings is needed file by file then (ADR 0002)
   */
  missing(step: StepId, overlapping: StepId | undefined): readonly Obstacle[];
  done(step: StepId): Known<boolean>;
  /** Why the gates no longer let the plan run; undefined: they do. */
  held(): string | undefined;
  /**
   * What is no longer the world that the plan was made on; undefined: nothing.
   * @param lineageToo false once the step itself may have changed the lineage of a copy
   */
  otherIdentity(lineageToo: boolean): string | undefined;
}

export interface ApplyDependencies {
  /** Metered, so that the outcome can say how much of its time was spent outside. */
  readonly ports: ActuatorPorts;
  readonly meter: BusyMeter;
  readonly observe: (pool: DesiredPool, signal: AbortSignal) => Promise<PoolFacts>;
  readonly judge: (pool: DesiredPool, facts: PoolFacts) => StepJudgement;
  /** Makes this holder known to the instances that answered; true: the facts are older than that. */
  readonly claim: (pool: DesiredPool, facts: PoolFacts, signal: AbortSignal) => Promise<boolean>;
  readonly applyStep: (ports: ActuatorPorts, context: StepContext) => Promise<StepNotes>;
  readonly journal: Journal;
  readonly lease: Lease;
  readonly onProgress: (step: StepId, message: string, fraction: number | undefined) => void;
  readonly log: Log;
}

export interface ApplyRequest {
  readonly pool: DesiredPool;
  /** One step, or a step and the one that overlaps it. */
  readonly steps: readonly PlannedStep[];
  readonly round: string;
  /** Bytes that a step has to copy or to restore; null: not counted in bytes. */
  readonly bytesOf?: (step: StepId, facts: PoolFacts) => number | null;
  /** Aborts when a newer desired state or a cancellation has come: the deed is finished, but nothing waits for its effect any longer. */
  readonly superseded?: AbortSignal;
}

export interface StepOutcome {
  readonly step: PlannedStep;
  readonly result: 'done' | 'refused' | 'failed' | 'unknown';
  readonly error: PoolError | undefined;
  /** From the intent to the outcome, waiting included. */
  readonly durationMs: number;
}

/** Pause between two looks for the effect: grows from the first to the last, ms. */
const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 2_000;
const LOOK_GROWTH = 1.6;

/**
 * Resolves with the outcome of each step, journalled. Rejects only when the journal cannot be written or the lease is lost:
 * then nothing more may be done.
 */
export async function applyPlannedSteps(
  dependencies: ApplyDependencies,
  request: ApplyRequest,
  signal: AbortSignal,
): Promise<readonly StepOutcome[]> {
  const facts = await lookAsKnownHolder(dependencies, request.pool, signal);
  const runs: Promise<StepOutcome>[] = [];
  let overlapped: Overlapped | undefined;
  for (const step of request.steps) {
    const run = new StepRun(dependencies, request, step, signal, overlapped);
    runs.push(run.run(facts));
    overlapped = { step, ended: run.acted };
  }
  const settled = await Promise.allSettled(runs);
  return settled.map((result) => {
    if (result.status === 'rejected') throw toPoolError(result.reason);
    return result.value;
  });
}

/** What a predecessor sent before it was shut out shows in the look after that. */
async function lookAsKnownHolder(
  { observe, claim }: ApplyDependencies,
  pool: DesiredPool,
  signal: AbortSignal,
): Promise<PoolFacts> {
  for (;;) {
    const facts = await observe(pool, signal);
    if (!(await claim(pool, facts, signal))) return facts;
  }
}

interface Overlapped {
  readonly step: StepId;
  readonly ended: Promise<void>;
}

class StepRun {
  readonly #dependencies: ApplyDependencies;
  readonly #request: ApplyRequest;
  readonly #step: PlannedStep;
  readonly #signal: AbortSignal;
  readonly #overlapped: Overlapped | undefined;
  readonly #reference: StepReference;
  readonly #acted = Promise.withResolvers<undefined>();
  /** An effect was announced: from here on a failure may have left something behind. */
  #announced = false;

  constructor(
    dependencies: ApplyDependencies,
    request: ApplyRequest,
    step: PlannedStep,
    signal: AbortSignal,
    overlapped: Overlapped | undefined,
  ) {
    this.#dependencies = dependencies;
    this.#request = request;
    this.#step = step;
    this.#signal = AbortSignal.any([signal, dependencies.lease.lost]);
    this.#overlapped = overlapped;
    const { pool, round } = request;
    this.#reference = {
      pool: pool.topology.name,
      round,
      generation: pool.generation,
      action: step.action,
      target: step.target,
      attempt: dependencies.ports.random.id(),
    };
  }

  /** Settles when the actuator has ended, whatever came of it. */
  get acted(): Promise<void> {
    return this.#acted.promise;
  }

  async run(facts: PoolFacts): Promise<StepOutcome> {
    const { journal, meter, ports } = this.#dependencies;
    const startedMs = ports.clock.monotonicMs();
    const startedExternalMs = meter.totalMs();
    const { seedStep, risk } = this.#step;
    let notes: StepNotes = {};
    let error: PoolError | undefined;
    try {
      await journal.append({
        kind: 'intent',
        ...this.#reference,
        seedStep,
        risk,
        facts: factsHash(facts),
        outsideMs: Math.round(meter.totalMs()),
      });
      notes = await this.#act(facts);
      await this.#awaitDone();
    } catch (thrown) {
      error = toPoolError(thrown);
    } finally {
      this.#acted.resolve(undefined);
    }
    const result = this.#resultOf(error);
    // Without the lease somebody else may be writing the journal; the open intent tells the next holder enough.
    if (!this.#dependencies.lease.held())
      throw error ?? new PoolError('PCO_LEASE_LOST', 'the lease was lost');
    const bytes = this.#request.bytesOf?.(this.#step, facts) ?? null;
    const durationMs = Math.round(ports.clock.monotonicMs() - startedMs);
    await journal.append({
      kind: 'outcome',
      ...this.#reference,
      result,
      code: error?.code ?? null,
      reason: error?.message ?? null,
      durationMs,
      externalMs: Math.round(meter.totalMs() - startedExternalMs),
      outsideMs: Math.round(meter.totalMs()),
      ...(bytes === null ? {} : { bytes }),
      notes,
    });
    this.#report(result, error);
    return { step: this.#step, result, error, durationMs };
  }

  async #act(facts: PoolFacts): Promise<StepNotes> {
    const { judge, applyStep, ports } = this.#dependencies;
    const judgement = judge(this.#request.pool, facts);
    if (this.#overlapped === undefined && judgement.done(this.#step) === true) return { alreadyDone: true };
    this.#requireMay(judgement);
    try {
      return await applyStep(ports, this.#context(facts));
    } finally {
      this.#acted.resolve(undefined);
    }
  }

  /** Permission and needs, as they are in the facts just read: both may have gone since the plan was made. */
  #requireMay(judgement: StepJudgement): void {
    const held = judgement.held();
    if (held !== undefined) throw new PoolError('PCO_STEP_REFUSED', `${stepKey(this.#step)}: ${held}`);
    this.#requireIdentity(judgement);
    this.#requireNeeds(judgement);
  }

  /** What cannot be undone is done to the instances and databases that were meant, or not at all. */
  #requireIdentity(judgement: StepJudgement): void {
    const { risk } = this.#step;
    if (risk !== 'no way back' && risk !== 'fences') return;
    const other = judgement.otherIdentity(!this.#announced);
    if (other !== undefined)
      throw new PoolError('PCO_IDENTITY_MISMATCH', `${stepKey(this.#step)}: ${other}`, {
        hint: 'look at the instance by hand; the pool is observed and planned anew',
      });
  }

  #requireNeeds(judgement: StepJudgement): void {
    const missing = judgement.missing(this.#step, this.#overlapped?.step);
    const [first] = missing;
    if (first === undefined) return;
    const needs = missing
      .map((need) => `${need.variable} is ${need.actual}, wanted ${need.wanted}`)
      .join('; ');
    throw new PoolError('PCO_STEP_REFUSED', `${stepKey(this.#step)}: ${needs}`, { hint: first.wayOut });
  }

  #context(facts: PoolFacts): StepContext {
    const { journal, observe, judge, onProgress, lease, log } = this.#dependencies;
    const { pool } = this.#request;
    return {
      pool,
      step: { action: this.#step.action, target: this.#step.target },
      facts,
      signal: this.#signal,
      overlapped: this.#overlapped?.ended,
      effect: async (where, what) => {
        this.#requireLeave();
        await journal.append({ kind: 'effect', ...this.#reference, where, what });
        this.#requireLeave();
        this.#announced = true;
      },
      lease,
      passed: (error) => {
        log.error('an instance knows a newer holder of the lease', { step: stepKey(this.#step), err: error });
        lease.lose(error);
      },
      leave: () => {
        this.#requireLeave();
      },
      recheck: async () => {
        const fresh = await observe(pool, this.#signal);
        this.#requireMay(judge(pool, fresh));
        return fresh;
      },
      progress: (message, fraction) => {
        onProgress(this.#step, message, fraction);
      },
    };
  }

  #requireLeave(): void {
    if (!this.#dependencies.lease.held())
      throw new PoolError('PCO_LEASE_LOST', 'the lease was lost; the effect is not made');
    if (this.#signal.aborted)
      throw new PoolError('PCO_CANCELLED', 'the step was cancelled before this effect', {
        cause: this.#signal.reason,
      });
    if (!this.#announced && this.#request.superseded?.aborted === true)
      throw this.#overtaken('before the first effect');
  }

  #overtaken(when: string): PoolError {
    const why: unknown = this.#request.superseded?.reason;
    const what = why instanceof PoolError ? why.message : 'a newer desired state came';
    return new PoolError('PCO_CANCELLED', `${what} ${when}`, { cause: why });
  }

  /** Waiting for the effect to show is part of the deed: replication, redo, heartbeats. */
  async #awaitDone(): Promise<void> {
    const { observe, judge, ports, log } = this.#dependencies;
    const { pool } = this.#request;
    const deadlineMs = ports.clock.monotonicMs() + pool.policy.stepTimeoutMs;
    let pauseMs = FIRST_LOOK_MS;
    for (;;) {
      if (this.#signal.aborted)
        throw new PoolError('PCO_CANCELLED', 'cancelled while waiting for the effect', {
          cause: this.#signal.reason,
        });
      const facts = await observe(pool, this.#signal);
      const done = judge(pool, facts).done(this.#step);
      if (done === true) return;
      if (this.#request.superseded?.aborted === true) throw this.#overtaken('while waiting for the effect');
      if (ports.clock.monotonicMs() >= deadlineMs)
        throw new PoolError(
          lateEffectCode(this.#step, facts),
          `${stepKey(this.#step)}: its effect was not seen within ${pool.policy.stepTimeoutMs} ms`,
        );
      log.debug('effect not seen yet', { step: stepKey(this.#step), done, nextLookMs: Math.round(pauseMs) });
      await this.#pause(pauseMs);
      pauseMs = Math.min(LAST_LOOK_MS, pauseMs * LOOK_GROWTH);
    }
  }

  async #pause(ms: number): Promise<void> {
    const { superseded } = this.#request;
    const until = superseded === undefined ? this.#signal : AbortSignal.any([this.#signal, superseded]);
    // Woken early by a signal: the caller's loop looks at both.
    await this.#dependencies.ports.clock.sleep(ms, until).catch(() => undefined);
  }

  #resultOf(error: PoolError | undefined): StepOutcome['result'] {
    if (error === undefined) return 'done';
    const unsure: readonly ErrorCode[] = [
      'PCO_OUTCOME_UNKNOWN',
      'PCO_DONE_NOT_SEEN',
      'PCO_REPLICATION_PENDING',
    ];
    if (unsure.includes(error.code)) return 'unknown';
    if (error.code === 'PCO_STEP_REFUSED' || error.code === 'PCO_IDENTITY_MISMATCH')
      return this.#announced ? 'failed' : 'refused';
    if (error.code === 'PCO_CANCELLED' || error.code === 'PCO_LEASE_LOST')
      return this.#announced ? 'unknown' : 'refused';
    return 'failed';
  }

  #report(result: StepOutcome['result'], error: PoolError | undefined): void {
    const { attempt } = this.#reference;
    const fields = { step: stepKey(this.#step), seedStep: this.#step.seedStep, attempt, result };
    const { log } = this.#dependencies;
    if (error === undefined) log.info('step done', fields);
    else log.warn('step not done', { ...fields, code: error.code, reason: error.message });
  }
}
