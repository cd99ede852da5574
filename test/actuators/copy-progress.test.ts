import { expect, test } from 'vitest';
import { bytesOf, CopyProgress } from '../../src/actuators/copy-progress.ts';
import type { BackupFile } from '../../src/topology/pool-facts.ts';
import { logFile } from '../support/facts.ts';

const sized = (number: number, sizeBytes: number | null): BackupFile => ({
  ...logFile(number, number),
  sizeBytes,
});

function copying(files: readonly BackupFile[]) {
  const told: (readonly [string, number])[] = [];
  const clock = { nowMs: 0 };
  const progress = new CopyProgress({
    files,
    monotonicMs: () => clock.nowMs,
    tell: (message, fraction) => told.push([message, fraction]),
  });
  return { progress, told, clock };
}

test('copying is told in files and bytes, under way at most once a second', () => {
  const [one, two] = [sized(1, 1_500_000_000), sized(2, 500_000_000)];
  const { progress, told, clock } = copying([one, two]);
  progress.moved(one, 100_000_000);
  progress.moved(one, 200_000_000);
  clock.nowMs = 1_000;
  progress.moved(one, 1_000_000_000);
  progress.ended(one, true);
  progress.ended(two, true);
  expect(told).toEqual([
    ['copied 0 of 2 log backups, 0.1 of 2.0 GB', 0.05],
    ['copied 0 of 2 log backups, 1.0 of 2.0 GB', 0.5],
    ['copied 1 of 2 log backups, 1.5 of 2.0 GB', 0.75],
    ['copied 2 of 2 log backups, 2.0 of 2.0 GB', 1],
  ]);
});

test('a file that failed is not counted as copied, and the others go on', () => {
  const files = [sized(1, 10), sized(2, 30)] as const;
  const { progress, told } = copying(files);
  progress.moved(files[0], 5);
  progress.ended(files[0], false);
  progress.ended(files[1], true);
  expect(told.map(([message]) => message)).toEqual([
    'copied 0 of 2 log backups, 5 of 40 bytes',
    'copied 0 of 2 log backups, 0 of 40 bytes',
    'copied 1 of 2 log backups, 30 of 40 bytes',
  ]);
});

test('where a listing tells no size only files are counted', () => {
  const files = [sized(1, null), sized(2, 30)] as const;
  const { progress, told } = copying(files);
  progress.moved(files[0], 5);
  progress.ended(files[0], true);
  expect(told).toEqual([
    ['copied 0 of 2 log backups', 0],
    ['copied 1 of 2 log backups', 0.5],
  ]);
});

test('a file that has grown since it was listed does not go beyond the whole', () => {
  const file = sized(1, 10);
  const { progress, told } = copying([file]);
  progress.moved(file, 25);
  expect(told).toEqual([['copied 0 of 1 log backups, 10 of 10 bytes', 1]]);
});

test.each([
  [0, 0, '0 of 0 bytes'],
  [999, 999, '999 of 999 bytes'],
  [0, 1_000, '0.0 of 1.0 kB'],
  [5e8, 2e15, '0.0 of 2000.0 TB'],
])('%d of %d bytes is %s', (done, whole, words) => {
  expect(bytesOf(done, whole)).toBe(words);
});
