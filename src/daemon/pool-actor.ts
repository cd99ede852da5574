/**
 * One pool's loop: the reconcile machine with its two actors made real (observe, apply), people's decisions, status and
 * journal. Everything that decides is in the reconciler; everything outside comes in as an argument.
 */
import type { WhatIf, WhatIfQuestion } from '../http/what-if.ts';
import { createActor, fromPromise, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import type { DecisionRequest, PoolStatus } from '../reconciler/pool-status.ts';
import type { Decision } from '../ports/journal.ts';
import { isStalled } from '../reconciler/backoff.ts';
import { isDone, needsOf } from '../reconciler/check-step.ts';
import { judgeConditions } from '../reconciler/conditions.ts';
import { decidePool, type PoolDecision } from '../reconciler/decide-pool.ts';
import type { GateInput, Surroundings } from '../reconciler/gates/gate-input.ts';
import { isOf } from '../reconciler/gates/holds.ts';
import { otherIdentity } from '../reconciler/gates/identity.ts';
import { judgeGates } from '../reconciler/gates/judge-gates.ts';
import { historyOf } from '../reconciler/gates/pool-history.ts';
import type { Plan, PlannedStep } from '../reconciler/plan.ts';
import {
  reconcileMachine,
  type ApplyInput,
  type Observation,
  type ObserveInput,
} from '../reconciler/reconcile-machine.ts';
import { bytesOf } from '../reconciler/predict-durations.ts';
import { reducePool, type Reduction } from '../reconciler/reduce-pool.ts';
import { stepKey, type StepId } from '../reconciler/step-id.ts';
import type { Vector } from '../reconciler/variables.ts';
import { whyPool } from '../reconciler/why/why-pool.ts';
import type { Why } from '../reconciler/why/why.ts';
import type { Condition } from '../topology/condition.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { SavedPlan } from '../topology/saved-plan.ts';
import type { DesiredPool, PoolTopology } from '../topology/pool-topology.ts';
import { applyPlannedSteps, type StepJudgement } from './apply-planned-step.ts';
import { decisionsOf, saidOf, standingDecisions, toDecision, type Present } from './decisions.ts';
import { EpochClaims } from './epoch-claims.ts';
import { Forecaster } from './forecast.ts';
import { machineClock } from './machine-clock.ts';
import { closeOpenIntents } from './open-intents.ts';
import type { PoolDependencies } from './pool-dependencies.ts';
import { PoolRecord } from './pool-record.ts';
import { planSeen, requireUnmoved } from './saved-plan.ts';
import { poolStatus, type RunningStep } from './pool-status-view.ts';
import { RoundLog } from './round-log.ts';
import { requireDecided, requirePlanned, requireSuccess, sameStanding } from './round-checks.ts';
import { whatIf } from './what-if.ts';

type Machine = typeof reconcileMachine;
type Snapshot = SnapshotFrom<Machine>;

/** States in which a transition goes on. */
const MOVING = new Set<string>(['observing', 'deciding', 'applying', 'backingOff']);

export class PoolActor {
  readonly #dependencies: PoolDependencies;
  readonly #log: RoundLog;
  readonly #record: PoolRecord;
  readonly #forecaster: Forecaster;
  readonly #actor: ActorRefFrom<Machine>;
  readonly #claims: EpochClaims;
  readonly #stop = new AbortController();
  readonly #running = new Map<string, RunningStep>();
  #desired: DesiredPool;
  #superseded = new AbortController();
  #conditions: readonly Condition[] = [];
  #decided: unknown;
  #restarted = true;
  #settled: Promise<unknown> = Promise.resolve();
  /** Length of the pause that the next round ends, ms; 0: something happened, and only what is seen from now on can tell what. */
  #pausedMs = 0;

  constructor(dependencies: PoolDependencies, pool: DesiredPool) {
    this.#dependencies = dependencies;
    this.#desired = pool;
    this.#log = new RoundLog(dependencies.log.with({ pool: pool.topology.name }));
    this.#record = new PoolRecord(dependencies.journal, this.#log);
    this.#forecaster = new Forecaster(() => dependencies.journal.records());
    this.#record.generation(pool);
    this.#claims = new EpochClaims(dependencies.ports, dependencies.lease, this.#log);
    const { resyncMs, waitMs, meter } = dependencies;
    const machine = reconcileMachine.provide({
      actors: {
        observe: fromPromise<Observation, ObserveInput>(({ input, signal }) => this.#observe(input, signal)),
        apply: fromPromise<unknown, ApplyInput>(({ input, signal }) => this.#apply(input, signal)),
      },
    });
    this.#actor = createActor(machine, {
      input: { pool, resyncMs, waitMs },
      clock: machineClock(meter.clock),
    });
    this.#actor.subscribe({
      next: (snapshot) => {
        this.#changed(snapshot);
      },
      error: dependencies.onDefect,
    });
  }

  get name(): string {
    return this.#desired.topology.name;
  }

  /** The step of this pool keeps failing, and a person must look. */
  get isStalled(): boolean {
    const { value, context } = this.#actor.getSnapshot();
    // Also while it looks again: a look alone mends nothing.
    return value === 'stalled' || (value !== 'applying' && isStalled(context.failures));
  }

  /** Held by what other pools do. */
  get waitsForOthers(): boolean {
    const gate = this.#actor.getSnapshot().context.decision?.gate;
    return (
      gate?.kind === 'hold' && (gate.code === 'TooManyTransitions' || gate.code === 'StoppedAfterFailures')
    );
  }

  get topology(): PoolTopology {
    return this.#desired.topology;
  }

  start(): void {
    this.#actor.start();
  }

  wake(): void {
    this.#pausedMs = 0;
    this.#actor.send({ type: 'wake' });
  }

  leaseLost(): void {
    this.#actor.send({ type: 'lease.lost' });
  }

  /** A running step is finished first, but nothing waits for its effect any longer. */
  desire(pool: DesiredPool): void {
    const before = this.#desired;
    if (isOf(before.generation, pool) && sameStanding(before, pool)) return;
    this.#desired = pool;
    this.#record.generation(pool);
    if (!isOf(before.generation, pool)) {
      this.#overtake('a newer desired state came');
      this.#pausedMs = 0;
    }
    this.#actor.send({ type: 'desired.changed', pool });
  }

  /** A running step makes no first effect and waits for none; effects that have begun are finished. */
  #overtake(why: string): void {
    this.#superseded.abort(new PoolError('PCO_CANCELLED', why));
    this.#superseded = new AbortController();
  }

  async decide(request: DecisionRequest): Promise<Decision> {
    const { decision: decided, decidedFor } = this.#actor.getSnapshot().context;
    if (request.decision === 'approve') requireDecided(this.#desired, decidedFor);
    const saved = request.decision === 'approve' ? request.plan : undefined;
    const present =
      saved === undefined
        ? {
            generation: this.#desired.generation,
            topology: this.#desired.topology,
            plan: decided?.plan ?? null,
            ledger: decided?.ledger ?? null,
            ...(decided === undefined ? {} : this.#said(decided)),
          }
        : await this.#unmoved(saved);
    const decision = toDecision(request, present);
    await this.#dependencies.journal.append({ kind: 'decision', ...decision });
    this.#log.info('decision', { decision: decision.decision, by: decision.by, reason: decision.reason });
    this.#pausedMs = 0;
    if (decision.decision === 'cancel') this.#overtake(`${decision.by} cancelled it`);
    this.#actor.send({ type: 'decision.made' });
    return decision;
  }

  #said({ plan, ledger, reduction }: PoolDecision): ReturnType<typeof saidOf> {
    return saidOf(this.#gateInput(this.#desired, plan, ledger, reduction.vector));
  }

  /** By a look that begins after the question: what the last round saw may be a minute old. */
  async #unmoved(saved: SavedPlan): Promise<Present> {
    const pool = this.#desired;
    const facts = await this.#look(pool.topology, this.#stop.signal, 0);
    const { journal, ports } = this.#dependencies;
    const decisions = standingDecisions(journal.records(), this.name);
    const decided = decidePool(pool, facts, decisions, ports.clock.now());
    requireUnmoved(saved, planSeen(pool, facts, decided));
    return { generation: pool.generation, ...decided, ...this.#said(decided) };
  }

  status(): PoolStatus {
    return poolStatus({
      pool: this.#desired,
      snapshot: this.#actor.getSnapshot(),
      conditions: this.#conditions,
      running: [...this.#running.values()],
      forecast: this.#forecaster.shown(this.name),
      decisions: decisionsOf(this.#dependencies.journal.records(), this.name),
      epoch: this.#dependencies.lease.epoch,
    });
  }

  /** undefined: not observed yet. */
  why(): Why | undefined {
    const { decision, observation, failures, pool } = this.#actor.getSnapshot().context;
    if (decision === undefined || observation === undefined) return undefined;
    const nowMs = this.#dependencies.ports.clock.now();
    return whyPool({ pool, facts: observation.facts, decision, failures, nowMs });
  }

  /** undefined: not observed yet. */
  whatIf(question: WhatIfQuestion): WhatIf | undefined {
    const { observation } = this.#actor.getSnapshot().context;
    if (observation === undefined) return undefined;
    const records = this.#dependencies.journal.records();
    const decisions = standingDecisions(records, this.name);
    return whatIf({ pool: this.#desired, facts: observation.facts, decisions, records }, question);
  }

  /** No new step; a running BACKUP or RESTORE is awaited without end. */
  async stop(): Promise<void> {
    this.#stop.abort(new PoolError('PCO_CANCELLED', 'the daemon stops'));
    this.#actor.send({ type: 'stop' });
    await this.#settled;
    this.#actor.stop();
    if (this.#dependencies.slots.release(this.name)) this.#dependencies.onSlotFree();
  }

  #round = (round: number): string => `e${String(this.#dependencies.lease.epoch)}-r${String(round)}`;

  async #observe({ pool, round }: ObserveInput, signal: AbortSignal): Promise<Observation> {
    const { ports, metrics, journal } = this.#dependencies;
    this.#log.now({ round: this.#round(round), generation: pool.generation.counter });
    const startedMs = ports.clock.monotonicMs();
    const until = AbortSignal.any([signal, this.#stop.signal]);
    // Pools that share an instance look at it as often as one of them alone would.
    const facts = await this.#look(pool.topology, until, this.#pausedMs);
    metrics.observed(facts, ports.clock.monotonicMs() - startedMs);
    this.#log.debug('observed', { ms: Math.round(ports.clock.monotonicMs() - startedMs) });
    if (this.#restarted) {
      const outsideMs = Math.round(this.#dependencies.meter.totalMs());
      await closeOpenIntents(
        journal,
        pool,
        (step) => isDone(pool, step, this.#reduce(pool, facts)),
        outsideMs,
      );
      this.#restarted = false;
    }
    const decisions = standingDecisions(journal.records(), this.name);
    const surroundings = this.#surroundings(pool);
    return { facts, decisions, nowMs: ports.clock.now(), chance: ports.random.next(), surroundings };
  }

  #surroundings(pool: DesiredPool): Surroundings {
    const { journal, lease, fleet, stopped } = this.#dependencies;
    return {
      history: historyOf(journal.records(), this.name, pool.generation),
      fleet: fleet(this.name),
      stopped: stopped(),
      leaseHeld: lease.held(),
    };
  }

  async #look(pool: PoolTopology, signal: AbortSignal, maxAgeMs: number): Promise<PoolFacts> {
    return this.#record.seen(pool, await this.#dependencies.observe(pool, signal, maxAgeMs));
  }

  #reduce(pool: DesiredPool, facts: PoolFacts): Reduction {
    const { journal, ports } = this.#dependencies;
    return reducePool(pool, facts, standingDecisions(journal.records(), this.name), ports.clock.now());
  }

  #judge(pool: DesiredPool, facts: PoolFacts, { plan, facts: planned }: ApplyInput): StepJudgement {
    const reduction = this.#reduce(pool, facts);
    return {
      held: () => this.#heldBy(pool, plan, reduction),
      otherIdentity: (lineageToo) => otherIdentity(pool, planned, facts, lineageToo),
      missing: (step, overlapping) => needsOf(pool, step, reduction, overlapping),
      done: (step) => isDone(pool, step, reduction),
    };
  }

  #heldBy(pool: DesiredPool, plan: Plan, { ledger, vector }: Reduction): string | undefined {
    const gate = judgeGates(this.#gateInput(pool, plan, ledger, vector));
    return gate.kind === 'proceed' ? undefined : gate.reason;
  }

  #gateInput(pool: DesiredPool, plan: Plan, ledger: LossLedger, vector: Vector): GateInput {
    const { journal, ports } = this.#dependencies;
    const decisions = standingDecisions(journal.records(), this.name);
    const surroundings = this.#surroundings(pool);
    return { pool, plan, vector, ledger, decisions, surroundings, nowMs: ports.clock.now() };
  }

  async #apply(input: ApplyInput, signal: AbortSignal): Promise<void> {
    const work = this.#applyNow(input, AbortSignal.any([signal, this.#stop.signal]));
    this.#settled = work.catch(() => undefined);
    return work;
  }

  async #applyNow(input: ApplyInput, signal: AbortSignal): Promise<void> {
    const { pool, steps, plan, round } = input;
    const { slots, metrics } = this.#dependencies;
    const superseded = this.#superseded.signal;
    const { decision, observation } = this.#actor.getSnapshot().context;
    if (decision !== undefined && observation !== undefined) {
      const { prediction } = this.#forecaster.from(pool, decision, observation);
      this.#record.beforeStep(pool, this.#round(round), decision, prediction);
    }
    const urgent = steps[0]?.action === 'fence' || this.#surroundings(pool).history.begunAtMs !== undefined;
    if (urgent) slots.take(this.name);
    await slots.hold(this.name, AbortSignal.any([signal, superseded])).catch((error: unknown) => {
      if (!superseded.aborted) throw error;
    });
    if (superseded.aborted) return;
    const planned = steps.map((step) => requirePlanned(plan.kind === 'steps' ? plan.steps : [], step));
    for (const step of planned) this.#begin(step);
    try {
      const outcomes = await applyPlannedSteps(
        {
          ...this.#dependencies,
          observe: (of, until) => this.#look(of.topology, until, 0),
          claim: (of, facts, until) => this.#claims.claim(of, facts, until),
          judge: (of, facts) => this.#judge(of, facts, input),
          onProgress: (step, message, fraction) => {
            this.#progress(step, message, fraction);
          },
          log: this.#log.with({}),
        },
        {
          pool,
          steps: planned,
          round: this.#round(round),
          superseded,
          bytesOf: (step, facts) => (decision === undefined ? null : bytesOf(step, facts, decision.ledger)),
        },
        signal,
      );
      for (const outcome of outcomes) metrics.stepEnded(this.name, outcome);
      requireSuccess(outcomes, superseded);
    } finally {
      this.#running.clear();
    }
  }

  #begin(step: PlannedStep): void {
    const since = new Date(this.#dependencies.ports.clock.now()).toISOString();
    this.#running.set(stepKey(step), { step, since, progress: null, fraction: null });
    this.#dependencies.metrics.progressed(this.name, [...this.#running.values()]);
    this.#log.info('step begins', { step: stepKey(step), seedStep: step.seedStep, risk: step.risk });
  }

  #progress(step: StepId, progress: string, fraction: number | undefined): void {
    const running = this.#running.get(stepKey(step));
    if (running !== undefined)
      this.#running.set(stepKey(step), { ...running, progress, fraction: fraction ?? null });
    this.#dependencies.metrics.progressed(this.name, [...this.#running.values()]);
    this.#log.info('progress', { step: stepKey(step), progress, fraction });
  }

  #changed(snapshot: Snapshot): void {
    const { decision, round, failures, pool, resyncMs, waitMs } = snapshot.context;
    const resting = !MOVING.has(snapshot.value);
    if (resting && this.#dependencies.slots.release(this.name)) this.#dependencies.onSlotFree();
    if (snapshot.value === 'applying') this.#pausedMs = 0;
    else if (resting) this.#pausedMs = decision?.plan.kind === 'waiting' ? waitMs : resyncMs;
    if (decision !== undefined && decision !== this.#decided) {
      this.#decided = decision;
      const now = new Date(this.#dependencies.ports.clock.now()).toISOString();
      this.#conditions = judgeConditions({
        decision,
        failures,
        breakGlass: pool.breakGlass,
        previous: this.#conditions,
        now,
      });
      const { observation } = snapshot.context;
      if (observation !== undefined) {
        const { prediction } = this.#forecaster.from(pool, decision, observation);
        const { facts } = observation;
        const conditions = this.#conditions;
        this.#record.decided(pool, this.#round(round), { decision, conditions, prediction, facts });
      }
    }
    const last = failures.at(-1);
    if (snapshot.value === 'backingOff' && last !== undefined)
      this.#log.warn('will try again', { step: last.step, code: last.code, reason: last.message });
    this.#dependencies.metrics.statusChanged(this.status(), this.#desired);
  }
}
