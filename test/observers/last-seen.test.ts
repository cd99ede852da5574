/** Since when a copy that nobody can read has been so: the instant bounds what is lost with it. */
import { expect, test } from 'vitest';
import { LastSeenMemory } from '../../src/observers/last-seen.ts';
import type { DatabaseState, InstanceFacts } from '../../src/topology/pool-facts.ts';
import * as world from '../support/facts.ts';

const PAR1 = 'sql-par-1.contoso.com';
const SECOND_MS = 1_000;

/** Looked at once a second; what is told of the instance after the last look. */
function since(...states: readonly DatabaseState[]): string | undefined {
  const memory = new LastSeenMemory();
  const observed = world.facts().instances[PAR1];
  if (observed?.kind !== 'value') throw new Error('home is not seen');
  const at = (state: DatabaseState): InstanceFacts => ({
    ...observed.value,
    clockOffsetMs: 0,
    databases: { mgc: world.databaseFacts({ state }) },
  });
  states.forEach((state, second) => {
    memory.noteInstance(PAR1, at(state), 'mgc', world.NOW_MS + second * SECOND_MS);
  });
  const look = { kind: 'value', value: observed.value, source: PAR1, atMs: 0 } as const;
  const folder = { path: 'x', files: [], unfinished: [] };
  const share = { kind: 'value', value: folder, source: 'x', atMs: 0 } as const;
  return memory.of({ share: 'x', database: 'mgc' }, share, [[PAR1, look]]).unusableSince?.[PAR1];
}
const second = (count: number): string => new Date(world.NOW_MS + count * SECOND_MS).toISOString();

test.each(['SUSPECT', 'RECOVERY_PENDING', 'EMERGENCY', 'OFFLINE'] as const)(
  'a copy that was open and is %s counts from the first look that saw it so',
  (state) => {
    expect(since('ONLINE', state, state)).toBe(second(1));
  },
);

test('a damaged copy that is put OFFLINE was last written before it was damaged', () => {
  expect(since('ONLINE', 'SUSPECT', 'OFFLINE')).toBe(second(1));
});

test('a copy that was open in between may have been written until it closed again', () => {
  expect(since('SUSPECT', 'ONLINE', 'SUSPECT')).toBe(second(2));
  expect(since('SUSPECT', 'ONLINE')).toBeUndefined();
});
