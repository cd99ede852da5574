import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';

const never = new AbortController().signal;

test('runs waits in the order of their due times, equal ones in the order of their making', async () => {
  const clock = new SimulatedClock(0);
  const seen: string[] = [];
  const wait = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms, never);
    seen.push(`${name}@${clock.monotonicMs()}`);
  };
  const all = Promise.all([wait('c', 30), wait('a', 10), wait('b', 10)]);
  await clock.run(() => seen.length === 3, 1_000);
  await all;
  expect(seen).toEqual(['a@10', 'b@10', 'c@30']);
});

test('stops at its limit and goes on from there', async () => {
  const clock = new SimulatedClock(1_000);
  let fired = false;
  clock.after(50, () => {
    fired = true;
  });
  expect(await clock.run(() => fired, 40)).toBe(false);
  expect(clock.now()).toBe(1_040);
  expect(await clock.run(() => fired, 40)).toBe(true);
  expect(clock.now()).toBe(1_050);
});

test('rejects a wait whose signal aborts and leaves nothing behind', async () => {
  const clock = new SimulatedClock(0);
  const controller = new AbortController();
  const waiting = clock.sleep(1_000, controller.signal);
  controller.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
  expect(await clock.run(() => false, 10_000)).toBe(false);
  expect(clock.monotonicMs()).toBe(0);
});

test('tells an expired deadline from an aborted parent', async () => {
  const clock = new SimulatedClock(0);
  using late = clock.deadline(20, never);
  const parent = new AbortController();
  using cut = clock.deadline(20, parent.signal);
  parent.abort(new Error('parent'));
  await clock.run(() => false, 100);
  expect([late.signal.aborted, late.expired]).toEqual([true, true]);
  expect([cut.signal.aborted, cut.expired]).toEqual([true, false]);
});

test('gives the same numbers and identifiers for the same seed', () => {
  const draw = (seed: number): unknown[] => {
    const random = new SeededRandom(seed);
    return [random.next(), random.next(), random.id(), random.id()];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});
