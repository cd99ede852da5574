/** While backup serves, what a returned home wrote to the share beside it is named, file by file. */
import { expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { BackupFile } from '../../src/topology/pool-facts.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

/** Backup left home's branch where the fourth log backup ends. */
const savedOf = (...files: readonly BackupFile[]): readonly (string | null)[] => {
  const facts = world.failedOver({ share: world.folder('\\\\fs01\\mgc-logs', files) });
  const { lines } = decidePool(desiredPool(), facts, [], world.NOW_MS).reduction.ledger;
  return lines.flatMap(({ kind, file, note }) =>
    kind === 'saved' && note.endsWith('\\\\fs01\\mgc-logs') ? [file] : [],
  );
};

test('a log backup of home that ends after backup went its own way is a saved line', () => {
  expect(savedOf(world.logFile(4, 30), world.logFile(5, 20))).toEqual(['mgc_0005.trn']);
});

test('what backup itself wrote, and what is of another lineage, is none', () => {
  const own = world.logFile(6, 10, { lastForkGuid: world.FORK_2 });
  const foreign = world.logFile(7, 5, { familyGuid: world.OTHER_FAMILY });
  expect(savedOf(own, foreign)).toEqual([]);
});
