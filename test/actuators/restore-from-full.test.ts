/** Right before it is overwritten, the backup copy must still be the unusable one that was seen. */
import { expect, test } from 'vitest';
import type { CopyNow } from '../../src/actuators/copy-now.ts';
import { isAsSeen } from '../../src/actuators/restore-from-full.ts';
import * as world from '../support/facts.ts';

const SEEN = world.restoringDatabase({ positionLsn: '34000000001000001', lastRestore: null });
const NOW: CopyNow = {
  serverName: 'SQL-LYO-1',
  state: 'RESTORING',
  access: null,
  role: null,
  mirroringState: null,
  witness: null,
  familyGuid: null,
  redoLsn: '34000000001000001',
  redoFork: null,
  nextLogLsn: null,
  recoveryFork: null,
  forkPointLsn: null,
  restored: null,
};
const restored = { type: 'D', lastLsn: '34000000001000001', fork: null, familyGuid: null };

test('a copy that nobody has touched since is the one that was seen', () => {
  expect(isAsSeen(NOW, SEEN)).toBe(true);
  expect(isAsSeen({ ...NOW, state: 'ABSENT' }, undefined)).toBe(true);
});

test.each([
  ['mirrored', { role: 'MIRROR' }],
  ['open', { state: 'ONLINE' }],
  ['in standby', { state: 'STANDBY' }],
  ['rolled forward', { redoLsn: '34000000002000001' }],
  ['restored to the end', { restored }],
  ['dropped', { state: 'ABSENT' }],
] as const)('a copy that is %s by now is not', (_, change) => {
  expect(isAsSeen({ ...NOW, ...change }, SEEN)).toBe(false);
});

test('nor is one that was absent and is there, nor one of whose restores nothing was known', () => {
  expect(isAsSeen(NOW, undefined)).toBe(false);
  expect(isAsSeen(NOW, { ...SEEN, lastRestore: 'unknown' })).toBe(false);
});
