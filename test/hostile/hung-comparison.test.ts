/** The second request of a round hangs: both copies are seen, and the one that is asked for the other's newest message is silent. */
import { expect, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { compareCopies, type ReadableCopy } from '../../src/observers/compare-copies.ts';
import { SourceMemory } from '../../src/observers/source-memory.ts';
import { Turns } from '../../src/observers/turns.ts';
import { never, SQL1, world } from '../connections/driver-world.ts';
import * as facts from '../support/facts.ts';

const DEADLINE_MS = 150;

test('a comparison that hangs is unknown for lateness, not for having been cancelled', async () => {
  await using w = await world({ answer: () => undefined });
  const copy: ReadableCopy = {
    instance: SQL1,
    familyGuid: facts.FAMILY,
    forkGuid: facts.FORK_1,
    content: facts.content(),
    atMs: 0,
  };
  const ports = { sql: w.instances, clock: hostClock, turns: new Turns(), held: new Set<string>() };
  const memory = new SourceMemory(hostClock);
  const sighting = await memory.look('comparison', 5_000, never, () =>
    compareCopies(ports, 'mgc', copy, { ...copy, forkGuid: facts.FORK_2 }, DEADLINE_MS),
  );
  expect(memory.observed(sighting)).toMatchObject({ kind: 'unknown', code: 'PCO_INSTANCE_TIMEOUT' });
});
