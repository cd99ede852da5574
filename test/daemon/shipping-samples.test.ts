import { describe, expect, test } from 'vitest';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import {
  facts,
  failedOver,
  folder,
  homeLost,
  logFile,
  mirroredPair,
  notSeen,
  primaryShipping,
  restoringDatabase,
  secondaryShipping,
  singlePair,
} from '../support/facts.ts';
import { valueOf } from '../support/pool-series.ts';
import { observed, unobserved } from '../support/pool-status.ts';

const toBackup = desiredPool({ primarySite: 'backup', counter: 2 });

/** The world with other msdb rows and clocks of the two instances that ship. */
function shipping(
  primary: Parameters<typeof mirroredPair>[2],
  secondary: Parameters<typeof singlePair>[2],
): PoolFacts {
  return facts({
    instances: {
      ...mirroredPair('par', {}, primary),
      ...singlePair('lyo', restoringDatabase(), secondary),
    },
  });
}

describe('the lag of log shipping', () => {
  const lag = (stage: string, world: PoolFacts): number | undefined =>
    valueOf('pchat_log_shipping_lag_seconds', { stage }, observed(world));
  const MINUTE_S = 60;

  test.each([
    ['backup', 15],
    ['copy', 14],
    ['restore', 12],
  ])('is the time since the last %s: %i minutes', (stage, minutes) => {
    expect(lag(stage, facts())).toBe(minutes * MINUTE_S);
  });

  test('is by the clock of the instance that did it, and never negative', () => {
    const world = shipping(
      { ...primaryShipping(), clockOffsetMs: 120_000 },
      { ...secondaryShipping(), clockOffsetMs: -780_000 },
    );
    expect([lag('backup', world), lag('copy', world), lag('restore', world)]).toEqual([
      17 * MINUTE_S,
      MINUTE_S,
      0,
    ]);
  });

  test('is infinite before the first backup, copy and restore', () => {
    const { shippingPrimary, jobs } = primaryShipping();
    const { shippingSecondary } = secondaryShipping();
    const [first, second] = [shippingPrimary['mgc'], shippingSecondary['mgc']];
    if (first == null || second == null) throw new Error('log shipping is not configured');
    const world = shipping(
      { jobs, shippingPrimary: { mgc: { ...first, lastBackupAt: null } } },
      { shippingSecondary: { mgc: { ...second, lastCopiedAt: null, lastRestoredAt: null } } },
    );
    expect(['backup', 'copy', 'restore'].map((stage) => lag(stage, world))).toEqual([
      Infinity,
      Infinity,
      Infinity,
    ]);
  });

  test('is no number where nothing is seen, and where log shipping is not configured', () => {
    expect(lag('backup', homeLost())).toBeNaN();
    expect(lag('copy', homeLost())).toBe(14 * MINUTE_S);
    const none = shipping({}, {});
    expect(['backup', 'copy', 'restore'].map((stage) => lag(stage, none))).toEqual([NaN, NaN, NaN]);
  });

  test('is too long above what the desired state says, and never while the service shall live at backup', () => {
    const thresholds = (pool: DesiredPool): (number | undefined)[] =>
      ['backup', 'copy', 'restore'].map((stage) =>
        valueOf('pchat_log_shipping_threshold_seconds', { stage }, unobserved(pool), pool),
      );
    expect(thresholds(desiredPool())).toEqual([3_600, 2_700, 2_700]);
    expect(thresholds(toBackup)).toEqual([NaN, NaN, NaN]);
  });
});

describe('the files that are still to be shipped', () => {
  const pending = (world: PoolFacts): (number | undefined)[] =>
    ['copy', 'restore'].map((stage) =>
      valueOf('pchat_log_shipping_pending_files', { stage }, observed(world)),
    );
  const files = [logFile(1, 75), logFile(2, 60), logFile(3, 45), logFile(4, 30)];
  const share = folder('\\\\fs01\\mgc-logs', files);

  test.each([
    ['none', facts(), [0, 0]],
    [
      'three to copy, one to apply',
      facts({ share, copyFolder: folder('D:\\LSCopy', files.slice(0, 1)) }),
      [3, 1],
    ],
    ['all to apply', facts({ share, copyFolder: folder('D:\\LSCopy', files) }), [0, 4]],
    ['not known without the share', facts({ share: notSeen('share') }), [NaN, NaN]],
    ['none of a copy that serves', failedOver(), [0, 0]],
  ])('are %s', (_, world, expected) => {
    expect(pending(world)).toEqual(expected);
  });
});
