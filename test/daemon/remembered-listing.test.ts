import { expect, test } from 'vitest';
import { keepInMemory } from '../../src/daemon/journal-records.ts';
import { RememberedListing } from '../../src/daemon/remembered-listing.ts';
import type { JournalBody, JournalRecord } from '../../src/ports/journal.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const SHARE = '\\\\fs01\\mgc-logs';
const POOL = desiredPool({ primarySite: 'backup', shareSite: 'home', policy: { maxDataLossMinutes: 60 } });
const FILES = [1, 2, 3, 4].map((n) => world.logFile(n, 90 - 15 * n));

/** One journal; every call of `daemon` is a new life that reads it. */
function journal(): { readonly records: JournalRecord[]; readonly daemon: () => RememberedListing } {
  const records: JournalRecord[] = [];
  const write = (body: JournalBody): void =>
    void records.push({ v: 1, seq: records.length + 1, epoch: 1, at: world.NOW, ...body });
  return { records, daemon: () => new RememberedListing({ records: () => records, write }) };
}

const silentShare = (lastSeen: PoolFacts['lastSeen']): PoolFacts => ({
  ...world.homeLost(),
  share: world.notSeen(SHARE, 600_000, 'PCO_SHARE_UNREADABLE'),
  lastSeen,
});
const NEVER_SEEN = { share: null, clocks: {} };
const SEEN = {
  share: { folder: { path: SHARE, files: FILES, unfinished: [] }, at: world.minutesAgo(11) },
  clocks: {},
};
const namedFiles = (facts: PoolFacts): (string | null)[] =>
  decidePool(POOL, facts, [], world.NOW_MS)
    .ledger.lines.filter(({ kind }) => kind === 'unreachable-file')
    .map(({ file }) => file);

test('a daemon that began after the loss names the files that an earlier one saw', () => {
  const { daemon } = journal();
  expect(namedFiles(daemon().join(POOL.topology, silentShare(NEVER_SEEN)))).not.toContain('mgc_0003.trn');
  daemon().join(POOL.topology, silentShare(SEEN));
  const joined = daemon().join(POOL.topology, silentShare(NEVER_SEEN));
  expect(namedFiles(joined)).toEqual(['mgc_0003.trn', 'mgc_0004.trn']);
});

test('what is copied already is not written down, and one silence is written once', () => {
  const { records, daemon } = journal();
  const one = daemon();
  for (const facts of [world.homeLost(), silentShare(SEEN), silentShare(SEEN)])
    one.join(POOL.topology, facts);
  expect(records.map((record) => record.kind === 'last-listing' && record.listing.folder.files)).toEqual([
    FILES.slice(2),
  ]);
});

test('neither a share that answers nor another share is told by what was remembered', () => {
  const { daemon } = journal();
  daemon().join(POOL.topology, silentShare(SEEN));
  const answering = world.homeLost();
  expect(daemon().join(POOL.topology, answering)).toBe(answering);
  const { topology } = POOL;
  const moved = { ...topology, logShipping: { ...topology.logShipping, share: '\\\\fs09\\logs' } };
  expect(daemon().join(moved, silentShare(NEVER_SEEN)).lastSeen?.share).toBeNull();
});

test('the newest listing of a pool stays in memory, however old', () => {
  const { records, daemon } = journal();
  daemon().join(POOL.topology, silentShare(SEEN));
  const later = [2, 3, 4].map((seq): JournalRecord => ({
    v: 1,
    seq,
    epoch: 1,
    at: world.NOW,
    kind: 'started',
    version: 'test',
  }));
  expect(keepInMemory([...records, ...later], 1).map(({ kind }) => kind)).toEqual([
    'last-listing',
    'started',
  ]);
});
