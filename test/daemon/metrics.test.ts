import { describe, expect, test } from 'vitest';
import { createMetrics, type DaemonMetrics } from '../../src/daemon/metrics.ts';
import { LABELS, type LabelRow } from '../../src/daemon/metric-labels.ts';
import { METRICS, metricRows } from '../../src/daemon/metric-table.ts';
import { addProcessMetrics } from '../../src/daemon/process-metrics.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed, unobserved } from '../support/pool-status.ts';

const fresh = (): DaemonMetrics => createMetrics({ version: '0.1.0', node: 'v24.0.0', epoch: 3 });

/** As the fleet does it: the loop of a pool shows its status when it starts. */
function withPool(pool: DesiredPool = desiredPool(), metrics = fresh()): DaemonMetrics {
  metrics.poolAdded(pool.topology.name);
  metrics.statusChanged(unobserved(pool), pool);
  return metrics;
}

/** Every line that is a series, without its value. */
async function series(metrics: DaemonMetrics): Promise<string[]> {
  return (await lines(metrics)).map((line) => line.slice(0, line.lastIndexOf(' ')));
}
async function lines(metrics: DaemonMetrics): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
const linesOf = async (metrics: DaemonMetrics, name: string): Promise<string[]> =>
  (await lines(metrics)).filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

const step: PlannedStep = {
  action: 'recover-backup',
  target: 'backup',
  seedStep: 'failover 4',
  risk: 'no way back',
  reason: '',
};
const outcome = {
  step,
  result: 'failed',
  error: new PoolError('PCO_SQL_ERROR', ''),
  durationMs: 2_500,
} as const;

/** One label set for each combination of the closed sets. */
function combinations(labels: readonly string[]): number {
  const rows: Readonly<Record<string, LabelRow>> = LABELS;
  return labels.reduce((product, label) => product * (rows[label]?.values?.length ?? 1), 1);
}

describe('the series of a pool', () => {
  const counters = metricRows.filter(([name, { type, labels }]) => {
    return type !== 'gauge' && labels.length > 0 && name !== 'pchat_instance_requests_total';
  });
  test.each(counters)(
    '%s exist at 0 from the start, one for each combination',
    async (name, { type, labels }) => {
      const found = await linesOf(withPool(), type === 'histogram' ? `${name}_count` : name);
      expect(found).toHaveLength(combinations(labels));
      expect(found.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    },
  );

  test('are the same before the first round and after any other', async () => {
    const pool = desiredPool();
    const metrics = withPool(pool);
    const atStart = await series(metrics);
    for (const world of [facts(), homeLost()]) {
      metrics.observed(world, 20);
      metrics.statusChanged(observed(world, pool), pool);
      metrics.stepEnded('chat', outcome);
    }
    expect(await series(metrics)).toEqual(atStart);
  });

  test('go away with it, those of another pool stay', async () => {
    const metrics = withPool();
    const before = await series(metrics);
    withPool(desiredPool({ name: 'other' }), metrics);
    metrics.poolRemoved('other');
    expect(await series(metrics)).toEqual(before);
    metrics.poolRemoved('chat');
    expect((await series(metrics)).filter((line) => line.includes('pool='))).toEqual([]);
  });

  test('do not come back with what a removed pool still reports', async () => {
    const metrics = withPool();
    metrics.poolRemoved('chat');
    metrics.observed(facts(), 20);
    metrics.stepEnded('chat', outcome);
    metrics.statusChanged(observed(facts()), desiredPool());
    metrics.requests.instance('sql-par-1.contoso.com', 'observer');
    expect((await series(metrics)).filter((line) => line.includes('pool='))).toEqual([]);
  });

  test('begin again at 0 when it is declared again', async () => {
    const metrics = withPool();
    metrics.observed(facts(), 20);
    metrics.poolRemoved('chat');
    withPool(desiredPool(), metrics);
    expect(await linesOf(metrics, 'pchat_rounds_total')).toEqual(['pchat_rounds_total{pool="chat"} 0']);
  });

  test('hold no name of an instance, server, folder or file', async () => {
    const metrics = withPool();
    metrics.observed(homeLost(), 20);
    metrics.statusChanged(observed(homeLost()), desiredPool());
    expect(await metrics.registry.metrics()).not.toMatch(/contoso\.com|fs01|\.trn|LSCopy/i);
  });
});

describe('the generation', () => {
  test('is one series at a time', async () => {
    const metrics = withPool();
    const next = desiredPool({ primarySite: 'backup', counter: 2 });
    metrics.statusChanged(unobserved(next), next);
    expect(await linesOf(metrics, 'pchat_generation_info')).toEqual([
      'pchat_generation_info{pool="chat",generation="2",hash="0123456789a2",primary_datacenter="lyon",revision=""} 1',
    ]);
  });

  test('that leaves out an instance takes its series away and keeps what the others counted', async () => {
    const metrics = withPool();
    metrics.requests.instance('sql-par-1.contoso.com', 'observer');
    const pool = desiredPool({ counter: 2 });
    const { home } = pool.topology.sites;
    const bare = { ...home, chat: { ...home.chat, witness: undefined } };
    const topology = { ...pool.topology, sites: { ...pool.topology.sites, home: bare } };
    metrics.statusChanged(unobserved(pool), { ...pool, topology });
    const names = ['pchat_instance_seen', 'pchat_instance_requests_total'];
    const left = (await Promise.all(names.map((name) => linesOf(metrics, name)))).flat();
    expect(left.filter((line) => line.includes('site="home",part="witness"'))).toEqual([]);
    expect(left).toContain(
      'pchat_instance_requests_total{pool="chat",site="home",part="primary",connection="observer"} 1',
    );
  });
});

describe('what the loop reports', () => {
  test('a round counts with its duration and the answers that it did not get', async () => {
    const metrics = withPool();
    metrics.observed(homeLost(), 20);
    const text = await metrics.registry.metrics();
    for (const line of [
      'pchat_rounds_total{pool="chat"} 1',
      'pchat_observation_duration_seconds_sum{pool="chat"} 0.02',
      'pchat_unknown_answers_total{pool="chat",source="instance"} 3',
      'pchat_unknown_answers_total{pool="chat",source="shell"} 0',
    ])
      expect(text).toContain(`${line}\n`);
  });

  test.each(['done', 'refused', 'failed', 'unknown'] as const)(
    'a step counts as %s, in seconds',
    async (result) => {
      const metrics = withPool();
      metrics.stepEnded('chat', { ...outcome, result });
      const text = await metrics.registry.metrics();
      expect(text).toContain(`pchat_steps_total{pool="chat",action="recover-backup",result="${result}"} 1\n`);
      expect(text).toContain('pchat_step_duration_seconds_sum{pool="chat",action="recover-backup"} 2.5\n');
    },
  );

  const error = new PoolError('PCO_DESIRED_INVALID', '');
  const accepted: DesiredEvent = { kind: 'accepted', pools: [], findings: [] };
  const rejected: DesiredEvent = { kind: 'rejected', pools: [], error, findings: ['x'] };
  const unreachable: DesiredEvent = { kind: 'unreachable', pools: [], error, findings: ['x'] };
  test.each([
    ['nothing yet', [], 0, 0],
    ['accepted', [accepted], 1, 1],
    ['accepted in part', [{ ...accepted, findings: ['x'] }], 0, 1],
    ['rejected', [accepted, rejected], 0, 1],
    ['out of reach', [accepted, unreachable], 1, 0],
    ['out of reach after a rejection', [rejected, unreachable], 0, 0],
  ] as const)('a desired state that is %s', async (_, events, valid, reachable) => {
    const metrics = fresh();
    for (const event of events) metrics.desiredState(event);
    const text = await metrics.registry.metrics();
    expect(text).toContain(`pchat_desired_state_valid ${String(valid)}\n`);
    expect(text).toContain(`pchat_desired_state_reachable ${String(reachable)}\n`);
  });

  test('requests count by what was asked, those of an undeclared instance for nobody', async () => {
    const metrics = withPool();
    metrics.requests.instance('sql-lyo-2.contoso.com', 'own');
    metrics.requests.instance('sql-else.contoso.com', 'own');
    metrics.requests.shell();
    metrics.requests.folder('move');
    expect(
      (await lines(metrics)).filter((line) => line.includes('_requests_total') && !line.endsWith(' 0')),
    ).toEqual([
      'pchat_instance_requests_total{pool="chat",site="backup",part="mirror",connection="own"} 1',
      'pchat_shell_requests_total 1',
      'pchat_folder_requests_total{operation="move"} 1',
    ]);
  });
});

describe('the metrics of the daemon', () => {
  test('say what runs and with which lease', async () => {
    const text = await fresh().registry.metrics();
    expect(text).toContain('pchat_build_info{version="0.1.0",node="v24.0.0"} 1\n');
    expect(text).toContain('pchat_lease_epoch 3\n');
  });

  test('are all in the table, and the table has no other', () => {
    const names = fresh()
      .registry.getMetricsAsArray()
      .map(({ name }) => name);
    expect(names.sort()).toEqual(Object.keys(METRICS).sort());
  });

  test('count what the process costs', async () => {
    const { registry } = fresh();
    addProcessMetrics(registry);
    const text = await registry.metrics();
    expect(text).toMatch(/^process_resident_memory_bytes [1-9]/m);
    expect(text).toMatch(/^nodejs_heap_size_used_bytes [1-9]/m);
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  });
});
