/** Until when an instance lived, and since when a copy that nobody can read has been so: the instants bound what is lost with it. */
import { describe, expect, test } from 'vitest';
import { LastSeenMemory } from '../../src/observers/last-seen.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { DatabaseState, InstanceFacts, LastSeen } from '../../src/topology/pool-facts.ts';
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
    const monotonicMs = second * SECOND_MS;
    memory.noteInstance(PAR1, at(state), 'mgc', { wallMs: world.NOW_MS + monotonicMs, monotonicMs });
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

describe('an instance that answers no more', () => {
  const refused = new PoolError('PCO_LOGIN_FAILED', '18456');
  const gone = new PoolError('PCO_INSTANCE_TIMEOUT', 'no answer');
  const ours = new PoolError('PCO_CANCELLED', 'the round was cancelled');
  /** One look a second after it answered at second 0, its clock five seconds ahead; what the last tells. */
  function lastSeen(...looks: readonly PoolError[]): LastSeen {
    const memory = new LastSeenMemory();
    const observed = world.facts().instances[PAR1];
    if (observed?.kind !== 'value') throw new Error('home is not seen');
    memory.noteInstance(PAR1, { ...observed.value, clockOffsetMs: 5_000 }, 'mgc', {
      wallMs: world.NOW_MS,
      monotonicMs: 40,
    });
    looks.forEach((error, index) => {
      memory.noteUnread(PAR1, error, 40 + (index + 1) * SECOND_MS);
    });
    const error = looks.at(-1) ?? gone;
    const folder = { path: 'x', files: [], unfinished: [] };
    const share = { kind: 'value', value: folder, source: 'x', atMs: 0 } as const;
    return memory.of({ share: 'x', database: 'mgc' }, share, [
      [PAR1, { kind: 'unknown', source: PAR1, error }],
    ]);
  }

  test('lived at its last answer, and is silent since the first look without one, by its own clock', () => {
    expect(lastSeen(gone, gone)).toMatchObject({
      clocks: { [PAR1]: second(5) },
      unansweredSince: { [PAR1]: second(6) },
    });
  });

  test('lives while it refuses, and is silent only after that', () => {
    const { clocks, unansweredSince } = lastSeen(gone, refused);
    expect([clocks, unansweredSince]).toEqual([{ [PAR1]: second(7) }, undefined]);
    expect(lastSeen(gone, refused, gone)).toMatchObject({
      clocks: { [PAR1]: second(7) },
      unansweredSince: { [PAR1]: second(8) },
    });
  });

  test('is not silent because a look was broken off by us', () => {
    expect(lastSeen(ours).unansweredSince).toBeUndefined();
    expect(lastSeen(gone, ours).unansweredSince).toEqual({ [PAR1]: second(6) });
  });
});
