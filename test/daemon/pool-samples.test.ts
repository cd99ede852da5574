import { describe, expect, test } from 'vitest';
import {
  CODES,
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
import { METRICS, metricRows, type PoolGauge } from '../../src/daemon/metric-table.ts';
import { poolSamples } from '../../src/daemon/pool-samples.ts';
import type { Decision } from '../../src/ports/journal.ts';
import { DRIFT_PATHS } from '../../src/reconciler/diff-pool.ts';
import type { Obstacle, Plan } from '../../src/reconciler/plan.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { ALL_VARIABLES, VARIABLES } from '../../src/reconciler/variables.ts';
import { CONDITION_TYPES } from '../../src/topology/condition.ts';
import { SITES, type DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, failedOver, homeLost, homeRebuilt, NOW, NOW_MS } from '../support/facts.ts';
import { ones, valueOf } from '../support/pool-series.ts';
import { observed, unobserved } from '../support/pool-status.ts';

const toBackup = desiredPool({ primarySite: 'backup', counter: 2 });

const withStatus = (overrides: Partial<PoolStatus>): PoolStatus => ({ ...observed(facts()), ...overrides });

const obstacle = (wayOut: string): Obstacle => ({
  variable: 'home.cannotWrite',
  actual: 'no',
  wanted: 'yes',
  reason: '',
  wayOut,
});
const judged = (verdict: string, level: string | null = null) => ({
  verdict,
  level,
  signs: [],
  copies: [],
  silentForMs: 0,
  changes: '',
});
const PLAN_OF: Readonly<Record<Plan['kind'], Plan>> = {
  converged: { kind: 'converged' },
  steps: { kind: 'steps', steps: [], statesExpanded: 1 },
  waiting: { kind: 'waiting', on: '', reason: '', steps: [] },
  blocked: { kind: 'blocked', obstacles: [], steps: [] },
  'too-large': { kind: 'too-large', statesExpanded: 1 },
};

describe('patroni#3070: a gauge with one series for each value', () => {
  test.each(DRIFT_PATHS.flatMap((field) => DIFFERENCES.map((actual) => [field, actual] as const)))(
    'says that %s is a drift that %s',
    (path, actual) => {
      const drift = [{ path, wanted: 'x', actual: actual === 'unknown' ? 'unknown' : 'y' }];
      expect(ones('pchat_drift', withStatus({ drift }))).toEqual([{ field: path, actual }]);
      expect(ones('pchat_drift', withStatus({ drift: [] }))).toEqual([]);
    },
  );

  test.each(
    ALL_VARIABLES.flatMap((variable) =>
      [...VARIABLES[variable].values, 'unknown'].map((value) => [variable, value] as const),
    ),
  )('shows %s as %s and as nothing else', (variable, value) => {
    const status = withStatus({ variables: { [variable]: { value, because: '' } } });
    const shown = ones('pchat_variable', status).filter((labels) => labels.variable === variable);
    expect(shown).toEqual([{ variable, value }]);
  });

  test.each(
    CONDITION_TYPES.flatMap((type) =>
      (['True', 'False', 'Unknown'] as const).map((status) => [type, status] as const),
    ),
  )('shows the condition %s as %s', (type, status) => {
    const conditions = [{ type, status, reason: '', message: '', since: NOW }];
    const shown = ones('pchat_condition', withStatus({ conditions })).filter((one) => one.type === type);
    expect(shown).toEqual([{ type, status: status.toLowerCase() }]);
  });

  test.each(SITES.flatMap((site) => VERDICTS.map((verdict) => [site, verdict] as const)))(
    'shows the evidence of %s as %s',
    (site, verdict) => {
      const evidence = {
        home: judged('alive'),
        backup: judged('alive'),
        [site]: judged(verdict),
      } as PoolStatus['evidence'];
      const shown = ones('pchat_evidence', withStatus({ evidence })).filter((one) => one.site === site);
      expect(shown).toEqual([{ site, verdict }]);
    },
  );

  test.each(SITES.flatMap((site) => DOWN_LEVELS.map((level) => [site, level] as const)))(
    'shows what %s is down by: %s',
    (site, level) => {
      const evidence = {
        home: judged('alive'),
        backup: judged('alive'),
        [site]: judged('down', level),
      } as PoolStatus['evidence'];
      expect(ones('pchat_evidence_level', withStatus({ evidence }))).toEqual([{ site, level }]);
    },
  );

  test('shows how long no instance of a site has answered, and nothing before the first round', () => {
    const silence = (status: PoolStatus, site: string): number | undefined =>
      valueOf('pchat_evidence_silence_seconds', { site }, status);
    expect(silence(observed(homeLost()), 'home')).toBe(600);
    expect(silence(observed(homeLost()), 'backup')).toBe(0);
    expect(silence(unobserved(), 'home')).toBeNaN();
  });

  test.each(PLANS)('shows a plan that is %s', (kind) => {
    expect(ones('pchat_plan', withStatus({ plan: PLAN_OF[kind] }))).toEqual([{ kind }]);
  });

  test.each(GATES)('shows the gate %s', (gate) => {
    const code = gate === 'Proceed' ? null : gate;
    const kind = gate === 'Proceed' ? 'proceed' : 'hold';
    expect(ones('pchat_gate', withStatus({ gate: { kind, code, reason: null, nextAction: null } }))).toEqual([
      { gate },
    ]);
  });

  test.each(CODES)('shows %s as the last error', (code) => {
    const lastError = { code, message: '', step: null };
    expect(ones('pchat_last_error', withStatus({ lastError }))).toEqual([{ code }]);
    expect(ones('pchat_last_error', withStatus({ lastError: null }))).toEqual([]);
  });

  test.each(MODES)('shows the mode %s', (mode) => {
    expect(ones('pchat_mode', withStatus({ mode }))).toEqual([{ mode }]);
  });

  test.each(LOOP_STATES)('shows the loop as %s', (state) => {
    expect(ones('pchat_loop_state', withStatus({ state }))).toEqual([{ state }]);
  });

  test.each(SITES)('shows %s as the site of the service', (primarySite) => {
    expect(ones('pchat_primary_site', withStatus({ primarySite }))).toEqual([{ site: primarySite }]);
  });
});

describe('a question to people', () => {
  test.each([
    ['approve', { gate: { kind: 'await-approval', code: 'ApprovalNeeded', reason: '', nextAction: '' } }],
    ['approve', { gate: { kind: 'await-approval', code: 'FenceNeedsAnswer', reason: '', nextAction: '' } }],
    ['accept-loss', { gate: { kind: 'await-approval', code: 'LossAboveBound', reason: '', nextAction: '' } }],
    ['attest', { plan: { ...PLAN_OF.blocked, obstacles: [obstacle('pchat attest paris --down')] } }],
    ['decide', { plan: { ...PLAN_OF.blocked, obstacles: [obstacle('pchat decide chat --keep lyon')] } }],
  ] as const)('is %s, by gate or way out (%#)', (question, overrides) => {
    expect(ones('pchat_open_decisions', withStatus(overrides))).toEqual([{ question }]);
  });

  test('is none while the pool is as desired', () => {
    expect(ones('pchat_open_decisions', observed(facts()))).toEqual([]);
  });
});

describe('the generation', () => {
  test('is one series with what is in force, and observed only once it is planned for', () => {
    const before = withStatus({ generation: { counter: 2, hash: 'ba' } });
    expect(poolSamples(before, desiredPool()).pchat_generation_info).toEqual([
      { labels: { generation: '2', hash: 'ba', primary_datacenter: 'paris', revision: '' }, value: 1 },
    ]);
    const revision = { commit: 'c0ffee', author: 'Ann', subject: 'move', at: '2026-11-23T08:00:00Z' };
    expect(poolSamples({ ...before, revision }, desiredPool()).pchat_generation_info).toMatchObject([
      { labels: { revision: 'c0ffee' } },
    ]);
    expect(valueOf('pchat_generation_observed', {}, before)).toBe(0);
    expect(valueOf('pchat_generation_observed', {}, observed(facts()))).toBe(1);
  });
});

describe('a suspension', () => {
  const suspend = (expiresAt: string | null): Decision => ({
    pool: 'chat',
    by: 'ann',
    reason: '',
    expiresAt,
    decision: 'suspend',
  });
  test.each([
    [1, 'until somebody resumes', [suspend(null)]],
    [1, 'until its own end', [suspend(new Date(NOW_MS + 1).toISOString())]],
    [0, 'after its own end', [suspend(new Date(NOW_MS).toISOString())]],
    [
      1,
      'after pchat cancel',
      [{ ...suspend(null), decision: 'cancel', generation: desiredPool().generation }],
    ],
    [0, 'after pchat resume', [suspend(null), { ...suspend(null), decision: 'resume' }]],
    [0, 'without one', []],
  ] as const)('is %i %s, also of a pool with nothing to do', (value, _, decisions) => {
    expect(valueOf('pchat_suspended', {}, observed(facts(), desiredPool(), decisions))).toBe(value);
  });
});

describe('the loss', () => {
  test('is seconds and files when it is known, 0 while nothing is given up', () => {
    const lost = { lines: [], lossMinutes: 1.5, lostFiles: 2 };
    expect(valueOf('pchat_predicted_loss_seconds', {}, withStatus({ ledger: lost }))).toBe(90);
    expect(valueOf('pchat_predicted_lost_files', {}, withStatus({ ledger: lost }))).toBe(2);
    expect(valueOf('pchat_predicted_loss_seconds', {}, observed(facts()))).toBe(0);
    expect(valueOf('pchat_predicted_lost_files', {}, observed(facts()))).toBe(0);
  });

  test('that is accepted beforehand is that of the policy, in seconds', () => {
    const policy = { ...desiredPool().policy, maxDataLossMinutes: 2 };
    const bound = (pool: DesiredPool): number | undefined =>
      valueOf('pchat_max_data_loss_seconds', {}, unobserved(pool), pool);
    expect(bound({ ...desiredPool(), policy })).toBe(120);
    expect(bound({ ...desiredPool(), policy: { ...policy, maxDataLossMinutes: 0 } })).toBe(0);
  });

  test('is no number when it cannot be bounded', () => {
    const ledger = { lines: [], lossMinutes: null, lostFiles: 0 };
    expect(valueOf('pchat_predicted_loss_seconds', {}, withStatus({ ledger }))).toBeNaN();
  });
});

describe('the planned steps', () => {
  test.each([
    [0, 'before the first round', unobserved(), desiredPool()],
    [0, 'of a pool as desired', observed(facts()), desiredPool()],
    [7, 'of a failover', observed(homeLost(), toBackup), toBackup],
  ] as const)('are %i %s', (value, _, status, pool) => {
    expect(valueOf('pchat_planned_steps', {}, status, pool)).toBe(value);
  });
});

const WORLDS: readonly (readonly [string, PoolStatus, DesiredPool])[] = [
  ['before its first round', unobserved(), desiredPool()],
  ['as desired', observed(facts()), desiredPool()],
  ['with home lost', observed(homeLost()), desiredPool()],
  ['to be failed over', observed(homeLost(), toBackup), toBackup],
  ['failed over', observed(failedOver(), toBackup), toBackup],
  ['to be failed back', observed(homeRebuilt()), desiredPool()],
];
const gauges = metricRows.filter(
  ([, { type, labels }]) => type === 'gauge' && labels[0] === 'pool',
) as unknown as readonly (readonly [PoolGauge])[];

describe('every gauge of a pool', () => {
  const seriesOf = (name: PoolGauge, status: PoolStatus, pool: DesiredPool): string[] => {
    const samples = poolSamples(status, pool);
    return samples[name].map(({ labels }) => JSON.stringify(labels)).sort();
  };

  test.each(gauges)('%s has the same series in every world, the first one included', (name) => {
    if (name === 'pchat_generation_info') return;
    const first = seriesOf(name, unobserved(), desiredPool());
    expect(first.length).toBeGreaterThan(0);
    for (const [, other, of] of WORLDS) expect(seriesOf(name, other, of)).toEqual(first);
  });

  test.each(gauges)('%s has only labels of the table, with values of their closed sets', (name) => {
    const labels: readonly string[] = METRICS[name].labels;
    for (const [, status, pool] of WORLDS)
      for (const sample of poolSamples(status, pool)[name]) {
        expect(['pool', ...Object.keys(sample.labels)]).toEqual(labels);
        for (const [label, value] of Object.entries(sample.labels)) {
          const { values } = (LABELS as Readonly<Record<string, LabelRow>>)[label] ?? { values: [] };
          if (values !== null) expect(values).toContain(value);
        }
      }
  });

  test.each(WORLDS)('says of a pool %s nothing that its closed sets have no word for', (_, status, pool) => {
    for (const name of ['pchat_variable', 'pchat_condition'] as const) {
      const groups = new Set(ones(name, status, pool).map((one) => one.variable ?? one.type));
      expect(groups.size).toBe(name === 'pchat_variable' ? ALL_VARIABLES.length : CONDITION_TYPES.length);
    }
    const drifts = ones('pchat_drift', status, pool);
    expect(drifts.map(({ field }) => field).sort()).toEqual(status.drift.map(({ path }) => path).sort());
    const observedOnce = status.plan !== null;
    expect(ones('pchat_evidence', status, pool)).toHaveLength(observedOnce ? 2 : 0);
    for (const name of ['pchat_plan', 'pchat_gate'] as const)
      expect(ones(name, status, pool)).toHaveLength(observedOnce ? 1 : 0);
  });
});
