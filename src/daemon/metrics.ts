/**
 * Prometheus metrics of the loop. Every series exists from the start with 0; labels are action ids, results, condition types
 * and the pools of the validated desired state, never a name from outside.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ACTION_IDS } from '../reconciler/step-id.ts';
import { CONDITION_TYPES } from '../topology/condition.ts';
import type { LoopMetrics } from './loop-metrics.ts';

const RESULTS = ['done', 'refused', 'failed', 'unknown'] as const;
const STEP_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600];
const POLL_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60];
const MS = 1_000;

export interface DaemonMetrics extends LoopMetrics {
  readonly registry: Registry;
}

export function createMetrics(): DaemonMetrics {
  const registers = [new Registry()];
  const [registry = new Registry()] = registers;
  const pool = ['pool'];
  const gauge = (name: string, help: string, labelNames: string[]): Gauge =>
    new Gauge({ name, help, labelNames, registers });
  const drift = gauge('pchat_drift', 'Differences between the desired and the observed state.', pool);
  const condition = gauge('pchat_condition', '1: True, 0: False, -1: Unknown.', ['pool', 'type']);
  const loss = gauge(
    'pchat_predicted_loss_minutes',
    'Chat history that the present course loses; -1: unknown.',
    pool,
  );
  const lag = gauge('pchat_unapplied_files', 'Log backups that the plan still copies or applies.', pool);
  const planned = gauge('pchat_planned_steps', 'Steps of the present plan.', pool);
  const valid = gauge('pchat_desired_state_valid', '1: the last edit was accepted.', []);
  const rounds = new Counter({
    name: 'pchat_rounds_total',
    help: 'Rounds: one observation, one decision, at most one step.',
    labelNames: pool,
    registers,
  });
  const steps = new Counter({
    name: 'pchat_steps_total',
    help: 'Steps by action and result.',
    labelNames: ['pool', 'action', 'result'],
    registers,
  });
  const stepSeconds = new Histogram({
    name: 'pchat_step_seconds',
    help: 'Duration of a step, waiting included.',
    labelNames: ['pool', 'action'],
    buckets: STEP_BUCKETS,
    registers,
  });
  const pollSeconds = new Histogram({
    name: 'pchat_poll_seconds',
    help: 'Duration of one observation.',
    labelNames: pool,
    buckets: POLL_BUCKETS,
    registers,
  });
  valid.set(0);
  return {
    registry,
    poolAdded: (name) => {
      for (const metric of [drift, loss, lag, planned]) metric.set({ pool: name }, 0);
      for (const type of CONDITION_TYPES) condition.set({ pool: name, type }, 0);
      rounds.inc({ pool: name }, 0);
      for (const action of ACTION_IDS)
        for (const result of RESULTS) steps.inc({ pool: name, action, result }, 0);
      for (const action of ACTION_IDS) stepSeconds.zero({ pool: name, action });
      pollSeconds.zero({ pool: name });
    },
    poolRemoved: (name) => {
      for (const metric of [drift, loss, lag, planned, rounds, pollSeconds]) metric.remove({ pool: name });
      for (const type of CONDITION_TYPES) condition.remove({ pool: name, type });
      for (const action of ACTION_IDS) {
        for (const result of RESULTS) steps.remove({ pool: name, action, result });
        stepSeconds.remove({ pool: name, action });
      }
    },
    observed: (name, tookMs) => {
      rounds.inc({ pool: name });
      pollSeconds.observe({ pool: name }, tookMs / MS);
    },
    stepEnded: (name, { step, result }, tookMs) => {
      steps.inc({ pool: name, action: step.action, result });
      stepSeconds.observe({ pool: name, action: step.action }, tookMs / MS);
    },
    statusChanged: (status) => {
      const { pool: name, ledger, plan } = status;
      drift.set({ pool: name }, status.drift.length);
      loss.set({ pool: name }, ledger === null ? 0 : (ledger.lossMinutes ?? -1));
      lag.set({ pool: name }, ledger?.lines.filter((line) => line.kind === 'salvageable').length ?? 0);
      planned.set({ pool: name }, plan !== null && 'steps' in plan ? plan.steps.length : 0);
      for (const { type, status: value } of status.conditions)
        condition.set({ pool: name, type }, value === 'True' ? 1 : value === 'False' ? 0 : -1);
    },
    desiredStateValid: (isValid) => {
      valid.set(isValid ? 1 : 0);
    },
  };
}
