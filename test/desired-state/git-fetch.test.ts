import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { boundedFetch, dropScattered } from '../../src/desired-state/git-fetch.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';

const LIMIT = 1_048_576;
const signal = new AbortController().signal;

/** A clone with one pack, and a fetch that another process of ours has under way. */
function clone(): { readonly directory: string; readonly packs: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'pchat-fetch-'));
  const packs = path.join(directory, 'objects/pack');
  mkdirSync(packs, { recursive: true });
  writeFileSync(path.join(packs, 'pack-1.pack'), 'x');
  writeFileSync(path.join(packs, 'tmp_pack_others'), 'x');
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return { directory, packs };
}

/** Never ends by itself, as a git that receives and receives. */
const until = (abort: AbortSignal): Promise<never> => {
  const ended = Promise.withResolvers<never>();
  abort.addEventListener('abort', () => {
    ended.reject(new Error('killed'));
  });
  return ended.promise;
};

test('a fetch that is ended leaves no half of a pack behind, and leaves those of others alone', async () => {
  const { directory, packs } = clone();
  const stop = new AbortController();
  const run = async (abort: AbortSignal): Promise<never> => {
    writeFileSync(path.join(packs, 'tmp_pack_ours'), 'x');
    stop.abort();
    abort.throwIfAborted();
    return until(abort);
  };
  await expect(boundedFetch({ directory, limits: {}, run }, stop.signal)).rejects.toThrow();
  expect(readdirSync(packs).sort()).toEqual(['pack-1.pack', 'tmp_pack_others']);
});

test('a fetch that grows over the limit is ended while it runs, and the clone is thrown away', async () => {
  const { directory, packs } = clone();
  const clock = new SimulatedClock(0);
  const file = path.join(packs, 'tmp_pack_ours');
  const limits = { maxBytes: LIMIT, clock };
  const fetched = boundedFetch({ directory, limits, run: until }, signal).catch((error: unknown) => error);
  appendFileSync(file, Buffer.alloc(LIMIT / 2));
  await clock.run(() => false, 5_000);
  expect(existsSync(file)).toBe(true);
  appendFileSync(file, Buffer.alloc(LIMIT));
  await clock.run(() => !existsSync(directory), 5_000);
  expect(await fetched).toMatchObject({ code: 'PCO_SOURCE_UNREACHABLE' });
  expect(existsSync(directory)).toBe(false);
});

test('a fetch that ends within its limit leaves what it brought', async () => {
  const { directory, packs } = clone();
  const run = (): Promise<void> => {
    writeFileSync(path.join(packs, 'pack-2.pack'), Buffer.alloc(LIMIT / 2));
    return Promise.resolve();
  };
  await boundedFetch({ directory, limits: { maxBytes: LIMIT }, run }, signal);
  expect(readdirSync(packs)).toContain('pack-2.pack');
});

test('a clone of two hundred packs is dropped, one of fewer is kept', () => {
  const { directory, packs } = clone();
  for (let index = 2; index < 200; index += 1)
    writeFileSync(path.join(packs, `pack-${String(index)}.pack`), '');
  dropScattered(directory);
  expect(existsSync(packs)).toBe(true);
  writeFileSync(path.join(packs, 'pack-200.pack'), '');
  dropScattered(directory);
  expect(existsSync(directory)).toBe(false);
});
