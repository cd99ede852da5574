import { describe, expect, test } from 'vitest';
import { keepInMemory } from '../../src/daemon/journal-records.ts';
import { RememberedSight } from '../../src/daemon/remembered-sight.ts';
import type { JournalBody, JournalRecord, LastAnswers } from '../../src/ports/journal.ts';
import { recordWords } from '../../src/story/record-words.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const SHARE = '\\\\fs01\\mgc-logs';
const POOL = desiredPool({ primarySite: 'backup', shareSite: 'home', policy: { maxDataLossMinutes: 60 } });
const FILES = [1, 2, 3, 4].map((n) => world.logFile(n, 90 - 15 * n));

/** One journal; every call of `daemon` is a new life that reads it. */
function journal(): { readonly records: JournalRecord[]; readonly daemon: () => RememberedSight } {
  const records: JournalRecord[] = [];
  const write = (body: JournalBody): void =>
    void records.push({ v: 1, seq: records.length + 1, epoch: 1, at: world.NOW, ...body });
  return { records, daemon: () => new RememberedSight({ records: () => records, write }) };
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
const PAR1 = 'sql-par-1.contoso.com';
const PAR2 = 'sql-par-2.contoso.com';
const SILENT_HOME = {
  clocks: { [PAR1]: world.minutesAgo(11), [PAR2]: world.minutesAgo(11) },
  unansweredSince: { [PAR1]: world.minutesAgo(10.5), [PAR2]: world.minutesAgo(10.5) },
};

/** Home silent as the daemon that saw it fall silent sees it, or one that was started a minute ago; the share is alive. */
const homeSilent = (lastSeen: Partial<NonNullable<PoolFacts['lastSeen']>> = SILENT_HOME): PoolFacts =>
  world.homeLost({ lastSeen: { share: null, clocks: {}, ...lastSeen } });
const toNewDaemon = (overrides: Partial<PoolFacts> = {}): PoolFacts => ({
  ...homeSilent({}),
  instances: { ...world.homeLost().instances, ...world.silentParis(60_000) },
  ...overrides,
});
const loss = (facts: PoolFacts): number | null =>
  decidePool(POOL, facts, [], world.NOW_MS).ledger.lossMinutes;
const answersOf = (records: readonly JournalRecord[]): unknown[] =>
  records.flatMap((record) => (record.kind === 'last-answers' ? [record.answers] : []));

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

test('the newest listing and answers of a pool stay in memory, however old', () => {
  const { records, daemon } = journal();
  daemon().join(POOL.topology, silentShare({ ...SEEN, ...SILENT_HOME }));
  const later = [1, 2, 3].map((after): JournalRecord => ({
    v: 1,
    seq: records.length + after,
    epoch: 1,
    at: world.NOW,
    kind: 'started',
    version: 'test',
  }));
  expect(keepInMemory([...records, ...later], 1).map(({ kind }) => kind)).toEqual([
    'last-answers',
    'last-listing',
    'started',
  ]);
});

describe('of a home that fell silent while an earlier daemon ran', () => {
  test('what is lost is no more after a restart', () => {
    const { daemon } = journal();
    const before = loss(daemon().join(POOL.topology, homeSilent()));
    expect(before).toBe(19);
    expect(loss(toNewDaemon())).toBe(29);
    expect(loss(daemon().join(POOL.topology, toNewDaemon()))).toBe(before);
  });

  test('what was seen last is written once, and struck out when it answers', () => {
    const { records, daemon } = journal();
    const one = daemon();
    for (const facts of [world.facts(), homeSilent(), homeSilent(), world.facts(), world.facts()])
      one.join(POOL.topology, facts);
    expect(answersOf(records)).toEqual([SILENT_HOME, { clocks: {} }]);
    expect(loss(daemon().join(POOL.topology, toNewDaemon()))).toBe(29);
  });

  test('one look in vain is no silence yet', () => {
    const { records, daemon } = journal();
    const facts = homeSilent();
    const once = { ...world.notSeen<never>(PAR1, 5_000), askedOnce: true };
    daemon().join(POOL.topology, {
      ...facts,
      instances: { ...facts.instances, [PAR1]: once },
    });
    expect(JSON.stringify(answersOf(records))).not.toContain(PAR1);
    expect(JSON.stringify(answersOf(records))).toContain(PAR2);
  });

  test('nothing is taken from before while the share, where its log backups would tell of life in between, is silent; later it is', () => {
    const { daemon } = journal();
    daemon().join(POOL.topology, homeSilent());
    const next = daemon();
    const unlisted = toNewDaemon({ share: world.notSeen(SHARE, 60_000, 'PCO_SHARE_UNREADABLE') });
    expect(next.join(POOL.topology, unlisted).lastSeen?.clocks).toEqual({});
    expect(next.join(POOL.topology, toNewDaemon()).lastSeen).toMatchObject(SILENT_HOME);
  });

  test('a refused login to the new daemon is a sign of life that ends what was known', () => {
    const { daemon } = journal();
    daemon().join(POOL.topology, homeSilent());
    const next = daemon();
    const facts = toNewDaemon();
    const refused = world.notSeen<never>(PAR1, 0, 'PCO_LOGIN_FAILED');
    next.join(POOL.topology, { ...facts, instances: { ...facts.instances, [PAR1]: refused } });
    const silentAgain = next.join(POOL.topology, facts);
    expect(Object.keys(silentAgain.lastSeen?.clocks ?? {})).toEqual([PAR2]);
    expect(loss(silentAgain)).toBe(29);
  });

  test('a log backup that was begun in between tells that it lived on', () => {
    const { daemon } = journal();
    daemon().join(POOL.topology, homeSilent());
    const files = [75, 60, 45, 30, 5].map((ago, index) => world.logFile(index + 1, ago));
    const facts = toNewDaemon({ share: world.folder(SHARE, files) });
    expect(loss(daemon().join(POOL.topology, facts))).toBe(15);
  });

  test('when it was last seen with its mirror in step goes along', () => {
    const { daemon } = journal();
    const synchronized = { [PAR1]: world.minutesAgo(11) };
    daemon().join(POOL.topology, homeSilent({ ...SILENT_HOME, synchronized }));
    expect(daemon().join(POOL.topology, toNewDaemon()).lastSeen).toEqual({
      share: null,
      ...SILENT_HOME,
      synchronized,
    });
  });
});

test('the history tells who fell silent, whose copy closed, and that all have answered', () => {
  const words = (answers: LastAnswers): string =>
    recordWords({ v: 1, seq: 1, epoch: 1, at: world.NOW, kind: 'last-answers', pool: 'chat', answers });
  expect(words({ clocks: { [PAR1]: world.NOW }, unusableSince: { [PAR2]: world.NOW } })).toBe(
    `${PAR1} answered last at ${world.NOW}; the chat database of ${PAR2} is closed since ${world.NOW}`,
  );
  expect(words({ clocks: {} })).toBe('every instance that was silent has answered');
});

test('since when a copy cannot be read is what the daemon said that saw it first, for as long as it cannot', () => {
  const { daemon } = journal();
  const since = (minutes?: number): PoolFacts =>
    world.facts({
      lastSeen: {
        share: null,
        clocks: {},
        ...(minutes === undefined ? {} : { unusableSince: { [PAR1]: world.minutesAgo(minutes) } }),
      },
    });
  daemon().join(POOL.topology, since(30));
  const next = daemon();
  expect(next.join(POOL.topology, since(2)).lastSeen?.unusableSince).toEqual({
    [PAR1]: world.minutesAgo(30),
  });
  next.join(POOL.topology, since());
  expect(next.join(POOL.topology, since(1)).lastSeen?.unusableSince).toEqual({ [PAR1]: world.minutesAgo(1) });
});
