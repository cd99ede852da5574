import { describe, expect, test } from 'vitest';
import { trafficOf, trafficWords } from '../../web/src/model/traffic.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import {
  chatSessions,
  content,
  databaseFacts,
  facts,
  homeLost,
  mirroredPair,
  NOW_MS,
} from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const newest = (at: string | null) =>
  content({ newest: at === null ? null : { channelId: 'a', chatId: 'b', chatDate: '1', at } });
const of = (seen: PoolFacts, site: 'home' | 'backup' = 'home') =>
  trafficOf({ ...observed(seen), facts: seen }, site);

function home(database: Parameters<typeof databaseFacts>[0], clockOffsetMs = 0): PoolFacts {
  const seen = facts();
  const pair = mirroredPair('par', databaseFacts(database));
  const first = pair['sql-par-1.contoso.com'];
  if (first?.kind !== 'value') throw new Error('the principal was expected to answer');
  const principal = { ...first, ageMs: 0, value: { ...first.value, clockOffsetMs } };
  return { ...seen, instances: { ...seen.instances, ...pair, 'sql-par-1.contoso.com': principal } };
}

describe('the traffic of a site', () => {
  test('counts sessions of the open copy, and the age of its newest message by the clock of the instance', () => {
    const at = new Date(NOW_MS + 60_000 - 8_000).toISOString();
    const seen = home({ sessions: chatSessions('par'), content: newest(at) }, 60_000);
    const status = { ...observed(seen), observedAt: new Date(NOW_MS).toISOString(), facts: seen };
    expect(trafficOf(status, 'home')).toEqual({ sessions: 4, messageAgeMs: 8_000 });
  });

  test('has no age where there is no message or the table was not read', () => {
    expect(of(home({ sessions: [], content: newest(null) }))).toEqual({ sessions: 0, messageAgeMs: null });
    expect(of(home({ sessions: [], content: 'unknown' }))?.messageAgeMs).toBeNull();
  });

  test('is none where no copy is open, nobody answers, or sessions are not seen', () => {
    expect(of(facts(), 'backup')).toBeNull();
    expect(of(homeLost())).toBeNull();
    expect(of(home({ sessions: 'unknown' }))).toBeNull();
  });

  test('is told in words that grow older with the look', () => {
    expect([
      trafficWords({ sessions: 1, messageAgeMs: 8_000 }, 2_000),
      trafficWords({ sessions: 4, messageAgeMs: null }, 2_000),
    ]).toEqual(['1 session, last message 10 s ago', '4 sessions']);
  });
});
