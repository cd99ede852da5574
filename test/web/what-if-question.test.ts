import { describe, expect, test } from 'vitest';
import { whatIf } from '../../src/daemon/what-if.ts';
import { groundOf, supposedAnswer, suppositions } from '../../web/src/model/what-if-question.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const pool = observed(facts());
const asked = (fault: string, goal?: 'home' | 'backup') =>
  supposedAnswer(
    whatIf({ pool: desiredPool(), facts: facts(), decisions: [], records: [] }, { fault, goal }),
    pool,
  );

describe('what can be supposed on the page', () => {
  test('begins with the loss of the datacenter that serves, and names every instance', () => {
    const offered = suppositions(pool);
    expect(offered.slice(0, 3).map(({ label }) => label)).toEqual([
      'paris is lost',
      'lyon is lost',
      'the backup share is lost',
    ]);
    expect(offered.length).toBe(3 + 6);
    expect(suppositions({ ...pool, primarySite: 'backup' })[0]?.label).toBe('lyon is lost');
  });

  test('is answered with the steps of a failover and what it loses, never with a time that nobody measured', () => {
    const answer = asked('site:home');
    expect(answer.verdict).toMatch(/^\d+ steps would bring the service to lyon/);
    expect(answer.steps).toContain('recover-backup on lyon');
    expect(answer.loss).toMatch(/^(nothing|\d)/);
    expect(answer.outage).toBeNull();
    expect(answer.assumptions.length).toBeGreaterThan(0);
  });

  test('stands on what was seen, wanted and judged, and not on when that was', () => {
    const later = { ...pool, observedAt: '2030-01-01T00:00:00.000Z', round: 'e9-r9' };
    expect(groundOf(later)).toBe(groundOf(pool));
    const edited = { ...pool, generation: { ...pool.generation, hash: 'another' } };
    for (const other of [observed(homeLost()), edited]) expect(groundOf(other)).not.toBe(groundOf(pool));
  });

  test('says that no plan reaches a datacenter that is lost itself', () => {
    const answer = asked('site:home', 'home');
    expect(answer.verdict).toMatch(/^No plan reaches paris: /);
    expect([answer.steps, answer.loss]).toEqual([[], null]);
  });
});
