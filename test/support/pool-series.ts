/** Series of a pool's status, as a test asks for them. */
import { expect } from 'vitest';
import type { SeriesLabels } from '../../src/daemon/metric-sample.ts';
import type { PoolGauge } from '../../src/daemon/metric-table.ts';
import { poolSamples } from '../../src/daemon/pool-samples.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from './desired-pool.ts';

/** Value of one series; undefined: there is no such series. */
export function valueOf(
  name: PoolGauge,
  labels: SeriesLabels,
  status: PoolStatus,
  pool: DesiredPool = desiredPool(),
): number | undefined {
  const wanted = Object.entries(labels);
  const found = poolSamples(status, pool)[name].filter((sample) =>
    wanted.every(([label, value]) => (sample.labels as Record<string, string>)[label] === value),
  );
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0]?.value;
}

/** The labels of the series that are 1. */
export function ones(name: PoolGauge, status: PoolStatus, pool?: DesiredPool): SeriesLabels[] {
  const samples = poolSamples(status, pool ?? desiredPool());
  return samples[name].filter(({ value }) => value === 1).map(({ labels }) => labels);
}
