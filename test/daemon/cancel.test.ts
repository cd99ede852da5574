import { expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { Decision } from '../../src/ports/journal.ts';
import type { DecisionRequest } from '../../src/reconciler/pool-status.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { DaemonScene, toBackup, withoutSecondary } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { content, facts, failedOver, homeLost, NOW_MS, parisAsItWas, seen } from '../support/facts.ts';

const person = { pool: 'chat', by: 'ann', reason: 'wrong button', expiresAt: null };
const cancel: DecisionRequest = { ...person, decision: 'cancel' };

/** A failover whose first step has begun: `turn` lets it go on between its two effects. */
function underWay(): { scene: DaemonScene; effects: string[]; turn: PromiseWithResolvers<undefined> } {
  const scene = new DaemonScene(homeLost());
  const effects: string[] = [];
  const turn = Promise.withResolvers<undefined>();
  scene.act = async (context) => {
    await context.effect('sql-lyo-1', 'first');
    effects.push(`${stepKey(context.step)} first`);
    await turn.promise;
    await context.effect('sql-lyo-1', 'second');
    effects.push(`${stepKey(context.step)} second`);
    return {};
  };
  scene.desire(toBackup());
  return { scene, effects, turn };
}

const suspended = (scene: DaemonScene) =>
  scene.daemon.pool('chat')?.conditions.find(({ type }) => type === 'Suspended');

test('cancel lets the running step finish its effects, waits for none of them and begins no further step', async () => {
  const { scene, effects, turn } = underWay();
  await scene.until(() => effects.length === 1);
  await scene.daemon.decide(cancel);
  const cancelledAtMs = scene.clock.now();
  turn.resolve(undefined);
  expect(await scene.until(() => scene.state() === 'suspended')).toBe(true);
  expect(scene.clock.now() - cancelledAtMs).toBe(0);
  await scene.until(() => false, 3_600_000);
  expect(effects).toEqual(['remove-log-shipping:backup first', 'remove-log-shipping:backup second']);
  expect(scene.records().find((record) => record.kind === 'outcome')).toMatchObject({
    code: 'PCO_CANCELLED',
    reason: 'ann cancelled it while waiting for the effect',
  });
  expect(scene.daemon.pool('chat')?.gate?.code).toBe('Cancelled');
  expect(suspended(scene)).toMatchObject({
    status: 'True',
    reason: 'Cancelled',
    message: 'Generation 2 was cancelled by ann: wrong button.',
  });
});

test('a step that was cancelled before its first effect makes none', async () => {
  const scene = new DaemonScene(homeLost());
  const turn = Promise.withResolvers<undefined>();
  const effects: string[] = [];
  scene.act = async (context) => {
    await turn.promise;
    await context.effect('sql-lyo-1', 'first');
    effects.push('first');
    return {};
  };
  scene.desire(toBackup());
  await scene.until(() => scene.records().some(({ kind }) => kind === 'intent'));
  await scene.until(() => false, 100);
  await scene.daemon.decide(cancel);
  turn.resolve(undefined);
  expect(await scene.until(() => scene.state() === 'suspended')).toBe(true);
  expect(effects).toEqual([]);
});

test.each([
  ['resume', (scene: DaemonScene) => void scene.daemon.decide({ ...person, decision: 'resume' })],
  [
    'a new edit',
    (scene: DaemonScene) => {
      scene.desire({ ...toBackup(), generation: { counter: 3, hash: 'another' } });
    },
  ],
])('a cancelled pool goes on after %s', async (_, goOn) => {
  const { scene, effects, turn } = underWay();
  await scene.until(() => effects.length === 1);
  await scene.daemon.decide(cancel);
  scene.world = withoutSecondary(scene.world);
  turn.resolve(undefined);
  await scene.until(() => scene.state() === 'suspended');
  goOn(scene);
  expect(await scene.until(() => effects.some((effect) => effect.startsWith('copy-log-backups')))).toBe(true);
});

test('without a transition under way cancel is kept and holds what this generation still does', async () => {
  const scene = new DaemonScene(facts());
  let begun = 0;
  scene.act = () => Promise.resolve({ begun: (begun += 1) });
  scene.desire(desiredPool());
  await scene.until(() => scene.state() === 'converged');
  await scene.daemon.decide(cancel);
  await scene.until(() => suspended(scene)?.status === 'True');
  expect(scene.state()).toBe('converged');
  scene.world = withoutSecondary(facts());
  expect(await scene.until(() => scene.state() === 'suspended')).toBe(true);
  await scene.until(() => false, 600_000);
  expect(begun).toBe(0);
});

test.each([
  ['act', 'proceed'],
  ['ask', 'hold'],
] as const)('a returned writable copy of a cancelled pool under fenceReturnedCopy %s', (fence, kind) => {
  const before = failedOver();
  const world = {
    ...before,
    instances: { ...before.instances, ...parisAsItWas({ content: content() }) },
    comparison: seen({ homeNewestInBackup: true, backupNewestInHome: false }, 'comparison'),
  };
  const pool = desiredPool({ primarySite: 'backup', policy: { fenceReturnedCopy: fence } });
  const cancelled: Decision = { ...person, decision: 'cancel', generation: pool.generation };
  const { plan, gate, hold } = decidePool(pool, world, [cancelled], NOW_MS);
  expect([plan.kind === 'steps' && plan.steps[0]?.action, gate.kind, hold?.code]).toEqual([
    'fence',
    kind,
    'Cancelled',
  ]);
});

test('a suspension outlives the resume-less end of a cancellation, and the other way round', () => {
  const pool = desiredPool({ primarySite: 'backup' });
  const at = (expiresAt: string | null) => ({ ...person, expiresAt });
  const past = new Date(NOW_MS - 1).toISOString();
  const hold = (...decisions: readonly Decision[]) =>
    decidePool(pool, homeLost(), decisions, NOW_MS).hold?.code;
  const suspend = (expiresAt: string | null): Decision => ({ ...at(expiresAt), decision: 'suspend' });
  const stop = (expiresAt: string | null): Decision => ({
    ...at(expiresAt),
    decision: 'cancel',
    generation: pool.generation,
  });
  expect(hold(suspend(null), stop(past))).toBe('Suspended');
  expect(hold(stop(null), suspend(past))).toBe('Cancelled');
  expect(hold(suspend(null), stop(null), { ...person, decision: 'resume' })).toBeUndefined();
});
