import { expect, test } from 'vitest';
import { silentLog } from '../../src/daemon/log.ts';
import { tracedTo } from '../../src/daemon/tracing.ts';
import type { Span } from '../../src/ports/span-sink.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import type { SendSpans } from '../../src/tracing/span-exporter.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { DaemonScene, toBackup, withoutSecondary } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost, NOW_MS } from '../support/facts.ts';

function traced(send: SendSpans): DaemonScene {
  return new DaemonScene(homeLost(), new MemoryDisk(), NOW_MS, (metrics, clock) => {
    const options = { clock, random: new SeededRandom(5), log: silentLog };
    return tracedTo(metrics, send, options).metrics;
  });
}
const into =
  (spans: Span[]): SendSpans =>
  (some) => {
    spans.push(...some);
    return Promise.resolve(undefined);
  };
const named = (spans: readonly Span[], name: string): readonly Span[] =>
  spans.filter((span) => span.name === name);

/** A move whose first step succeeds and whose second keeps failing, until what is desired is what is there again. */
async function move(spans: Span[]): Promise<DaemonScene> {
  const scene = traced(into(spans));
  scene.act = (context) => {
    if (context.step.action !== 'remove-log-shipping')
      return Promise.reject(new PoolError('PCO_SHARE_UNREADABLE', 'secret place'));
    scene.world = withoutSecondary(scene.world);
    return Promise.resolve({});
  };
  scene.desire(desiredPool());
  await scene.until(() => scene.state() === 'blocked');
  scene.desire(toBackup());
  await scene.until(() => scene.state() === 'stalled');
  scene.world = facts();
  scene.desire(desiredPool({ counter: 3 }));
  await scene.until(() => named(spans, 'transition').length > 0);
  return scene;
}

test('a round is a span, a step is one below its round, and a transition is the parent of its rounds', async () => {
  const spans: Span[] = [];
  const scene = await move(spans);
  const [transition, second] = named(spans, 'transition');
  expect(second).toBeUndefined();
  expect(transition).toMatchObject({ parentSpanId: undefined, attributes: { 'pchat.pool': 'chat' } });
  const rounds = named(spans, 'round');
  const steps = spans.filter(({ attributes }) => 'pchat.step' in attributes);
  const outcomes = scene.records().filter((record) => record.kind === 'outcome');
  expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([null, 'PCO_SHARE_UNREADABLE']));
  expect(steps.map(({ name, error }) => [name, error ?? null])).toEqual(
    outcomes.map(({ action, target, code }) => [`${action}:${target}`, code]),
  );
  for (const step of steps) {
    const round = rounds.find(({ spanId }) => spanId === step.parentSpanId);
    expect(round?.parentSpanId).toBe(transition?.spanId);
    expect(round?.traceId).toBe(step.traceId);
    expect(step.attributes['pchat.round']).toBe(round?.attributes['pchat.round']);
    expect(step.startMs).toBeGreaterThanOrEqual(round?.startMs ?? Infinity);
    expect(step.endMs).toBeLessThanOrEqual(round?.endMs ?? -Infinity);
  }
  const before = rounds.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(before.map(({ attributes }) => attributes['pchat.state'])).toContain('blocked');
  const within = spans.filter(({ traceId }) => traceId === transition?.traceId);
  for (const { startMs, endMs } of within) {
    expect(startMs).toBeGreaterThanOrEqual(transition?.startMs ?? Infinity);
    expect(endMs).toBeLessThanOrEqual(transition?.endMs ?? -Infinity);
  }
});

test('every round that the journal knows a step of is a span, once, with ids of its own and no words of an error', async () => {
  const spans: Span[] = [];
  const scene = await move(spans);
  const journalled = scene.records().flatMap((record) => (record.kind === 'intent' ? [record.round] : []));
  const rounds = named(spans, 'round').map(({ attributes }) => attributes['pchat.round']);
  expect(new Set(rounds).size).toBe(rounds.length);
  expect(rounds).toEqual(expect.arrayContaining(journalled));
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  for (const { traceId, spanId } of spans) {
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
  }
  expect(JSON.stringify(spans)).not.toContain('secret place');
});

test('a collector that never answers delays no round', async () => {
  const rounds = async (send: SendSpans): Promise<readonly number[]> => {
    const scene = traced(send);
    const at: number[] = [];
    scene.desire(desiredPool());
    await scene.until(() => {
      if (scene.ages.length > at.length) at.push(scene.clock.monotonicMs());
      return at.length === 40;
    });
    return at;
  };
  const dead: SendSpans = (_spans, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve('not reached: TimeoutError');
      });
    });
  const beside = await rounds(dead);
  expect(beside).toHaveLength(40);
  expect(beside).toEqual(await rounds(into([])));
});
