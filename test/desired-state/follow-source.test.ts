import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { SourceFile } from '../../src/desired-state/accept-files.ts';
import { followSource } from '../../src/desired-state/follow-source.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../desired-state.example.yaml'), 'utf8');
const FILES: readonly SourceFile[] = [
  { name: 'pools.yaml', content: { kind: 'text', text: example }, revision: null },
];

test('a read that hangs is out of reach in time, is not begun again, and counts once it comes back', async () => {
  const clock = new SimulatedClock(0);
  const hang = Promise.withResolvers<readonly SourceFile[]>();
  let reads = 0;
  const reader = {
    name: 'pools.yaml',
    read: () => {
      reads += 1;
      return reads === 2 ? hang.promise : Promise.resolve(FILES);
    },
    watch: () => undefined,
  };
  const stop = new AbortController();
  const source = followSource(reader, { clock, rereadMs: 1_000, readDeadlineMs: 5_000 });
  const told: DesiredEvent[] = [];
  const followed = (async () => {
    for await (const event of source.watch(stop.signal)) told.push(event);
  })();
  const kinds = (): readonly string[] => told.map(({ kind }) => kind);

  expect(await clock.run(() => told.length === 2, 60_000)).toBe(true);
  expect(kinds()).toEqual(['accepted', 'unreachable']);
  expect(told[1]?.findings).toEqual(['pools.yaml was not read within 5000 ms']);
  expect(told[1]?.pools).toEqual(told[0]?.pools);
  await clock.run(() => false, 60_000);
  expect(reads).toBe(2);

  hang.resolve(FILES);
  expect(await clock.run(() => told.length === 3, 60_000)).toBe(true);
  expect(kinds()).toEqual(['accepted', 'unreachable', 'accepted']);
  stop.abort();
  await clock.run(() => false, 10_000);
  await followed;
});
