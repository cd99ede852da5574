import { expect, test } from 'vitest';
import { headerInUtc, type RawHeader } from '../../src/observers/backup-headers.ts';
import { backupHeader } from '../support/facts.ts';

const MINUTE_MS = 60_000;
const FINISHED = '2026-03-02T11:00:00.000Z';
const finishedMs = Date.parse(FINISHED);

/** Of a backup that took a minute, on a server whose clock is two hours ahead of UTC. */
function rawHeader(): RawHeader {
  const finishedLocalMs = finishedMs + 120 * MINUTE_MS;
  return { header: backupHeader(), startedLocalMs: finishedLocalMs - MINUTE_MS, finishedLocalMs };
}

test.each([
  ['the zone of its server', 120, null],
  ['the time of the file, which no zone distorts', undefined, FINISHED],
] as const)('a header tells its instants by %s', (_, zoneMinutes, modifiedAt) => {
  const { startedAt, finishedAt } = headerInUtc(rawHeader(), zoneMinutes, modifiedAt);
  expect(finishedAt).toBe(FINISHED);
  expect(startedAt).toBe(new Date(finishedMs - MINUTE_MS).toISOString());
});

test('a header of a server whose zone nothing tells, of a file without a time, has no instant', () => {
  expect(headerInUtc(rawHeader(), undefined, null)).toMatchObject({ startedAt: null, finishedAt: null });
});
