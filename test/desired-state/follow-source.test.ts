import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { SourceFile } from '../../src/desired-state/accept-files.ts';
import { followSource } from '../../src/desired-state/follow-source.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
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

/** Follows a source whose reads take so long; when each of them began. */
function timedReads(tookMs: number, random?: SeededRandom) {
  const clock = new SimulatedClock(0);
  const stop = new AbortController();
  const began: number[] = [];
  let running = 0;
  let most = 0;
  const reader = {
    name: 'pools.yaml',
    read: async (signal: AbortSignal) => {
      began.push(clock.now());
      most = Math.max(most, (running += 1));
      await clock.sleep(tookMs, signal);
      running -= 1;
      return FILES;
    },
    watch: () => undefined,
  };
  const source = followSource(reader, { clock, rereadMs: 30_000, debounceMs: 50, random });
  const followed = (async () => {
    for await (const event of source.watch(stop.signal)) expect(event.kind).toBe('accepted');
  })();
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.run(() => false, 60_000);
    await followed;
  };
  return { clock, source, began, most: () => most, end };
}

test('a flood of wakes makes one read at a time, and one more after the last of them', async () => {
  const { clock, source, began, most, end } = timedReads(1_000);
  await clock.run(() => began.length === 1, 1_000);
  for (let index = 0; index < 500; index += 1) source.reread();
  await clock.run(() => began.length === 2, 5_000);
  for (let index = 0; index < 500; index += 1) source.reread();
  await clock.run(() => false, 20_000);
  expect(began).toHaveLength(3);
  expect(most()).toBe(1);
  await end();
});

test('the wait between two reads is a tenth longer or shorter by chance, as the seed says', async () => {
  const waits = async (seed: number): Promise<readonly number[]> => {
    const { clock, began, end } = timedReads(1, new SeededRandom(seed));
    await clock.run(() => began.length === 20, 1_000_000);
    const found = began.slice(1).map((at, index) => at - (began[index] ?? 0));
    await end();
    return found;
  };
  const found = await waits(7);
  expect(found).toHaveLength(19);
  expect(Math.min(...found)).toBeGreaterThanOrEqual(27_000);
  expect(Math.max(...found)).toBeLessThanOrEqual(33_100);
  expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(2_000);
  expect(await waits(7)).toEqual(found);
  expect(await waits(8)).not.toEqual(found);
});
