import { describe, expect, test } from 'vitest';
import { whatIf, type Scene } from '../../src/daemon/what-if.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts } from '../support/facts.ts';

const scene: Scene = { pool: desiredPool(), facts: facts(), decisions: [], records: [] };
const nothing = { fault: undefined, goal: undefined };
const stepsOf = ({ plan }: ReturnType<typeof whatIf>): readonly string[] =>
  plan.kind === 'steps' ? plan.steps.map(({ action }) => action) : [plan.kind];

describe('what a fault would bring', () => {
  test('is, without more said, the failover that the loss of the serving site would bring, with its loss', () => {
    const answer = whatIf(scene, nothing);
    expect(answer).toMatchObject({
      pool: 'chat',
      fault: 'site:paris',
      goal: 'backup',
      evidence: { home: { verdict: 'down' }, backup: { verdict: 'alive' } },
    });
    expect(stepsOf(answer)).toContain('recover-backup');
    expect(answer.ledger.lossMinutes).not.toBeNull();
    expect(answer.assumptions.length).toBeGreaterThan(0);
  });

  test('moves nothing where only the share is lost, and the service stays where it is wanted', () => {
    const answer = whatIf(scene, { ...nothing, fault: 'share' });
    expect(answer.goal).toBe('home');
    expect(stepsOf(answer)).not.toContain('recover-backup');
  });

  test('is asked for another goal, too: with its site lost the service cannot stay at home', () => {
    const answer = whatIf(scene, { fault: 'site:home', goal: 'home' });
    expect(answer.goal).toBe('home');
    expect(stepsOf(answer)).toEqual(['blocked']);
  });

  test('is no answer to a fault of a part that the pool does not have', () => {
    expect(() => whatIf(scene, { ...nothing, fault: 'site:mars' })).toThrow(/site:mars is no fault of chat/);
  });
});
