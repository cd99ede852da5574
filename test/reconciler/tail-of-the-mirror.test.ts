/** The mirror had taken over, the mirroring was removed, and then it was tailed: the old principal's left-over does not stand for the site. */
import { expect, test } from 'vitest';
import { servingInstance } from '../../src/actuators/serving-instance.ts';
import { copyOf } from '../../src/reconciler/site-copy.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const POSITION = (BigInt(world.LINE_LSN) + 1_000_000n).toString();

test('of two closed copies the one that ended with its own tail stands for the site', () => {
  const leftOver = world.restoringDatabase({ lastRestore: null });
  const tailed = world.restoringDatabase({ lastRestore: null, positionLsn: POSITION });
  const tail = world.fullBackupSet({ type: 'log', tail: true, firstLsn: world.LINE_LSN, lastLsn: POSITION });
  const facts = world.facts();
  const instances = {
    ...facts.instances,
    'sql-par-1.contoso.com': world.seen(
      world.instanceFacts('SQL-PAR-1', { databases: { mgc: leftOver } }),
      'sql-par-1.contoso.com',
    ),
    'sql-par-2.contoso.com': world.seen(
      world.instanceFacts('SQL-PAR-2', { databases: { mgc: tailed }, backups: [tail] }),
      'sql-par-2.contoso.com',
    ),
  };
  const found = copyOf(desiredPool().topology, { ...facts, instances }, 'home');
  expect(found.kind === 'seen' ? found.copy.instance : found.reason).toBe('sql-par-2.contoso.com');
  // What an actuator would recover.
  expect(servingInstance({ ...facts, instances }, desiredPool().topology, 'home')).toBe(
    'sql-par-2.contoso.com',
  );
});
