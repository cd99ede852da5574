/**
 * The loop as a flat machine: observe, decide, apply one step, observe again. It knows nothing of pools: plans and gates come
 * from decidePool, effects from the actors that the daemon provides. Events only wake it; data only in input and context.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { Decision } from '../ports/journal.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, Generation } from '../topology/pool-topology.ts';
import { isStalled, nextBackoffMs, type Failure } from './backoff.ts';
import { decidePool, type PoolDecision } from './decide-pool.ts';
import type { Surroundings } from './gates/gate-input.ts';
import type { GateCode } from './gates/gate-table.ts';
import { nextSteps } from './next-steps.ts';
import type { Plan } from './plan.ts';
import { stepKey, type StepId } from './step-id.ts';

/** What one round saw, with the time and chance that its decision uses. */
export interface Observation {
  readonly facts: PoolFacts;
  /** Every decision of people that the journal holds, oldest first. */
  readonly decisions: readonly Decision[];
  /** Wall clock, ms since 1970. */
  readonly nowMs: number;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly chance: number;
  /** Left out: the pool stands alone. */
  readonly surroundings?: Surroundings | undefined;
}

export interface ObserveInput {
  readonly pool: DesiredPool;
  readonly round: number;
}
export interface ApplyInput {
  readonly pool: DesiredPool;
  /** One step; two when the second overlaps the first. */
  readonly steps: readonly StepId[];
  readonly plan: Plan;
  readonly facts: PoolFacts;
  readonly round: number;
}

export interface ReconcileInput {
  readonly pool: DesiredPool;
  /** ms between looks when there is nothing to do, or nothing that can be done. */
  readonly resyncMs: number;
  /** ms until the next look while something is awaited. */
  readonly waitMs: number;
}

interface Context extends ReconcileInput {
  readonly round: number;
  readonly observation: Observation | undefined;
  readonly decision: PoolDecision | undefined;
  /** The generation that `decision` was made for; the pool's own may be newer already. */
  readonly decidedFor: Generation | undefined;
  readonly failures: readonly Failure[];
  readonly leaseLost: boolean;
  readonly stopping: boolean;
}

export type ReconcileEvent =
  | { readonly type: 'wake' }
  | { readonly type: 'desired.changed'; readonly pool: DesiredPool }
  | { readonly type: 'decision.made' }
  | { readonly type: 'lease.lost' }
  | { readonly type: 'lease.held' }
  | { readonly type: 'stop' };

function failureOf(step: StepId | undefined, error: unknown): Failure {
  const code = error instanceof PoolError ? error.code : 'PCO_INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  if (step === undefined) return { step: null, code, message };
  const key = stepKey(step);
  // An error names its step itself; whoever shows a failure writes the step before it.
  const own = `${key}: `;
  return { step: key, code, message: message.startsWith(own) ? message.slice(own.length) : message };
}

const planned = ({ pool, decision }: Context): readonly StepId[] =>
  decision === undefined ? [] : nextSteps(pool, decision.plan, decision.reduction.vector);

/** Stalled only while the plan still begins with the step that keeps failing. */
function stalls(context: Context): boolean {
  const [first] = planned(context);
  return (
    isStalled(context.failures) && first !== undefined && context.failures.at(-1)?.step === stepKey(first)
  );
}

/** Gates with which a person has put the pool to rest. */
const SUSPENDING: readonly GateCode[] = ['StopSwitch', 'Suspended', 'Cancelled'];

const gateOf = ({ decision }: Context) => decision?.gate;

export const reconcileMachine = setup({
  types: {
    context: {} as Context,
    events: {} as ReconcileEvent,
    input: {} as ReconcileInput,
  },
  actors: {
    observe: fromPromise<Observation, ObserveInput>(() =>
      Promise.reject(new PoolError('PCO_INTERNAL', 'observe is not provided')),
    ),
    apply: fromPromise<unknown, ApplyInput>(() =>
      Promise.reject(new PoolError('PCO_INTERNAL', 'apply is not provided')),
    ),
  },
  guards: {
    stopping: ({ context }) => context.stopping,
    leaseHeld: ({ context }) => !context.leaseLost,
    suspended: ({ context }) => {
      const gate = gateOf(context);
      return gate?.kind === 'hold' && SUSPENDING.includes(gate.code);
    },
    converged: ({ context }) => context.decision?.plan.kind === 'converged',
    stalled: ({ context }) => stalls(context),
    awaitsApproval: ({ context }) => gateOf(context)?.kind === 'await-approval',
    mayApply: ({ context }) => gateOf(context)?.kind === 'proceed' && planned(context).length > 0,
  },
  actions: {
    countRound: assign({ round: ({ context }) => context.round + 1 }),
    rememberDesired: assign(({ event }) =>
      event.type === 'desired.changed' ? { pool: event.pool, failures: [] } : {},
    ),
    forgetFailures: assign({ failures: [] }),
    rememberStop: assign({ stopping: true }),
  },
  delays: {
    resync: ({ context }) => (context.decision?.plan.kind === 'waiting' ? context.waitMs : context.resyncMs),
    backoff: ({ context }) => nextBackoffMs(context.failures.length, context.observation?.chance ?? 0.5),
  },
}).createMachine({
  id: 'reconcile',
  initial: 'observing',
  context: ({ input }) => ({
    ...input,
    round: 0,
    observation: undefined,
    decision: undefined,
    decidedFor: undefined,
    failures: [],
    leaseLost: false,
    stopping: false,
  }),
  on: {
    wake: '.observing',
    'desired.changed': { target: '.observing', actions: 'rememberDesired' },
    'decision.made': { target: '.observing', actions: 'forgetFailures' },
    'lease.lost': { target: '.suspended', actions: assign({ leaseLost: true }) },
    stop: '.stopped',
  },
  states: {
    observing: {
      entry: 'countRound',
      invoke: {
        src: 'observe',
        input: ({ context }) => ({ pool: context.pool, round: context.round }),
        onDone: {
          target: 'deciding',
          actions: assign(({ context, event }) => ({
            observation: event.output,
            decidedFor: context.pool.generation,
            decision: decidePool(
              context.pool,
              event.output.facts,
              event.output.decisions,
              event.output.nowMs,
              event.output.surroundings,
            ),
          })),
        },
        onError: {
          target: 'backingOff',
          actions: assign(({ context, event }) => ({
            failures: [...context.failures, failureOf(undefined, event.error)].slice(-16),
          })),
        },
      },
      // A look is under way: what the event announces is seen by it or by the next one.
      on: { wake: {} },
    },
    deciding: {
      always: [
        { guard: 'suspended', target: 'suspended' },
        { guard: 'converged', target: 'converged' },
        { guard: 'stalled', target: 'stalled' },
        { guard: 'awaitsApproval', target: 'awaitingApproval' },
        { guard: 'mayApply', target: 'applying' },
        { target: 'blocked' },
      ],
    },
    awaitingApproval: { after: { resync: 'observing' } },
    applying: {
      invoke: {
        src: 'apply',
        input: ({ context }) => {
          const { pool, round, decision, observation } = context;
          if (decision === undefined || observation === undefined)
            throw new TypeError('applying without a decision');
          return {
            pool,
            round,
            plan: decision.plan,
            facts: observation.facts,
            steps: planned(context),
          };
        },
        onDone: [
          { guard: 'stopping', target: 'stopped' },
          { target: 'observing', actions: 'forgetFailures' },
        ],
        onError: [
          { guard: 'stopping', target: 'stopped' },
          {
            target: 'backingOff',
            actions: assign(({ context, event }) => ({
              failures: [...context.failures, failureOf(planned(context)[0], event.error)].slice(-16),
            })),
          },
        ],
      },
      // A running step ends before anything else is decided; only a lost lease aborts it.
      on: {
        wake: {},
        'desired.changed': { actions: 'rememberDesired' },
        'decision.made': {},
        stop: { actions: 'rememberStop' },
      },
    },
    converged: { entry: 'forgetFailures', after: { resync: 'observing' } },
    /** Blocked, waiting, too large, or the policy says observe: the plan says which. */
    blocked: { after: { resync: 'observing' } },
    backingOff: { after: { backoff: 'observing' }, on: { wake: {} } },
    /** The step failed STALL_AFTER times with one code; a new desired state or a decision starts again. */
    stalled: { after: { resync: 'observing' } },
    /** A person's suspension, cancellation or stop, or a lost lease; the empty transitions keep the root's from waking a daemon without a lease. */
    suspended: {
      after: { resync: { guard: 'leaseHeld', target: 'observing' } },
      on: {
        wake: [{ guard: 'leaseHeld', target: 'observing' }, {}],
        'desired.changed': [
          { guard: 'leaseHeld', target: 'observing', actions: 'rememberDesired' },
          { actions: 'rememberDesired' },
        ],
        'decision.made': [{ guard: 'leaseHeld', target: 'observing', actions: 'forgetFailures' }, {}],
        'lease.held': { target: 'observing', actions: assign({ leaseLost: false }) },
      },
    },
    stopped: { type: 'final' },
  },
});
