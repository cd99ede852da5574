import { describe, expect, test } from 'vitest';
import type { PoolStatus, RunningStepView } from '../../src/reconciler/pool-status.ts';
import { copyBars, lossBar } from '../../web/src/model/loss-bars.ts';
import { remainingMs } from '../../web/src/model/plan-rows.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const failover = observed(homeLost(), desiredPool({ primarySite: 'backup' }));
const holding = (copy: string, until: string | null, files: number | null = null) => ({
  copy,
  where: copy,
  state: 'listed',
  lastLsn: null,
  until,
  files,
  messages: null,
  because: '',
});

function holding3(): Pick<PoolStatus, 'forecast'> {
  const { forecast } = failover;
  if (forecast === null) throw new Error('no forecast');
  const copies = [
    holding('principal', '2026-01-01T10:30:00.000Z'),
    holding('share', '2026-01-01T10:15:00.000Z'),
    holding('backup', '2026-01-01T10:00:00.000Z'),
    holding('hidden', null),
    holding('quarantine', null, 0),
  ];
  return { forecast: { ...forecast, copies } };
}

describe('the bars of the copies', () => {
  test('go as far as each copy goes, the fullest to the end, and the emptiest is not drawn as if it held nothing', () => {
    const bars = copyBars(holding3());
    expect(bars.map(({ behindMinutes }) => behindMinutes)).toEqual([0, 15, 30, null, null]);
    expect(bars.map(({ share }) => share)).toEqual([1, 0.625, 0.25, null, null]);
  });

  test('tell a folder without files from a copy that nobody sees', () => {
    expect(copyBars(holding3()).map(({ empty }) => empty)).toEqual([false, false, false, false, true]);
  });

  test('are nearly full where copies differ by less than a log backup', () => {
    const shares = copyBars(observed(facts())).flatMap(({ share }) => share ?? []);
    expect(shares.length).toBeGreaterThan(0);
    expect(Math.min(...shares)).toBeGreaterThan(0.2);
  });
});

describe('the bar of the loss', () => {
  const withSalvage = (lossMinutes: number | null): Pick<PoolStatus, 'forecast' | 'ledger' | 'plan'> => {
    const { forecast, ledger, plan } = failover;
    if (forecast === null || ledger === null) throw new Error('no forecast');
    const salvage = [
      { what: 'copy-log-backups', by: 'plan', minutes: 12, because: '' },
      { what: 'force service', by: 'person', minutes: 2, because: '' },
    ] as const;
    return { forecast: { ...forecast, salvage }, ledger: { ...ledger, lossMinutes }, plan };
  };

  test('has what each deed buys back and what nobody saves, which together are what would be lost now', () => {
    const bar = lossBar(withSalvage(3));
    expect(bar?.parts.map(({ kind, minutes }) => [kind, minutes])).toEqual([
      ['plan', 12],
      ['person', 2],
      ['lost', 1],
    ]);
    expect(bar?.nowMinutes).toBe(15);
    expect(bar?.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  test('is that of a lost site where nothing moves: as much stays lost as readiness says', () => {
    const { forecast, ledger } = withSalvage(0);
    if (forecast === null) throw new Error('no forecast');
    const readiness = { ...forecast.readiness, answer: 'yes', lossMinutes: 2.5 } as const;
    const bar = lossBar({ forecast: { ...forecast, readiness }, ledger, plan: { kind: 'converged' } });
    expect(bar).toMatchObject({ moves: false, nowMinutes: 14.5 });
    expect(bar?.parts.at(-1)).toMatchObject({ kind: 'lost', minutes: 0.5 });
  });

  test('is that of a lost site, too, where the plan only repairs something', () => {
    const { forecast, ledger, plan } = withSalvage(0);
    if (forecast === null || plan === null || !('steps' in plan)) throw new Error('no forecast');
    const repair = { ...plan, steps: plan.steps.filter(({ action }) => action === 'mirror-backup') };
    expect(repair.steps).toHaveLength(1);
    const readiness = { ...forecast.readiness, answer: 'yes', lossMinutes: 2.5 } as const;
    expect(lossBar({ forecast: { ...forecast, readiness }, ledger, plan: repair })).toMatchObject({
      moves: false,
      nowMinutes: 14.5,
    });
  });

  test('does not draw a loss that nobody knows as none', () => {
    expect(lossBar(withSalvage(null))?.parts.at(-1)).toMatchObject({ kind: 'lost', minutes: null, share: 0 });
  });

  test('is not drawn where nothing would be saved', () => {
    const { forecast, ledger, plan } = failover;
    const bare = forecast === null ? null : { ...forecast, salvage: [] };
    expect(lossBar({ forecast: bare, ledger, plan })).toBeNull();
  });
});

describe('the time that is left of a step', () => {
  const atMs = Date.parse('2026-01-01T10:00:00.000Z');
  const step = (fraction: number | null) =>
    ({ since: '2026-01-01T10:00:00.000Z', fraction, progress: null }) as unknown as RunningStepView;

  test('follows from how far it is', () => {
    expect(remainingMs(step(0.25), atMs + 10_000)).toBe(30_000);
    expect(remainingMs(step(1), atMs + 10_000)).toBe(0);
  });

  test('is not told by a step that does not say how far it is, nor by one that has just begun', () => {
    expect(remainingMs(step(null), atMs + 10_000)).toBeNull();
    expect(remainingMs(step(0), atMs + 10_000)).toBeNull();
    expect(remainingMs(step(0.5), atMs + 500)).toBeNull();
  });
});
