import { describe, expect, test } from 'vitest';
import { planSeen, readSavedPlan, requireUnmoved, sealPlan } from '../../src/daemon/saved-plan.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import type { PlanSeen } from '../../src/reconciler/plan-basis.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import type { SavedPlan } from '../../src/topology/saved-plan.ts';
import { DaemonScene, toBackup, withoutSecondary } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const NOTHING_KNOWN = { duration: null, outage: null };
const seenIn = (facts: PoolFacts, pool: DesiredPool = toBackup()): PlanSeen =>
  planSeen(pool, facts, decidePool(pool, facts, [], world.NOW_MS));
const saved = (facts: PoolFacts = world.homeLost(), pool: DesiredPool = toBackup()): SavedPlan =>
  sealPlan(seenIn(facts, pool), NOTHING_KNOWN);

function refusal(act: () => unknown): PoolError {
  try {
    act();
  } catch (error) {
    if (error instanceof PoolError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const onShare = (...minutes: readonly number[]) =>
  world.folder(
    '\\\\fs01\\mgc-logs',
    minutes.map((ago, index) => world.logFile(index + 1, ago)),
  );

describe('a saved plan', () => {
  test('keeps the steps, the loss and the facts that no step of it brings, and none of the others', () => {
    const plan = saved();
    expect(plan.steps.map(({ action }) => action)).toEqual([
      'remove-log-shipping',
      'copy-log-backups',
      'apply-log-backups',
      'recover-backup',
      'set-pool-failed-over',
      'mirror-backup',
      'activate-servers',
    ]);
    const names = plan.facts.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['home.cannotWrite', 'backup.mgc', 'share.uncopied', 'evidence.home']),
    );
    expect(names).not.toContain('home.mirror');
    expect(names).not.toContain('fullBackup');
    expect(plan.facts.every(({ value }) => value !== 'unknown')).toBe(true);
    expect(plan.loss.minutes).toBe(20);
  });

  test('still fits while only what it did not use has moved', () => {
    const base = world.homeLost();
    const later = { ...base, instances: { ...base.instances, ...world.silentParis(900_000) } };
    const quarantine = { ...base.quarantine, backup: world.notSeen<never>('\\\\fs-lyo\\quarantine') };
    expect(() => {
      requireUnmoved(saved(), seenIn({ ...later, quarantine }));
    }).not.toThrow();
  });

  test.each([
    ['home answers again', world.facts(), 'home.cannotWrite was yes, is no'],
    [
      'home is silent for a second only',
      { ...world.homeLost(), instances: { ...world.homeLost().instances, ...world.silentParis(1_000) } },
      'evidence.home was down (silent), is unknown',
    ],
    [
      'a step was done by hand',
      withoutSecondary(world.homeLost()),
      'shipping.secondary was running, is absent',
    ],
    [
      'the share cannot be listed',
      world.homeLost({ share: world.notSeen('\\\\fs01\\mgc-logs') }),
      'share was readable, is',
    ],
    [
      'everything was copied',
      world.homeLost({ copyFolder: onShare(75, 60, 45, 30) }),
      'share.uncopied was some, is none',
    ],
    ['the newest file has gone from the share', world.homeLost({ share: onShare(75, 60, 45) }), 'loss was'],
  ] as const)('is refused when %s, and says which fact it was', (_, facts, words) => {
    const error = refusal(() => {
      requireUnmoved(saved(), seenIn(facts));
    });
    expect(error.code).toBe('PCO_PLAN_MOVED');
    expect(error.message).toContain(words);
  });

  test('is refused for another generation, whatever the facts are', () => {
    const edited = { ...toBackup(), generation: { counter: 3, hash: 'ffffffffffff' } };
    const error = refusal(() => {
      requireUnmoved(saved(), seenIn(world.homeLost(), edited));
    });
    expect([error.code, error.message]).toEqual([
      'PCO_PLAN_MOVED',
      expect.stringContaining('generation was'),
    ]);
  });

  test('is refused for another pool', () => {
    const other = { ...seenIn(world.homeLost()), pool: 'other' };
    const error = refusal(() => {
      requireUnmoved(saved(), other);
    });
    expect([error.code, error.message]).toEqual([
      'PCO_PLAN_INVALID',
      'the saved plan is of chat, not of other',
    ]);
  });

  test('is not made of a pool that has nothing to do', () => {
    expect(refusal(() => saved(world.facts(), desiredPool())).code).toBe('PCO_USAGE');
  });
});

describe('a plan file', () => {
  const text = (change: object = {}): string => JSON.stringify({ ...saved(), ...change });

  test('is read back as it was saved, however it is laid out', () => {
    const reversed = Object.fromEntries(Object.entries(saved()).reverse());
    expect(readSavedPlan(JSON.stringify(reversed, null, 4), 'p.json')).toEqual(saved());
  });

  test.each([
    ['with a step left out', text({ steps: saved().steps.slice(1) }), 'its fingerprint does not fit'],
    ['with a smaller loss', text({ loss: { minutes: 0, files: 0 } }), 'its fingerprint does not fit'],
    ['of another version', text({ v: 2 }), 'version 2 of a saved plan is not known'],
    ['with a field too many', text({ more: 1 }), 'more'],
    ['that is something else', '{"kind":"note"}', 'this is no saved plan'],
    ['that was cut off', text().slice(0, 200), 'this is no JSON'],
  ])('%s is refused by name', (_, content, words) => {
    const error = refusal(() => readSavedPlan(content, 'p.json'));
    expect(error.code).toBe('PCO_PLAN_INVALID');
    expect(error.message).toContain('p.json: ');
    expect(error.message).toContain(words);
  });
});

describe('the daemon', () => {
  const propose = toBackup({ mode: 'propose' });
  const request = {
    pool: 'chat',
    by: 'ann',
    reason: 'as reviewed',
    expiresAt: null,
    decision: 'approve',
  } as const;

  async function waiting(): Promise<DaemonScene> {
    const scene = new DaemonScene(world.homeLost());
    scene.desire(propose);
    expect(await scene.until(() => scene.state() === 'awaitingApproval')).toBe(true);
    return scene;
  }
  const decided = (scene: DaemonScene) => scene.records().filter(({ kind }) => kind === 'decision');

  test('takes a saved plan for an approval of exactly this plan, and runs it', async () => {
    const scene = await waiting();
    const plan = saved(world.homeLost(), propose);
    await scene.daemon.decide({ ...request, plan });
    expect(await scene.until(() => scene.state() === 'applying')).toBe(true);
    const steps = plan.steps.map(({ action, target }) => `${action}:${target}`);
    expect(decided(scene)).toMatchObject([
      { decision: 'approve', by: 'ann', savedPlan: plan.fingerprint, steps },
    ]);
    await scene.daemon.stop();
  });

  test('looks afresh before it takes a saved plan, and records nothing when a fact has moved', async () => {
    const scene = await waiting();
    scene.world = withoutSecondary(scene.world);
    const refused = scene.daemon.decide({ ...request, plan: saved(world.homeLost(), propose) });
    await expect(refused).rejects.toThrow('shipping.secondary was running, is absent');
    await expect(refused).rejects.toMatchObject({ code: 'PCO_PLAN_MOVED' });
    expect(decided(scene)).toEqual([]);
    await scene.daemon.stop();
  });
});
