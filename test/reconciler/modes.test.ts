import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { BreakGlass, DesiredPool, Policy, PolicyMode } from '../../src/topology/pool-topology.ts';
import { DaemonScene } from '../support/daemon-scene.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

const returnedHome = (): PoolFacts => {
  const before = world.failedOver();
  return {
    ...before,
    instances: { ...before.instances, ...world.parisAsItWas({ content: world.content() }) },
    comparison: world.seen({ homeNewestInBackup: true, backupNewestInHome: false }, 'comparison'),
  };
};
/** Home serves and lacks its mirror. */
const unmirrored = (): PoolFacts => {
  const facts = world.facts();
  const bare = world.databaseFacts({
    sessions: world.chatSessions('par'),
    content: world.content({ heartbeats: world.beats('par') }),
  });
  return {
    ...facts,
    instances: { ...facts.instances, ...world.singlePair('par', bare, world.primaryShipping()) },
  };
};
/** The copy and restore jobs were switched off. */
const paused = (): PoolFacts => {
  const facts = world.facts();
  const lyon = world.singlePair('lyo', world.restoringDatabase(), world.secondaryShipping(false));
  return { ...facts, instances: { ...facts.instances, ...lyon } };
};
const breakGlass = (state: BreakGlass['state']): BreakGlass => ({
  state,
  by: 'ann',
  reason: 'git burns',
  file: 'local.yaml',
  expiresAt: '2026-11-24T12:00:00.000Z',
});

interface Situation {
  readonly facts: PoolFacts;
  readonly options: DesiredPoolOptions;
  readonly over?: BreakGlass;
  readonly first: string;
}

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'a failover': {
    facts: world.homeLost(),
    options: { primarySite: 'backup' },
    first: 'remove-log-shipping:backup',
  },
  'a planned move': {
    facts: world.facts(),
    options: { primarySite: 'backup' },
    first: 'pause-log-shipping:backup',
  },
  'a fence': { facts: returnedHome(), options: { primarySite: 'backup' }, first: 'fence:home' },
  'the repair of a mirror': { facts: unmirrored(), options: {}, first: 'mirror-home:home' },
  'the repair of log shipping': { facts: paused(), options: {}, first: 'enable-jobs:backup' },
  'a break-glass in force': {
    facts: world.homeLost(),
    options: { primarySite: 'backup' },
    over: breakGlass('in-force'),
    first: 'remove-log-shipping:backup',
  },
};
const CODES: Readonly<Record<PolicyMode, string>> = {
  observe: 'ObserveOnly',
  propose: 'ApprovalNeeded',
  act: 'Proceed',
};
const MODES = Object.keys(CODES) as PolicyMode[];
const CELLS = Object.entries(SITUATIONS).flatMap(([name, situation]) =>
  MODES.map((mode) => [name, mode, situation] as const),
);

const poolOf = ({ options, over }: Situation, policy: Partial<Policy>): DesiredPool => ({
  ...desiredPool({ ...options, policy: { ...options.policy, ...policy } }),
  breakGlass: over,
});
const codeOf = (pool: DesiredPool, facts: PoolFacts, decisions: readonly Decision[] = []) => {
  const { plan, gate } = decidePool(pool, facts, decisions, world.NOW_MS);
  const steps = plan.kind === 'steps' ? plan.steps.map((step) => stepKey(step)) : [];
  return { steps, code: gate.kind === 'proceed' ? 'Proceed' : gate.code };
};

describe('policy.mode', () => {
  test.each(CELLS)('judges %s under %s', (_, mode, situation) => {
    const { steps, code } = codeOf(poolOf(situation, { mode }), situation.facts);
    expect([steps[0], code]).toEqual([situation.first, CODES[mode]]);
  });

  test.each(Object.entries(SITUATIONS))(
    'propose lets %s go on with exactly its approval, observe never',
    (_, situation) => {
      const propose = poolOf(situation, { mode: 'propose' });
      const { steps } = codeOf(propose, situation.facts);
      const approval: Decision = {
        pool: 'chat',
        by: 'ann',
        reason: 'read',
        expiresAt: null,
        decision: 'approve',
        generation: propose.generation,
        steps,
        lossMinutes: 600,
      };
      expect(codeOf(propose, situation.facts, [approval]).code).toBe('Proceed');
      const observe = poolOf(situation, { mode: 'observe' });
      expect(codeOf(observe, situation.facts, [approval]).code).toBe('ObserveOnly');
    },
  );

  test.each(['expired', 'source-returned', 'gives-way'] as const)(
    'observe changes nothing after a break-glass that is %s',
    (state) => {
      const situation = { facts: world.homeLost(), options: {}, over: breakGlass(state), first: '' };
      const pool = poolOf(situation, { mode: 'observe' });
      expect(['ObserveOnly', 'NothingToDo']).toContain(codeOf(pool, situation.facts).code);
    },
  );

  test.each(CELLS)(
    'begins a step of %s under %s only where that mode lets it',
    async (_, mode, situation) => {
      const scene = new DaemonScene(situation.facts);
      const begun: string[] = [];
      scene.act = (context) => {
        begun.push(stepKey(context.step));
        return new Promise(() => undefined);
      };
      scene.desire(poolOf(situation, { mode }));
      await scene.until(() => begun.length > 0, 60_000);
      expect(begun).toEqual(mode === 'act' ? [situation.first] : []);
    },
  );
});
