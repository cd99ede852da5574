import { describe, expect, test } from 'vitest';
import {
  fleetRow,
  shownRows,
  windowOf,
  type FleetRow,
  type FleetView,
} from '../../web/src/model/fleet-row.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, failedOver, homeLost } from '../support/facts.ts';
import { observed, unobserved } from '../support/pool-status.ts';

const all: FleetView = { filter: '', sort: 'condition', descending: false };
const named = (name: string, more: Partial<FleetRow> = {}): FleetRow => ({
  ...fleetRow(observed(facts())),
  pool: name,
  ...more,
});
const namesOf = (rows: readonly FleetRow[]): readonly string[] => rows.map(({ pool }) => pool);

describe('a row of the fleet', () => {
  test('says of a healthy pool that it is good, where it runs, and that nobody is asked', () => {
    expect(fleetRow(observed(facts()))).toMatchObject({
      headline: { tone: 'good', word: 'converged' },
      runsIn: 'paris',
      verdict: 'alive',
      wantedIn: 'paris',
      drift: 0,
      asked: null,
      considered: true,
    });
  });

  test('says of a pool that nobody has looked at that it is unknown, not good', () => {
    const row = fleetRow(unobserved());
    expect(row).toMatchObject({
      headline: { tone: 'unknown' },
      runsIn: null,
      readiness: null,
      considered: false,
    });
  });

  test('tells of a pool without active servers that it runs nowhere, which is not the same as not seen', () => {
    const of = (value: string) =>
      fleetRow({ ...observed(facts()), variables: { active: { value, because: '' } } });
    expect([of('none').runsIn, of('other').runsIn, of('unknown').runsIn]).toEqual([
      'nowhere',
      'not one datacenter',
      null,
    ]);
    expect(of('none').verdict).toBeNull();
    expect(of('homeStarting').runsIn).toBe('paris');
  });

  test('tells the lost site of a pool whose active servers stand in it', () => {
    const row = fleetRow(observed(homeLost()));
    expect(row).toMatchObject({ runsIn: 'paris', verdict: 'down' });
    expect(row.headline).toMatchObject({ tone: 'bad', word: 'blocked, site lost' });
    expect(row.headline.says).toMatch(/^paris is down\. /);
  });

  test('names the way out of a blocked plan as what is asked', () => {
    const status = observed(
      homeLost(),
      desiredPool({ primarySite: 'backup', policy: { evidence: 'proven' } }),
    );
    expect(status.plan?.kind).toBe('blocked');
    expect(fleetRow(status).asked).toContain('attest');
  });

  test('says of a pool whose step has failed that it failed, though it is tried again', () => {
    const moving = observed(homeLost(), desiredPool({ primarySite: 'backup' }));
    const lastError = { code: 'PCO_SHARE_UNREADABLE', message: 'gone', step: 'copy-log-backups:backup' };
    expect(fleetRow(moving).headline).toMatchObject({ tone: 'busy', word: 'moves' });
    expect(fleetRow({ ...moving, lastError }).headline).toMatchObject({
      tone: 'bad',
      word: 'step failed',
      says: 'copy-log-backups:backup failed (PCO_SHARE_UNREADABLE) and is tried again.',
    });
  });

  test('is not good where the datacenter that does not serve is down', () => {
    const row = fleetRow(observed(failedOver(), desiredPool({ primarySite: 'backup' })));
    expect(row).toMatchObject({ runsIn: 'lyon', wantedIn: 'lyon' });
    expect(row.headline.tone).not.toBe('good');
  });
});

describe('the rows that are shown', () => {
  test('have the worst on top, and equal ones by name', () => {
    const lost = named('m', { headline: { tone: 'bad', word: 'site lost', says: '' } });
    const hidden = named('z', { headline: { tone: 'unknown', word: 'not all seen', says: '' } });
    expect(namesOf(shownRows([named('b'), hidden, named('a'), lost], all))).toEqual(['m', 'z', 'a', 'b']);
  });

  test('turn around but stay by name where they are equal', () => {
    const lost = named('m', { headline: { tone: 'bad', word: 'site lost', says: '' } });
    expect(namesOf(shownRows([lost, named('b'), named('a')], { ...all, descending: true }))).toEqual([
      'a',
      'b',
      'm',
    ]);
  });

  test('are those that have every word of the filter, wherever it stands', () => {
    const rows = [named('sales'), named('support'), named('sales-lyon', { runsIn: 'lyon' })];
    expect(namesOf(shownRows(rows, { ...all, filter: 'SALES lyon' }))).toEqual(['sales-lyon']);
    expect(namesOf(shownRows(rows, { ...all, filter: 'paris sales' }))).toEqual(['sales', 'sales-lyon']);
  });

  test('are drawn only as far as they can be seen, of a thousand', () => {
    expect(windowOf(1_000, 50, 0, 800)).toEqual({ first: 0, end: 24 });
    expect(windowOf(1_000, 50, 25_000, 800)).toEqual({ first: 492, end: 524 });
    expect(windowOf(1_000, 50, 50_000, 800)).toEqual({ first: 992, end: 1_000 });
    expect(windowOf(0, 50, 0, 800)).toEqual({ first: 0, end: 0 });
  });
});
