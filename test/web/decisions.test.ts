import { describe, expect, test } from 'vitest';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import {
  decidedMeanwhile,
  MOVED,
  offersOf,
  readinessOf,
  type Draft,
  type Offered,
} from '../../web/src/model/decisions.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const offered = (pool: PoolStatus): readonly Offered[] => offersOf(pool).map(({ decision }) => decision);
const failover = (policy: object): PoolStatus =>
  observed(homeLost(), desiredPool({ primarySite: 'backup', policy }));

describe('what a person may decide', () => {
  test('is only to suspend a pool that is as declared', () => {
    expect(offered(observed(facts()))).toEqual(['suspend']);
  });

  test('is an approval where the gate asks for one', () => {
    expect(offered(failover({ mode: 'propose' }))).toEqual(['approve', 'cancel', 'suspend']);
  });

  test('is an acceptance of loss, and no approval, where the loss is above its bound', () => {
    expect(offered(failover({ maxDataLossMinutes: 0 }))).toEqual(['accept-loss', 'cancel', 'suspend']);
  });

  test('is to resume a pool that a person suspended, and nothing a stop switch holds', () => {
    const suspended = (reason: string): PoolStatus => ({
      ...observed(facts()),
      conditions: [{ type: 'Suspended', status: 'True', reason, message: '', since: '' }],
    });
    expect(offered(suspended('ByPerson'))).toEqual(['resume']);
    expect(offered(suspended('StopSwitch'))).toEqual([]);
  });
});

describe('what only a person can know', () => {
  test('is offered as an attestation of the silent site, where the plan is blocked for want of proof', () => {
    const pool = failover({ evidence: 'proven' });
    expect(pool.plan?.kind).toBe('blocked');
    expect(offersOf(pool)[0]).toMatchObject({
      decision: 'attest-down',
      site: 'home',
      label: 'Attest that paris cannot write',
      typed: true,
      ofThePlan: false,
    });
  });

  test('is not offered where nothing is blocked, or where both sites answer', () => {
    expect(offered(failover({ evidence: 'silent' }))).not.toContain('attest-down');
    expect(offered(observed(facts()))).not.toContain('attest-down');
  });

  const blockedBy = (wayOut: string): PoolStatus => ({
    ...observed(facts()),
    plan: {
      kind: 'blocked',
      steps: [],
      obstacles: [{ variable: 'home.holds', actual: 'saved', wanted: 'released', reason: 'x', wayOut }],
    } as unknown as PoolStatus['plan'],
  });

  test('is which copy is kept, bound to the plan, where a person must name it', () => {
    const [keep] = offersOf(blockedBy('pchat decide chat --keep lyon'));
    expect(keep).toMatchObject({
      decision: 'keep',
      site: 'backup',
      label: 'Keep the copy of lyon',
      typed: true,
      ofThePlan: true,
    });
  });

  test('is not offered before what has to be done by hand', () => {
    expect(offered(blockedBy('save them by hand, then pchat decide chat --keep lyon'))).toEqual(['suspend']);
    expect(offered(blockedBy('restore the sight of paris'))).toEqual(['suspend']);
  });
});

describe('a decision that was begun', () => {
  const [approve] = offersOf(failover({ mode: 'propose' }));
  const [suspend] = offersOf(observed(facts()));
  if (approve === undefined || suspend === undefined) throw new Error('nothing is offered');
  const draft = (more: Partial<Draft>): Draft => ({
    offer: approve,
    tag: '"one"',
    meanwhile: [],
    typedName: 'chat',
    reason: 'paris burns',
    ...more,
  });

  test('may be sent when the name is typed and the plan is still the one that was seen', () => {
    expect(readinessOf(draft({}), 'chat', '"one"')).toEqual({ kind: 'ready' });
  });

  test('is refused once the plan has moved, whatever was typed', () => {
    expect(readinessOf(draft({}), 'chat', '"two"')).toEqual({ kind: 'refused', why: MOVED });
  });

  test('is refused while the connection is lost', () => {
    expect(readinessOf(draft({}), 'chat', null).kind).toBe('refused');
    expect(readinessOf(draft({ offer: suspend }), 'chat', null).kind).toBe('refused');
  });

  test.each([
    ['a name that is not the pool', { typedName: 'chat2' }],
    ['no name', { typedName: '' }],
    ['no reason', { reason: ' ' }],
  ])('waits for more with %s', (_, more) => {
    expect(readinessOf(draft(more), 'chat', '"one"').kind).toBe('incomplete');
  });

  test('is refused once somebody else has decided the same, and says who', () => {
    const bob = {
      pool: 'chat',
      by: 'bob',
      reason: 'read twice',
      expiresAt: null,
      decision: 'approve',
      generation: { counter: 1, hash: 'x' },
      steps: [],
      lossMinutes: 0,
      at: '2026-01-01T00:00:00.000Z',
    } as const;
    const held = { ...bob, decision: 'suspend' } as const;
    expect(decidedMeanwhile(approve, [], [held])).toEqual([]);
    expect(decidedMeanwhile(approve, [bob], [bob])).toEqual([]);
    const meanwhile = decidedMeanwhile(approve, [], [held, bob]);
    expect(meanwhile).toEqual([bob]);
    const state = readinessOf(draft({ meanwhile }), 'chat', '"one"');
    expect(state.kind === 'refused' && state.why).toContain('bob has decided the same');
  });

  test('asks for no name and minds no plan where it only stops', () => {
    expect(readinessOf(draft({ offer: suspend, typedName: '' }), 'chat', '"two"')).toEqual({ kind: 'ready' });
  });
});
