import { describe, expect, test } from 'vitest';
import {
  breakGlassOrigin,
  declaredNamesOf,
  generationsOf,
  knownPoolsOf,
} from '../../src/daemon/known-pools.ts';
import { silentLog } from '../../src/daemon/log.ts';
import { PoolRecord } from '../../src/daemon/pool-record.ts';
import { RoundLog } from '../../src/daemon/round-log.ts';
import { MemoryDisk, MemoryJournal, MemoryLease } from '../../src/simulation/memory-journal.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { NOW_MS } from '../support/facts.ts';

/** A journal to which the pool's generations are written as the daemon does. */
function journalled(...generations: readonly DesiredPool[]): MemoryJournal {
  const disk = new MemoryDisk();
  const journal = new MemoryJournal(disk, new SimulatedClock(NOW_MS), new MemoryLease(disk).epoch);
  const record = new PoolRecord(journal, new RoundLog(silentLog));
  for (const pool of generations) record.generation(pool);
  return journal;
}
const declared = (pool: DesiredPool, text: string, origin = 'pools.yaml'): DesiredPool => ({
  ...pool,
  origin,
  declared: text,
});
const glass = (pool: DesiredPool, text: string): DesiredPool =>
  declared(pool, text, breakGlassOrigin('ann', 'local.yaml'));

const PARIS = declared(desiredPool({ counter: 1 }), 'paris');
const AWAY = desiredPool({ counter: 2, primarySite: 'backup' });

describe('what the journal remembers of a pool', () => {
  test('is what its source declared last, not what a person put over it; the counter goes on from both', () => {
    const records = journalled(PARIS, glass(AWAY, 'lyon')).records();
    expect(knownPoolsOf(records).get('chat')).toMatchObject({
      declared: 'paris',
      generation: { counter: 1 },
    });
    expect(generationsOf(records).get('chat')?.counter).toBe(2);
  });

  test('is the source again once it declares the same as the break-glass: the pool does not move back at a restart', () => {
    const records = journalled(PARIS, glass(AWAY, 'lyon'), declared(AWAY, 'lyon')).records();
    expect(knownPoolsOf(records).get('chat')).toMatchObject({ declared: 'lyon', generation: { counter: 2 } });
  });

  test('is written once for as long as nothing changes', () => {
    expect(journalled(PARIS, PARIS, PARIS).records()).toHaveLength(1);
  });

  test('follows the file to which the pool was moved', () => {
    const records = journalled(PARIS, declared(PARIS, 'paris', 'other.yaml')).records();
    expect(knownPoolsOf(records).get('chat')?.origin).toBe('other.yaml');
  });

  test('ends with its removal and begins again when it comes back', async () => {
    const journal = journalled(PARIS);
    expect(declaredNamesOf(journal.records())).toEqual(['chat']);
    await journal.append({ kind: 'removed', pool: 'chat' });
    expect(declaredNamesOf(journal.records())).toEqual([]);
    new PoolRecord(journal, new RoundLog(silentLog)).generation(PARIS);
    expect(declaredNamesOf(journal.records())).toEqual(['chat']);
  });
});
