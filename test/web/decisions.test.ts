import { describe, expect, test } from 'vitest';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { MOVED, offersOf, readinessOf, type Draft, type Offered } from '../../web/src/model/decisions.ts';
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

describe('a decision that was begun', () => {
  const [approve] = offersOf(failover({ mode: 'propose' }));
  const [suspend] = offersOf(observed(facts()));
  if (approve === undefined || suspend === undefined) throw new Error('nothing is offered');
  const draft = (more: Partial<Draft>): Draft => ({
    offer: approve,
    tag: '"one"',
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

  test('asks for no name and minds no plan where it only stops', () => {
    expect(readinessOf(draft({ offer: suspend, typedName: '' }), 'chat', '"two"')).toEqual({ kind: 'ready' });
  });
});
