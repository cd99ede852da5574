/** A clock that was set back, or a partner whose clock is behind: one name, two log backups, one on the share and one copied. */
import { expect, test } from 'vitest';
import { missingLogBackups } from '../../src/actuators/choose-files.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { lsn } from '../../src/topology/lsn.ts';
import type { BackupFile } from '../../src/topology/pool-facts.ts';
import { withoutTakenNames } from '../../src/topology/reused-names.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const FIRST = world.logFile(1, 60);
/** Another size too: a cut copy has that as well, and is overwritten. */
const SECOND: BackupFile = { ...world.logFile(2, 45), name: FIRST.name, sizeBytes: 4_096 };
const position = ({ header }: BackupFile, end: 'firstLsn' | 'lastLsn') => {
  if (header === 'unknown') throw new Error('a log backup with a header is wanted');
  return { familyGuid: header.familyGuid, forkGuid: header.lastForkGuid, lsn: lsn(header[end]) };
};
const [SHARE, COPIES] = [
  { path: '\\\\fs01\\mgc-logs', files: [SECOND], unfinished: [] },
  { path: 'D:\\LSCopy', files: [FIRST], unfinished: [] },
];

test('the log under a name that was written again is copied once the copied one is applied', () => {
  expect(missingLogBackups(SHARE, COPIES, position(FIRST, 'lastLsn'))).toEqual([SECOND]);
});

test('a copied log backup that is still to be applied is not overwritten by its namesake', () => {
  expect(missingLogBackups(SHARE, COPIES, position(FIRST, 'firstLsn'))).toEqual([]);
});

test('the copied one is applied first', () => {
  const facts = world.homeLost({
    share: world.folder(SHARE.path, SHARE.files),
    copyFolder: world.folder(COPIES.path, COPIES.files),
  });
  const { reduction } = decidePool(desiredPool({ primarySite: 'backup' }), facts, [], world.NOW_MS);
  const { 'share.uncopied': uncopied, 'copied.unapplied': unapplied } = reduction.vector;
  expect([uncopied, unapplied]).toEqual(['none', 'some']);
});

test('the jobs bring no file whose name they have copied with another content, and any other', () => {
  const third = world.logFile(3, 30);
  expect(withoutTakenNames([FIRST, third], COPIES.files)).toEqual([FIRST, third]);
  expect(withoutTakenNames([SECOND, third], COPIES.files)).toEqual([third]);
});

test('shipping does not follow while the jobs cannot bring the log under a name that they have', () => {
  const third = world.logFile(3, 30);
  const at = FIRST.header === 'unknown' ? 'unknown' : FIRST.header.lastLsn;
  const follows = (...copied: readonly BackupFile[]) => {
    const facts = world.facts({
      share: world.folder(SHARE.path, [SECOND, third]),
      copyFolder: world.folder(COPIES.path, copied),
    });
    const lyon = world.singlePair(
      'lyo',
      world.restoringDatabase({ positionLsn: at }),
      world.secondaryShipping(),
    );
    const seen = { ...facts, instances: { ...facts.instances, ...lyon } };
    return decidePool(desiredPool(), seen, [], world.NOW_MS).reduction.vector['shipping.follows'];
  };
  // Nothing is copied under that name: the copy job takes it.
  expect(follows()).toBe('yes');
  expect(follows(FIRST)).toBe('no');
});
