/** When files of the branch that home left lead the backup copy to where home left it. */
import { expect, test } from 'vitest';
import { leadsToHome } from '../../src/actuators/catch-up.ts';
import type { BackupFile, DatabaseFacts } from '../../src/topology/pool-facts.ts';
import * as world from '../support/facts.ts';

/** End of the nth log backup behind the copy's position, as logFile makes them. */
const endOf = (nth: number): string => (BigInt(world.LINE_LSN) + BigInt(nth) * 1_000_000n).toString();
const homeFrom = (forkPointLsn: string, more: Partial<DatabaseFacts> = {}): DatabaseFacts =>
  world.databaseFacts({ firstForkGuid: world.FORK_1, forkGuid: world.FORK_2, forkPointLsn, ...more });
const withShare = (...files: readonly BackupFile[]) =>
  world.facts({ share: world.folder('\\\\fs01\\mgc-logs', files), copyFolder: world.folder('D:\\LSCopy') });

const last = world.logFile(1, 10);
const tail = world.logFile(2, 5, { tail: true });
const copy = world.restoringDatabase();

test('a log backup and the tail behind it lead to the point where home began its own branch', () => {
  expect(leadsToHome(withShare(last, tail), homeFrom(endOf(2)), copy)).toBe(true);
});

test.each<readonly [string, boolean]>([
  ['a gap before the tail', leadsToHome(withShare(tail), homeFrom(endOf(2)), copy)],
  ['nothing in reach', leadsToHome(withShare(), homeFrom(endOf(2)), copy)],
  ['files that lead past it', leadsToHome(withShare(last, tail), homeFrom(endOf(1)), copy)],
  [
    'a share out of sight',
    leadsToHome(world.facts({ share: world.notSeen('share') }), homeFrom(endOf(2)), copy),
  ],
  [
    'a home of another lineage',
    leadsToHome(withShare(last, tail), homeFrom(endOf(2), { familyGuid: world.OTHER_FAMILY }), copy),
  ],
  [
    'a home still on the branch of the copy',
    leadsToHome(withShare(last, tail), homeFrom(endOf(2), { forkGuid: world.FORK_1 }), copy),
  ],
  ['a copy that is open', leadsToHome(withShare(last, tail), homeFrom(endOf(2)), world.databaseFacts())],
  [
    'a copy that is a mirror',
    leadsToHome(withShare(last, tail), homeFrom(endOf(2)), {
      ...copy,
      mirroring: world.mirroring('lyo', { role: 'MIRROR' }),
    }),
  ],
  ['no copy at all', leadsToHome(withShare(last, tail), homeFrom(endOf(2)), undefined)],
])('%s is no way for it', (_, leads) => {
  expect(leads).toBe(false);
});
