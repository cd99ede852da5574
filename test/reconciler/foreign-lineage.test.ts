/** Home is lost, and the log backups on the share say that the backup copy is of another database than the one that home served. */
import { expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { decidePool, type PoolDecision } from '../../src/reconciler/decide-pool.ts';
import type { BackupFile } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const POOL = desiredPool({ primarySite: 'backup' });
const foreign = (nth: number, minutes: number): BackupFile =>
  world.logFile(nth, minutes, { familyGuid: world.OTHER_FAMILY });

const lostWith = (files: readonly BackupFile[], decisions: readonly Decision[] = []): PoolDecision =>
  decidePool(
    POOL,
    world.homeLost({
      share: world.folder('\\\\fs01\\mgc-logs', files),
      copyFolder: world.folder('D:\\LSCopy', []),
    }),
    decisions,
    world.NOW_MS,
  );

test('a backup copy of another lineage than the newest log backups is not recovered', () => {
  const { plan, reduction } = lostWith([foreign(1, 10), foreign(2, 5)]);
  expect(reduction.vector.current).toBe('none');
  expect(plan.kind).toBe('blocked');
  expect(plan.kind === 'blocked' && plan.obstacles.map(({ wayOut }) => wayOut)).toEqual([
    expect.stringContaining('pchat decide chat --keep lyon'),
  ]);
});

test('a person may name such a copy as the one to keep', () => {
  const keep: Decision = {
    decision: 'keep',
    site: 'backup',
    pool: 'chat',
    by: 'ann',
    reason: 'all that is left',
    expiresAt: null,
    generation: POOL.generation,
  };
  const { plan, reduction } = lostWith([foreign(1, 10), foreign(2, 5)], [keep]);
  expect([reduction.vector.current, plan.kind]).toEqual(['backup', 'steps']);
});

test('a log backup of another lineage that tells no instant counts as new', () => {
  const unknown = world.logFile(1, 600, {
    familyGuid: world.OTHER_FAMILY,
    startedAt: null,
    finishedAt: null,
  });
  expect(lostWith([unknown]).reduction.vector.current).toBe('none');
});

test('log backups of another database in the same folder say nothing of the chat database', () => {
  const compliance = world.logFile(1, 5, { familyGuid: world.OTHER_FAMILY, databaseName: 'mgccomp' });
  expect(lostWith([compliance]).reduction.vector.current).toBe('backup');
});

test.each([
  ['older than what it restored last', [foreign(1, 600)]],
  ['followed by one of its own lineage', [foreign(1, 10), world.logFile(1, 5)]],
])('log backups of another lineage that are %s do not count', (_, files) => {
  expect(lostWith(files).reduction.vector.current).toBe('backup');
});

test('where home serves another database, the fenced backup copy may still be named as the one to keep', () => {
  const served = {
    ...world.newlyBuiltParis(),
    content: world.content({ messages: 0, newest: null, heartbeats: world.beats('par') }),
  };
  const tail = world.logFile(1, 1, { tail: true });
  const facts = world.homeRebuilt({
    instances: {
      ...world.homeRebuilt().instances,
      ...world.singlePair('par', served),
      ...world.singlePair('lyo', world.restoringDatabase()),
    },
    quarantine: { ...world.facts().quarantine, backup: world.folder('\\\\fs-lyo\\quarantine', [tail]) },
  });
  const { plan, reduction } = decidePool(POOL, facts, [], world.NOW_MS);
  const { current, 'home.holds': home, 'backup.holds': backup } = reduction.vector;
  expect({ current, home, backup }).toEqual({ current: 'diverged-home', home: 'unsaved', backup: 'saved' });
  expect(plan.kind === 'blocked' && plan.obstacles.map(({ wayOut }) => wayOut)).toEqual([
    expect.stringContaining('pchat decide chat --keep lyon'),
  ]);
});
