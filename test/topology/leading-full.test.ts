/** Which full backup brings an unusable copy back furthest, and when none is chosen. */
import { expect, test } from 'vitest';
import { leadingFull } from '../../src/topology/leading-full.ts';
import type { BackupFile, BackupHeader } from '../../src/topology/pool-facts.ts';
import * as world from '../support/facts.ts';

const at = (mark: number): string => (BigInt(world.LINE_LSN) + BigInt(mark) * 100_000n).toString();

const file = (name: string, from: number, to: number, more: Partial<BackupHeader> = {}): BackupFile => ({
  name,
  sizeBytes: 1,
  modifiedAt: null,
  headerProblem: null,
  header: world.backupHeader({
    type: name.endsWith('.bak') ? 'full' : 'log',
    databaseName: 'mgc',
    firstLsn: at(from),
    lastLsn: at(to),
    firstForkGuid: world.FORK_1,
    lastForkGuid: world.FORK_1,
    forkPointLsn: null,
    finishedAt: world.minutesAgo(60 - to),
    ...more,
  }),
});

const chosen = (
  share: readonly BackupFile[],
  copied: readonly BackupFile[] = [],
  lineage?: string,
): string => {
  const choice = leadingFull('mgc', share, copied, lineage);
  return choice.kind === 'leads' ? [choice.name, ...choice.chain.applicable].join() : choice.kind;
};

const OLD = file('old.bak', 0, 10);
const NEW = file('new.bak', 20, 30);
const LOG = file('a.trn', 5, 20);

test('the full backup that reaches furthest with the log backups behind it is chosen, of two equal ones the newer', () => {
  expect(chosen([OLD, NEW])).toBe('new.bak');
  // A log backup is missing in front of the one that follows the newer full backup.
  expect(chosen([OLD, NEW, LOG, file('b.trn', 20, 40)])).toBe('new.bak,b.trn');
  expect(chosen([OLD, NEW, file('c.trn', 5, 40)])).toBe('new.bak,c.trn');
  expect(chosen([OLD, file('gap.bak', 45, 46, { damaged: true }), LOG])).toBe('old.bak,a.trn');
});

test('log backups count from both folders, full backups from the share alone', () => {
  expect(chosen([OLD], [LOG])).toBe('old.bak,a.trn');
  expect(chosen([LOG], [OLD])).toBe('none');
});

test('nothing is chosen from backups of two databases, nor for a copy of another lineage', () => {
  const foreign = file('rebuilt.bak', 50, 55, { familyGuid: world.FORK_2 });
  expect(chosen([OLD, foreign])).toBe('unclear');
  expect(chosen([OLD], [], world.FORK_2)).toBe('none');
  expect(chosen([OLD], [], world.FAMILY)).toBe('old.bak');
});

test('nothing is chosen while another branch of the log was written later, or nobody can tell when', () => {
  const branch = { firstForkGuid: world.FORK_2, lastForkGuid: world.FORK_2 };
  expect(chosen([NEW, file('branch.bak', 11, 12, { ...branch, finishedAt: world.minutesAgo(1) })])).toBe(
    'unclear',
  );
  expect(chosen([NEW, file('branch.bak', 11, 12, { ...branch, finishedAt: null })])).toBe('unclear');
  expect(chosen([NEW, file('branch.bak', 11, 12, branch)])).toBe('new.bak');
});

test('a file that nobody has read may lead further, so nothing is chosen yet; one that is no backup does not count', () => {
  const unread: BackupFile = { ...NEW, header: 'unknown', headerProblem: null };
  expect(chosen([OLD, unread])).toBe('unclear');
  expect(chosen([OLD, { ...unread, headerProblem: 'the file holds no backup set' }])).toBe('old.bak');
});

test('backups of other databases in the same folder do not count', () => {
  expect(chosen([OLD, file('x.bak', 50, 55, { databaseName: 'mgccomp', familyGuid: world.FORK_2 })])).toBe(
    'old.bak',
  );
});
