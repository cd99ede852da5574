/** A log backup whose header no instance has read yet is neither work nor no work: nothing may conclude from it that all is applied. */
import { expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { NOT_OPENED } from '../../src/topology/log-chain.ts';
import type { BackupFile } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const unread = (file: BackupFile): BackupFile => ({
  ...file,
  header: 'unknown',
  headerProblem: 'not read yet',
});
const FILES = [world.logFile(1, 75), world.logFile(2, 60), world.logFile(3, 45)];

const lostWith = (onShare: readonly BackupFile[], copied: readonly BackupFile[] = []) => {
  const facts = world.homeLost({
    share: world.folder('\\\\fs01\\mgc-logs', onShare),
    copyFolder: world.folder('D:\\LSCopy', copied),
  });
  const { plan, reduction } = decidePool(desiredPool({ primarySite: 'backup' }), facts, [], world.NOW_MS);
  return { kind: plan.kind, vector: reduction.vector };
};

test('whether anything is left to copy is unknown while a file of the share is not read', () => {
  const { kind, vector } = lostWith(FILES.map(unread));
  expect([vector['share.uncopied'], kind]).toEqual(['unknown', 'blocked']);
});

test('whether anything is left to apply is unknown while a copied file is not read', () => {
  const { kind, vector } = lostWith(FILES, FILES.map(unread));
  expect([vector['copied.unapplied'], kind]).toEqual(['unknown', 'blocked']);
});

test('a file that was looked at and is no backup holds up nothing: it is a line of the ledger', () => {
  const foreign: BackupFile = { ...world.logFile(1, 75), header: 'unknown', headerProblem: '3241' };
  expect(lostWith([foreign]).vector['share.uncopied']).toBe('none');
});

const unopened = (file: BackupFile): BackupFile => ({
  ...file,
  header: 'unknown',
  headerProblem: NOT_OPENED,
});

test('a file of the share that no instance can open is copied: the copy tells what it is', () => {
  const { kind, vector } = lostWith(FILES.map(unopened));
  expect([vector['share.uncopied'], kind]).toEqual(['some', 'steps']);
});

test('a copied file that no instance can open holds up nothing: it is a line of the ledger', () => {
  const { kind, vector } = lostWith(FILES.map(unopened), FILES.map(unopened));
  expect([vector['share.uncopied'], vector['copied.unapplied'], kind]).toEqual(['none', 'none', 'steps']);
});

test('a log backup that came within the silence and that nobody can read leaves the silence unclear', () => {
  const [old, recent] = [world.logFile(1, 30), world.logFile(2, 1)].map(unopened);
  const verdict = (...files: readonly (BackupFile | undefined)[]): string => {
    const share = world.folder(
      '\\\\fs01\\mgc-logs',
      files.filter((file) => file !== undefined),
    );
    const pool = desiredPool({ primarySite: 'backup' });
    return decidePool(pool, world.homeLost({ share }), [], world.NOW_MS).reduction.evidence.home.verdict;
  };
  expect([verdict(old), verdict(old, recent)]).toEqual(['down', 'unknown']);
});

test('known work is done before the rest is read', () => {
  const [first, ...rest] = FILES;
  const { kind, vector } = lostWith(first === undefined ? [] : [first, ...rest.map(unread)]);
  expect([vector['share.uncopied'], kind]).toEqual(['some', 'steps']);
});
