import { describe, expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { bytesOf, predictDurations, servedSite } from '../../src/reconciler/predict-durations.ts';
import type { DurationHistory, DurationSample, PlanPrediction } from '../../src/topology/forecast.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const toBackup = desiredPool({ primarySite: 'backup' });
const sample = (action: string, seconds: number, more: Partial<DurationSample> = {}): DurationSample => ({
  pool: 'chat',
  action,
  target: ['set-pool-failed-over', 'clear-active-servers'].includes(action) ? 'pool' : 'backup',
  seconds,
  bytes: null,
  ...more,
});
const FAILOVER = [
  sample('remove-log-shipping', 2),
  sample('copy-log-backups', 10),
  sample('apply-log-backups', 30),
  sample('recover-backup', 4),
  sample('set-pool-failed-over', 20),
  sample('mirror-backup', 100),
  sample('activate-servers', 5),
];
function predict(
  history: readonly DurationSample[],
  facts: PoolFacts = world.homeLost(),
  pool: DesiredPool = toBackup,
  looks: DurationHistory['looks'] = [],
): PlanPrediction {
  const { reduction } = decidePool(pool, facts, [], world.NOW_MS);
  return predictDurations(pool, facts, reduction.vector, reduction.ledger, { steps: history, looks });
}
const stepOf = (prediction: PlanPrediction, action: string) =>
  prediction.steps.find((step) => step.action === action);

describe('seconds beforehand', () => {
  test('are unknown without a history, and every step that was never measured is named', () => {
    const { duration, outage, unmeasured, steps } = predict([]);
    expect([duration, outage]).toEqual([null, null]);
    expect(unmeasured).toHaveLength(7);
    expect(steps.every(({ seconds, from }) => seconds === null && from === 'none')).toBe(true);
  });

  test('are unknown in sum while one step was never measured, and known for the others', () => {
    const prediction = predict(FAILOVER.filter(({ action }) => action !== 'mirror-backup'));
    expect(prediction.duration).toBeNull();
    expect(prediction.unmeasured).toEqual(['mirror-backup:backup']);
    expect(stepOf(prediction, 'recover-backup')?.seconds).toEqual({ p50: 4, p95: 4 });
  });

  test('of a failover count the overlapping pair once, and its outage is the whole of it', () => {
    const { duration, outage } = predict(FAILOVER);
    expect(duration).toEqual({ p50: 161, p95: 161 });
    expect(outage).toEqual(duration);
  });

  test('hold the looks between the steps, of this pool before those of another one', () => {
    const seconds = (looks: DurationHistory['looks']) =>
      predict(FAILOVER, world.homeLost(), toBackup, looks).duration?.p50;
    expect(seconds([{ pool: 'other', seconds: 3 }])).toBe(161 + 6 * 3);
    expect(
      seconds([
        { pool: 'chat', seconds: 1 },
        { pool: 'chat', seconds: 0.5 },
        { pool: 'other', seconds: 3 },
      ]),
    ).toBe(161 + 6 * 0.5);
  });

  test('are the middle and the end of what was measured', () => {
    const many = Array.from({ length: 20 }, (_, index) => sample('recover-backup', index + 1));
    expect(stepOf(predict(many), 'recover-backup')).toMatchObject({
      seconds: { p50: 10, p95: 19 },
      samples: 20,
      from: 'time',
    });
  });

  test('follow the bytes where a step copies or restores files, and are never below the fastest', () => {
    const now = bytesOf(
      { action: 'copy-log-backups' },
      world.homeLost(),
      decidePool(toBackup, world.homeLost(), [], world.NOW_MS).ledger,
    );
    if (now === null) throw new Error('the sizes of two files are listed');
    const twice = predict([sample('copy-log-backups', 10, { bytes: now / 2 })]);
    expect(stepOf(twice, 'copy-log-backups')).toMatchObject({ seconds: { p50: 20, p95: 20 }, from: 'rate' });
    const less = predict([sample('copy-log-backups', 10, { bytes: now * 100 })]);
    expect(stepOf(less, 'copy-log-backups')?.seconds).toEqual({ p50: 10, p95: 10 });
  });

  test('prefer the pool itself to other pools of the same daemon', () => {
    const other = sample('recover-backup', 900, { pool: 'other' });
    expect(stepOf(predict([other]), 'recover-backup')?.seconds?.p50).toBe(900);
    expect(stepOf(predict([other, sample('recover-backup', 3)]), 'recover-backup')?.seconds?.p50).toBe(3);
  });

  test('of a planned move begin the outage with the step that takes the clients off', () => {
    const { steps } = predict([], world.facts());
    const first = steps.find(({ outage }) => outage);
    expect(first?.action).toBe('clear-active-servers');
    expect(steps.at(-1)).toMatchObject({ action: 'activate-servers', outage: true });
  });

  test('of a pool at rest are none', () => {
    expect(predict([], world.facts(), desiredPool())).toEqual({
      steps: [],
      duration: { p50: 0, p95: 0 },
      outage: { p50: 0, p95: 0 },
      unmeasured: [],
    });
  });
});

describe('where users can chat', () => {
  test.each([
    ['healthy', world.facts(), 'home'],
    ['with home lost', world.homeLost(), undefined],
    ['failed over', world.failedOver(), 'backup'],
  ] as const)('a pool %s', (_, facts, site) => {
    expect(servedSite(decidePool(desiredPool(), facts, [], world.NOW_MS).reduction.vector)).toBe(site);
  });
});
