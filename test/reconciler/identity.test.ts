import { expect, test } from 'vitest';
import { otherIdentity } from '../../src/reconciler/gates/identity.ts';
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const LYON = 'sql-lyo-1.contoso.com';
const POOL = desiredPool();

const withLyon = (database: Partial<DatabaseFacts>, more: Partial<InstanceFacts> = {}): PoolFacts => {
  const facts = world.facts();
  const copy = world.restoringDatabase(database);
  return { ...facts, instances: { ...facts.instances, ...world.singlePair('lyo', copy, more) } };
};
const compare = (fresh: PoolFacts, lineageToo = true): string | undefined =>
  otherIdentity(POOL, withLyon({}), fresh, lineageToo);

test.each([
  ['nothing changed', withLyon({}), undefined],
  ['a name is written in another case', withLyon({}, { serverName: 'sql-lyo-1' }), undefined],
  [
    'another instance answers',
    withLyon({}, { serverName: 'SQL-X' }),
    `${LYON} in lyon calls itself SQL-X; the plan was made on SQL-LYO-1`,
  ],
  [
    'another database is there',
    withLyon({ familyGuid: world.OTHER_FAMILY }),
    `mgc at ${LYON} in lyon is of the lineage ${world.OTHER_FAMILY}; the plan was made on ${world.FAMILY}`,
  ],
  ['the lineage is not seen now', withLyon({ familyGuid: 'unknown' }), undefined],
  ['the lineage is hidden', withLyon({ familyGuid: null }), undefined],
  [
    'the instance is not seen now',
    { ...withLyon({}), instances: { ...withLyon({}).instances, [LYON]: world.notSeen<InstanceFacts>(LYON) } },
    undefined,
  ],
])('the identity of what a plan was made on, when %s', (_, fresh, difference) => {
  expect(compare(fresh)).toBe(difference);
});

test('a step that has had effects is asked for names only', () => {
  expect(compare(withLyon({ familyGuid: world.OTHER_FAMILY }), false)).toBeUndefined();
  expect(compare(withLyon({}, { serverName: 'SQL-X' }), false)).toContain('calls itself SQL-X');
});
