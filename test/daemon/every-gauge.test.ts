/** One table of moments drives every gauge of a pool through each of its values: no gauge and no value of a label is left out. */
import { describe, expect, test } from 'vitest';
import { instanceParts } from '../../src/daemon/instance-parts.ts';
import {
  CODES,
  CONDITION_STATUSES,
  DIFFERENCES,
  DOWN_LEVELS,
  GATES,
  LABELS,
  LOOP_STATES,
  MODES,
  PLANS,
  VERDICTS,
  type LabelRow,
} from '../../src/daemon/metric-labels.ts';
import { metricRows, type MetricRow, type PoolGauge } from '../../src/daemon/metric-table.ts';
import { poolSamples } from '../../src/daemon/pool-samples.ts';
import { DRIFT_PATHS } from '../../src/reconciler/diff-pool.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { ALL_VARIABLES, VARIABLES } from '../../src/reconciler/variables.ts';
import { CONDITION_TYPES } from '../../src/topology/condition.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool, instanceName } from '../support/desired-pool.ts';
import { facts, failedOver, homeLost, homeRebuilt, NOW } from '../support/facts.ts';
import { observed, unobserved } from '../support/pool-status.ts';

type Moment = readonly [status: PoolStatus, pool: DesiredPool];

const plain = desiredPool();
const toBackup = desiredPool({ primarySite: 'backup', counter: 2 });
const asDesired = observed(facts());
const moment = (overrides: object): Moment => [{ ...asDesired, ...overrides }, plain];

/** Instances of the compliance store beside those of the chat store, at both sites. */
function withCompliance(): DesiredPool {
  const { home, backup } = plain.topology.sites;
  const own = (short: string) => ({
    primary: instanceName(`comp-${short}-1`),
    mirror: instanceName(`comp-${short}-2`),
    witness: instanceName(`comp-${short}-w`),
  });
  const sites = {
    home: { ...home, compliance: own('par') },
    backup: { ...backup, compliance: own('lyo') },
  };
  return { ...plain, topology: { ...plain.topology, sites } };
}

/** Both stores, each instance under the name that its part has, all as an instance that answers. */
function complianceSeen(pool: DesiredPool): Moment {
  const { instances } = facts();
  const answer = Object.values(instances)[0];
  if (answer === undefined) throw new TypeError('no instance has facts');
  const more = Object.fromEntries(instanceParts(pool.topology).map(({ instance }) => [instance, answer]));
  return [{ ...asDesired, facts: facts({ instances: { ...more, ...instances } }) }, pool];
}

const judged = (verdict: string, level: string | null) => ({
  verdict,
  level,
  signs: [],
  copies: [],
  silentForMs: 60_000,
  changes: '',
});
const both = (verdict: string, level: string | null): Moment =>
  moment({ evidence: { home: judged(verdict, level), backup: judged(verdict, level) } });
const seconds = { p50: 60, p95: 120 };
const forecasts = (['yes', 'no', 'unknown'] as const).map((answer) =>
  moment({
    forecast: {
      prediction: { duration: seconds, outage: seconds },
      readiness: { answer, outage: seconds, lossMinutes: 1 },
      lastTransition: {
        predicted: { duration: seconds, outage: seconds },
        actual: { durationSeconds: 30, outageSeconds: 90 },
      },
      lastLoss: { predictedMinutes: 2, actualMinutes: 1 },
    },
  }),
);
const gate = (code: string | null, kind = 'hold') =>
  moment({ gate: { kind, code, reason: '', nextAction: '' } });
const blocked = (wayOut: string): Moment =>
  moment({ plan: { kind: 'blocked', steps: [], obstacles: [{ wayOut }] } });

const MOMENTS_OF: readonly Moment[] = [
  [unobserved(), plain],
  [asDesired, plain],
  [observed(homeLost()), plain],
  [observed(homeLost(), toBackup), toBackup],
  [observed(failedOver(), toBackup), toBackup],
  [observed(homeRebuilt()), plain],
  [unobserved(withCompliance()), withCompliance()],
  complianceSeen(withCompliance()),
  moment({ generation: { counter: 9, hash: 'ba' } }),
  moment({ ledger: { lines: [], lossMinutes: 1.5, lostFiles: 2 } }),
  moment({
    conditions: [{ type: 'Suspended', status: 'True', reason: 'StopSwitch', message: '', since: NOW }],
  }),
  [asDesired, { ...plain, policy: { ...plain.policy, maxDataLossMinutes: 7 } }],
  ...DRIFT_PATHS.flatMap((path) =>
    DIFFERENCES.map((actual) =>
      moment({ drift: [{ path, wanted: 'x', actual: actual === 'unknown' ? actual : 'y' }] }),
    ),
  ),
  ...ALL_VARIABLES.flatMap((variable) =>
    [...VARIABLES[variable].values, 'unknown'].map((value) =>
      moment({ variables: { [variable]: { value, because: '' } } }),
    ),
  ),
  ...CONDITION_TYPES.flatMap((type) =>
    ['True', 'False', 'Unknown'].map((status) =>
      moment({ conditions: [{ type, status, reason: '', message: '', since: NOW }] }),
    ),
  ),
  ...PLANS.map((kind) => moment({ plan: { kind, steps: [], obstacles: [] } })),
  ...GATES.map((code) => gate(code === 'Proceed' ? null : code)),
  gate('ApprovalNeeded', 'await-approval'),
  gate('LossAboveBound', 'await-approval'),
  blocked('pchat attest paris --down'),
  blocked('pchat decide chat --keep lyon'),
  ...MODES.map((mode) => moment({ mode })),
  ...LOOP_STATES.map((state) => moment({ state })),
  ...CODES.map((code) => moment({ lastError: { code, message: '', step: null } })),
  ...VERDICTS.map((verdict) => both(verdict, null)),
  ...DOWN_LEVELS.map((level) => both('down', level)),
  ...forecasts,
];

interface Seen {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
const seenOf = new Map<string, Seen[]>();
for (const [status, pool] of MOMENTS_OF)
  for (const [name, samples] of Object.entries(poolSamples(status, pool))) {
    const all = seenOf.get(name) ?? [];
    all.push(...samples.map(({ labels, value }) => ({ labels, value })));
    seenOf.set(name, all);
  }

const gauges = metricRows.filter(
  (row): row is readonly [PoolGauge, MetricRow] => row[1].type === 'gauge' && row[1].labels.includes('pool'),
);
const CLOSED: Readonly<Record<string, LabelRow>> = LABELS;
const states = gauges.filter(([, { unit }]) => unit.startsWith('1: '));
const numbers = gauges.filter(([, { unit }]) => !unit.startsWith('1: ') && !unit.startsWith('always'));
/** Every value of its closed labels, one label at a time. */
const labelled = states.flatMap(([name, { labels }]) =>
  labels.flatMap((label) => (CLOSED[label]?.values ?? []).map((value) => [name, label, value] as const)),
);

describe('every gauge of a pool', () => {
  test('is in the table of moments', () => {
    expect([...seenOf.keys()].sort()).toEqual(gauges.map(([name]) => name).sort());
    expect(states.length + numbers.length).toBe(gauges.length - 1);
    expect(CONDITION_STATUSES).toHaveLength(3);
  });

  test.each(states)('%s is 0 and 1, and nothing else', (name) => {
    const values = new Set((seenOf.get(name) ?? []).map(({ value }) => value));
    expect([...values].sort()).toEqual([0, 1]);
  });

  test.each(labelled)('%s with %s="%s" is 1 in one moment and 0 in another', (name, label, wanted) => {
    const values = (seenOf.get(name) ?? [])
      .filter(({ labels }) => labels[label] === wanted)
      .map(({ value }) => value);
    expect([...new Set(values)].sort()).toEqual([0, 1]);
  });

  test.each(numbers)('%s moves, and is NaN or +Inf exactly where its row says so', (name, { unit }) => {
    const values = (seenOf.get(name) ?? []).map(({ value }) => value);
    expect(new Set(values.filter(Number.isFinite)).size).toBeGreaterThan(0);
    expect(new Set(values).size).toBeGreaterThan(1);
    expect(values.some(Number.isNaN)).toBe(unit.includes('NaN'));
    if (values.includes(Number.POSITIVE_INFINITY)) expect(unit).toContain('+Inf');
  });
});
