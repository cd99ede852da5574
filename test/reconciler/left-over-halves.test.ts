/** What counts as a half of log shipping that was left over, from facts alone. */
import { describe, expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { InstanceFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

function changed(facts: PoolFacts, instance: string, more: Partial<InstanceFacts>): PoolFacts {
  const observed = facts.instances[instance];
  if (observed?.kind !== 'value') throw new Error(`${instance} is not seen`);
  const value = { ...observed.value, ...more, jobs: [...observed.value.jobs, ...(more.jobs ?? [])] };
  return { ...facts, instances: { ...facts.instances, [instance]: { ...observed, value } } };
}
const hidden = (facts: PoolFacts, instance: string): PoolFacts => ({
  ...facts,
  instances: { ...facts.instances, [instance]: world.notSeen(instance, 1_000) },
});
const PAR1 = 'sql-par-1.contoso.com';
const PAR2 = 'sql-par-2.contoso.com';
const LYO1 = 'sql-lyo-1.contoso.com';
const LYO2 = 'sql-lyo-2.contoso.com';
const primary = { shippingPrimary: world.primaryShipping().shippingPrimary };

const vectorOf = (facts: PoolFacts) => decidePool(desiredPool(), facts, [], world.NOW_MS).reduction.vector;
const halves = (facts: PoolFacts): readonly string[] => {
  const vector = vectorOf(facts);
  return [vector['home.halves'], vector['backup.halves']];
};

test('the two halves of the pool itself are right', () => {
  expect(halves(world.facts())).toEqual(['right', 'right']);
});

describe('at home', () => {
  test.each([PAR1, PAR2])('a secondary half on %s is wrong', (instance) => {
    expect(halves(changed(world.facts(), instance, world.secondaryShipping()))).toEqual(['wrong', 'right']);
  });

  test('so are its jobs alone', () => {
    const { jobs } = world.secondaryShipping(false);
    expect(halves(changed(world.facts(), PAR2, { jobs }))).toEqual(['wrong', 'right']);
  });

  test('a primary half on the mirror partner is not', () => {
    expect(halves(changed(world.facts(), PAR2, primary))).toEqual(['right', 'right']);
  });
});

describe('at backup', () => {
  test.each([LYO1, LYO2])('a primary half on %s is wrong', (instance) => {
    expect(halves(changed(world.facts(), instance, primary))).toEqual(['right', 'wrong']);
  });

  test('a second secondary half, beside the one that ships, is wrong', () => {
    const beside = changed(world.facts(), LYO2, world.secondaryShipping());
    expect(halves(beside)).toEqual(['right', 'wrong']);
    expect(vectorOf(beside)['shipping.secondary']).toBe('running');
  });

  test('nothing is called left over while it is not seen which instance holds the copy', () => {
    const beside = changed(world.facts(), LYO2, { ...primary, ...world.secondaryShipping() });
    expect(halves(hidden(beside, LYO1))).toEqual(['right', 'right']);
  });

  test('a copy that serves has no secondary on its partner either', () => {
    const beside = changed(world.failedOver(), LYO2, world.secondaryShipping());
    expect(vectorOf(beside)['shipping.secondary']).toBe('stray');
  });
});

test('what does not answer has none', () => {
  const left = changed(changed(world.facts(), PAR2, world.secondaryShipping()), LYO2, primary);
  expect(halves(hidden(hidden(left, PAR2), LYO2))).toEqual(['right', 'right']);
});
