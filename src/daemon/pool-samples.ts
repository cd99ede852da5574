/**
 * Every gauge of a pool from its status: the same series for every status of one desired state, so that all of them exist from the
 * start. What is not known is never 0: it is `unknown` where that is a value, otherwise NaN, which is neither above nor below anything. Pure.
 */
import { DRIFT_PATHS } from '../reconciler/diff-pool.ts';
import { holdOf } from '../reconciler/gates/holds.ts';
import type { PoolStatus } from '../reconciler/pool-status.ts';
import { ALL_VARIABLES, VARIABLES } from '../reconciler/variables.ts';
import { CONDITION_TYPES } from '../topology/condition.ts';
import { SITES, type DesiredPool } from '../topology/pool-topology.ts';
import { forecastSamples } from './forecast-samples.ts';
import {
  CODES,
  CONDITION_STATUSES,
  DIFFERENCES,
  DOWN_LEVELS,
  GATES,
  LOOP_STATES,
  MODES,
  PLANS,
  QUESTIONS,
  VERDICTS,
  type Question,
} from './metric-labels.ts';
import type { PoolGauge } from './metric-table.ts';
import { oneOf, single, yesNo, type Sample } from './metric-sample.ts';
import { shippingSamples } from './shipping-samples.ts';
import { sightSamples } from './sight-samples.ts';

type PoolSamples = Readonly<Record<PoolGauge, readonly Sample[]>>;

const SECONDS_PER_MINUTE = 60;
const MS_PER_SECOND = 1_000;

function driftSamples({ drift }: PoolStatus): readonly Sample[] {
  return DRIFT_PATHS.flatMap((field) => {
    const found = drift.find(({ path }) => path === field);
    const actual = found === undefined ? undefined : found.actual === 'unknown' ? 'unknown' : 'differs';
    return oneOf('actual', DIFFERENCES, actual, { field });
  });
}

function variableSamples({ variables }: PoolStatus): readonly Sample[] {
  return ALL_VARIABLES.flatMap((variable) =>
    oneOf('value', [...VARIABLES[variable].values, 'unknown'], variables[variable]?.value ?? 'unknown', {
      variable,
    }),
  );
}

function conditionSamples({ conditions }: PoolStatus): readonly Sample[] {
  return CONDITION_TYPES.flatMap((type) => {
    const found = conditions.find((condition) => condition.type === type);
    return oneOf('status', CONDITION_STATUSES, (found?.status ?? 'Unknown').toLowerCase(), { type });
  });
}

/** What an operator is asked for: by the gate, or as the way out of what blocks. */
function questionsOf({ gate, plan }: PoolStatus): ReadonlySet<Question> {
  const questions = new Set<Question>();
  if (gate?.kind === 'await-approval')
    questions.add(gate.code === 'LossAboveBound' ? 'accept-loss' : 'approve');
  const obstacles = plan?.kind === 'blocked' ? plan.obstacles : [];
  for (const { wayOut } of obstacles)
    for (const question of ['attest', 'decide'] as const)
      if (wayOut.includes(`pchat ${question} `)) questions.add(question);
  return questions;
}

/** By the end of the round whose status this is. */
function isSuspended({ decisions, observedAt, conditions }: PoolStatus, pool: DesiredPool): boolean {
  const stopped = conditions.some(
    ({ type, status, reason }) => type === 'Suspended' && status === 'True' && reason === 'StopSwitch',
  );
  if (stopped) return true;
  const nowMs = observedAt === null ? 0 : Date.parse(observedAt);
  return holdOf(pool, decisions, nowMs) !== undefined;
}

function desiredSamples(status: PoolStatus) {
  const { generation, observedGeneration, datacenters, primarySite, mode, revision } = status;
  const observed =
    observedGeneration?.counter === generation.counter && observedGeneration.hash === generation.hash;
  const info = {
    generation: String(generation.counter),
    hash: generation.hash,
    primary_datacenter: datacenters[primarySite],
    revision: revision?.commit ?? '',
  };
  return {
    pchat_primary_site: oneOf('site', SITES, primarySite),
    pchat_generation_info: [{ labels: info, value: 1 }],
    pchat_generation_observed: single(yesNo(observed)),
    pchat_mode: oneOf('mode', MODES, mode),
  };
}

function planSamples(status: PoolStatus) {
  const { plan, gate, state } = status;
  const questions = questionsOf(status);
  return {
    pchat_plan: oneOf('kind', PLANS, plan?.kind),
    pchat_planned_steps: single(plan !== null && 'steps' in plan ? plan.steps.length : 0),
    pchat_gate: oneOf('gate', GATES, gate === null ? undefined : (gate.code ?? 'Proceed')),
    pchat_open_decisions: QUESTIONS.map((question) => ({
      labels: { question },
      value: yesNo(questions.has(question)),
    })),
    pchat_loop_state: oneOf('state', LOOP_STATES, state),
    pchat_last_error: oneOf('code', CODES, status.lastError?.code),
  };
}

function lossSamples({ ledger, evidence, observedAt }: PoolStatus) {
  const lossMinutes = ledger?.lossMinutes ?? Number.NaN;
  return {
    pchat_evidence: SITES.flatMap((site) => oneOf('verdict', VERDICTS, evidence?.[site].verdict, { site })),
    pchat_evidence_level: SITES.flatMap((site) =>
      oneOf('level', DOWN_LEVELS, evidence?.[site].level ?? undefined, { site }),
    ),
    pchat_evidence_silence_seconds: SITES.map((site) => ({
      labels: { site },
      value: (evidence?.[site].silentForMs ?? Number.NaN) / MS_PER_SECOND,
    })),
    pchat_predicted_loss_seconds: single(lossMinutes * SECONDS_PER_MINUTE),
    pchat_predicted_lost_files: single(ledger?.lostFiles ?? Number.NaN),
    pchat_last_observation_timestamp_seconds: single(
      observedAt === null ? 0 : Date.parse(observedAt) / MS_PER_SECOND,
    ),
  };
}

/** @param pool the desired state that `status` is of */
export function poolSamples(status: PoolStatus, pool: DesiredPool): PoolSamples {
  return {
    pchat_drift: driftSamples(status),
    pchat_variable: variableSamples(status),
    pchat_condition: conditionSamples(status),
    pchat_suspended: single(yesNo(isSuspended(status, pool))),
    pchat_max_data_loss_seconds: single(pool.policy.maxDataLossMinutes * SECONDS_PER_MINUTE),
    ...desiredSamples(status),
    ...planSamples(status),
    ...lossSamples(status),
    ...forecastSamples(status.forecast),
    ...shippingSamples(status, pool),
    ...sightSamples(pool.topology, status.facts),
  };
}
