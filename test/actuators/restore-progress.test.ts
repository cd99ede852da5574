import { expect, test } from 'vitest';
import { fileProgress, LogRestoreProgress, sizeOnShare } from '../../src/actuators/restore-progress.ts';
import { facts, folder, logFile, notSeen } from '../support/facts.ts';

const sized = (name: string, sizeBytes: number | null) => ({ name, sizeBytes });

test('one file tells bytes where its size is known, and none where it is not', () => {
  expect(fileProgress('RESTORE DATABASE [mgc] FROM a.bak', 2_000_000)(0.25)).toEqual([
    'RESTORE DATABASE [mgc] FROM a.bak, 0.5 of 2.0 MB',
    0.25,
  ]);
  expect(fileProgress('RESTORE', null)(0.25)).toEqual(['RESTORE', 0.25]);
});

test('log backups tell files and bytes, and go on where the last one ended when more of them were copied', () => {
  const [a, b, c] = [sized('a', 1_000), sized('b', 3_000), sized('c', 4_000)];
  const progress = new LogRestoreProgress();
  expect(progress.during([a, b])(0.5)).toEqual(['restored 0 of 2 log backups, 0.5 of 4.0 kB', 0.125]);
  progress.ended(a);
  expect(progress.during([b, c])(0)).toEqual(['restored 1 of 3 log backups, 1.0 of 8.0 kB', 0.125]);
  progress.ended(b);
  expect(progress.during([c])(1)).toEqual(['restored 2 of 3 log backups, 8.0 of 8.0 kB', 1]);
});

test('log backups of which one has no size are told in files', () => {
  const progress = new LogRestoreProgress();
  const left = [sized('a', null), sized('b', 5)];
  expect(progress.during(left)(0.5)).toEqual(['restored 0 of 2 log backups', 0.25]);
  expect(progress.during([sized('empty', 0)])(1)).toEqual(['restored 0 of 1 log backups', 1]);
});

test('the size of a file on the share is unknown where nobody sees the share or the file', () => {
  const file = { ...logFile(1, 5), sizeBytes: 4_711 };
  const seen = facts({ share: folder('share', [file]) });
  expect(sizeOnShare(seen, file.name)).toBe(4_711);
  expect(sizeOnShare(seen, 'none.bak')).toBeNull();
  expect(sizeOnShare(facts({ share: notSeen('share') }), file.name)).toBeNull();
});
