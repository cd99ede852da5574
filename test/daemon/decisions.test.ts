import { describe, expect, test } from 'vitest';
import { standingDecisions, toDecision } from '../../src/daemon/decisions.ts';
import { keepInMemory } from '../../src/daemon/journal-records.ts';
import type { JournalBody, JournalRecord } from '../../src/ports/journal.ts';
import { desiredPool } from '../support/desired-pool.ts';

const AT = '2026-11-23T12:00:00.000Z';
const journal = (...bodies: readonly JournalBody[]): JournalRecord[] =>
  bodies.map((body, index) => ({ v: 1, seq: index + 1, epoch: 1, at: AT, ...body }));
const attest: JournalBody = {
  kind: 'decision',
  decision: 'attest-down',
  pool: 'chat',
  by: 'ann',
  reason: 'it burns',
  expiresAt: null,
  site: 'home',
};
const verdict = (of: string, pool = 'chat', site: 'home' | 'backup' = 'home'): JournalBody => ({
  kind: 'evidence',
  pool,
  site,
  verdict: of,
  signs: [],
});
const standing = (records: readonly JournalRecord[]): string[] =>
  standingDecisions(records, 'chat').map(({ decision }) => decision);

test.each([
  ['alive', []],
  ['partitioned', []],
  ['degraded', []],
  ['unknown', ['attest-down']],
  ['down', ['attest-down']],
])('an attestation after which the site was %s once', (of, left) => {
  expect(standing(journal(verdict('down'), attest, verdict(of), verdict('unknown')))).toEqual(left);
});

test('a sign of life before the attestation, of another pool or of the other site voids nothing', () => {
  const records = journal(
    verdict('alive'),
    attest,
    verdict('alive', 'other'),
    verdict('alive', 'chat', 'backup'),
  );
  expect(standing(records)).toEqual(['attest-down']);
});

test('a sign of life is remembered as long as the attestation that it voids', () => {
  const records = journal(attest, verdict('alive'), ...Array.from({ length: 50 }, () => verdict('unknown')));
  expect(standing(keepInMemory(records, 5))).toEqual([]);
});

test('an attestation without an end is refused', () => {
  const request = { pool: 'chat', by: 'ann', reason: 'it burns', expiresAt: null } as const;
  const present = { generation: { counter: 1, hash: 'a' }, plan: null, ledger: null };
  expect(() => toDecision({ ...request, decision: 'attest-down', site: 'home' }, present)).toThrow(
    'needs an end',
  );
});

describe('an attestation about one instance', () => {
  const { topology, generation } = desiredPool();
  const about = (instance: string) =>
    toDecision(
      {
        pool: topology.name,
        by: 'ann',
        reason: 'it burns',
        expiresAt: '2026-11-24T12:00:00.000Z',
        decision: 'attest-down',
        site: 'home',
        instance,
      },
      { generation, topology, plan: null, ledger: null },
    );

  test('counts for the instance as the desired state spells it', () => {
    const { primary } = topology.sites.home.chat;
    expect(about(primary.toUpperCase())).toMatchObject({ instance: primary });
  });

  test('is refused where the attested datacenter has no such instance', () => {
    expect(() => about('sql-par-9')).toThrow('no instance sql-par-9 in');
    expect(() => about(topology.sites.backup.chat.primary)).toThrow('has no instance');
  });
});
