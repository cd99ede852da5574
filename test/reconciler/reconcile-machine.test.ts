import { describe, expect, test } from 'vitest';
import { createActor, fromPromise, SimulatedClock } from 'xstate';
import {
  reconcileMachine,
  type ApplyInput,
  type Observation,
  type ObserveInput,
} from '../../src/reconciler/reconcile-machine.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { desiredPool, type DesiredPoolOptions } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

interface Script {
  facts: PoolFacts;
  decisions: Observation['decisions'];
  apply: (input: ApplyInput, signal: AbortSignal) => Promise<unknown>;
  observe?: () => Promise<Observation>;
}

function start(script: Script, options: DesiredPoolOptions = {}) {
  const clock = new SimulatedClock();
  const look = (): Observation => ({
    facts: script.facts,
    decisions: script.decisions,
    nowMs: world.NOW_MS,
    chance: 0.5,
  });
  const machine = reconcileMachine.provide({
    actors: {
      observe: fromPromise<Observation, ObserveInput>(() => script.observe?.() ?? Promise.resolve(look())),
      apply: fromPromise<unknown, ApplyInput>(({ input, signal }) => script.apply(input, signal)),
    },
  });
  const actor = createActor(machine, {
    clock,
    input: { pool: desiredPool(options), resyncMs: 30_000, waitMs: 2_000 },
  });
  actor.start();
  return { actor, clock };
}

/** Lets promises that are already settled be seen by the machine. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
const never = (): Promise<unknown> => new Promise(() => undefined);
const TO_BACKUP: DesiredPoolOptions = { primarySite: 'backup' };

describe('the loop', () => {
  test('a converged pool is looked at again after the resync delay', async () => {
    const { actor, clock } = start({ facts: world.facts(), decisions: [], apply: never });
    await settle();
    expect(actor.getSnapshot().value).toBe('converged');
    clock.increment(30_000);
    await settle();
    expect([actor.getSnapshot().value, actor.getSnapshot().context.round]).toEqual(['converged', 2]);
  });

  test('applies one step, observes again and goes on', async () => {
    const applied: string[][] = [];
    const script: Script = {
      facts: world.homeLost(),
      decisions: [],
      apply: (input) => {
        applied.push(input.steps.map((step) => stepKey(step)));
        script.facts = world.failedOver();
        return Promise.resolve();
      },
    };
    const { actor } = start(script, TO_BACKUP);
    await settle();
    expect([applied, actor.getSnapshot().value]).toEqual([[['remove-log-shipping:backup']], 'converged']);
  });

  test.each([
    ['remove-log-shipping:backup: the share is gone', 'the share is gone'],
    ['apply-log-backups:backup: it waits', 'apply-log-backups:backup: it waits'],
  ])('keeps of a failure that says "%s" what its step does not say already', async (said, message) => {
    const apply = (): Promise<unknown> => Promise.reject(new PoolError('PCO_STEP_REFUSED', said));
    const { actor } = start({ facts: world.homeLost(), decisions: [], apply }, TO_BACKUP);
    await settle();
    expect(actor.getSnapshot().context.failures).toEqual([
      { step: 'remove-log-shipping:backup', code: 'PCO_STEP_REFUSED', message },
    ]);
  });

  test('copying and applying run in one round, because the table lets them overlap', async () => {
    const applied: string[][] = [];
    const lost = world.homeLost();
    const facts = {
      ...lost,
      instances: { ...lost.instances, ...world.singlePair('lyo', world.restoringDatabase()) },
    };
    const { actor } = start(
      {
        facts,
        decisions: [],
        apply: (input) => (applied.push(input.steps.map((step) => stepKey(step))), never()),
      },
      TO_BACKUP,
    );
    await settle();
    expect([applied, actor.getSnapshot().value]).toEqual([
      [['copy-log-backups:backup', 'apply-log-backups:backup']],
      'applying',
    ]);
  });

  test('argo-cd#20172, #21599: a failed step backs off and is tried again; the third failure with one code stalls', async () => {
    const script: Script = {
      facts: world.homeLost(),
      decisions: [],
      apply: () => Promise.reject(new PoolError('PCO_SQL_ERROR', 'refused')),
    };
    const { actor, clock } = start(script, TO_BACKUP);
    const values: unknown[] = [];
    for (const wait of [1_000, 2_000, 4_000]) {
      await settle();
      values.push(actor.getSnapshot().value);
      clock.increment(wait - 1);
      await settle();
      expect(actor.getSnapshot().value).toBe('backingOff');
      clock.increment(1);
      await settle();
    }
    expect([values, actor.getSnapshot().value]).toEqual([
      ['backingOff', 'backingOff', 'backingOff'],
      'stalled',
    ]);
    script.apply = never;
    actor.send({ type: 'decision.made' });
    await settle();
    expect(actor.getSnapshot().value).toBe('applying');
  });

  test('a failed observation backs off', async () => {
    const { actor } = start({
      facts: world.facts(),
      decisions: [],
      apply: never,
      observe: () => Promise.reject(new PoolError('PCO_INTERNAL', 'x')),
    });
    await settle();
    expect(actor.getSnapshot().value).toBe('backingOff');
  });

  test('propose waits for an approval and goes on when it is made', async () => {
    const script: Script = { facts: world.homeLost(), decisions: [], apply: never };
    const { actor } = start(script, { primarySite: 'backup', policy: { mode: 'propose' } });
    await settle();
    const { plan } = actor.getSnapshot().context.decision ?? {};
    expect([actor.getSnapshot().value, plan?.kind]).toEqual(['awaitingApproval', 'steps']);
    const steps = plan?.kind === 'steps' ? plan.steps.map((step) => stepKey(step)) : [];
    script.decisions = [
      {
        decision: 'approve',
        pool: 'chat',
        by: 'ann',
        reason: 'go',
        expiresAt: null,
        generation: desiredPool().generation,
        steps,
        lossMinutes: 20,
      },
    ];
    actor.send({ type: 'decision.made' });
    await settle();
    expect(actor.getSnapshot().value).toBe('applying');
  });

  test('a lost site without an edit is blocked and moves nothing; the edit starts the move', async () => {
    const script: Script = { facts: world.homeLost(), decisions: [], apply: never };
    const { actor } = start(script);
    await settle();
    expect(actor.getSnapshot().value).toBe('blocked');
    actor.send({ type: 'desired.changed', pool: desiredPool({ primarySite: 'backup', counter: 2 }) });
    await settle();
    expect(actor.getSnapshot().value).toBe('applying');
  });
});

describe('interruptions', () => {
  test('a lost lease aborts the running step and nothing starts until it is held again', async () => {
    let aborted = false;
    const apply: Script['apply'] = (_, signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return never();
    };
    const { actor, clock } = start({ facts: world.homeLost(), decisions: [], apply }, TO_BACKUP);
    await settle();
    actor.send({ type: 'lease.lost' });
    clock.increment(60_000);
    actor.send({ type: 'wake' });
    await settle();
    expect([aborted, actor.getSnapshot().value]).toEqual([true, 'suspended']);
    actor.send({ type: 'lease.held' });
    await settle();
    expect(actor.getSnapshot().value).toBe('applying');
  });

  test('a stop lets the running step end and starts no other', async () => {
    let finish: () => void = () => undefined;
    const apply = (): Promise<unknown> => new Promise((resolve) => (finish = () => resolve(undefined)));
    const { actor } = start({ facts: world.homeLost(), decisions: [], apply }, TO_BACKUP);
    await settle();
    actor.send({ type: 'stop' });
    expect(actor.getSnapshot().value).toBe('applying');
    finish();
    await settle();
    expect(actor.getSnapshot().value).toBe('stopped');
  });

  test('an edit during a step changes the next decision, not the step', async () => {
    let finish: () => void = () => undefined;
    const seenGoals: string[] = [];
    const script: Script = {
      facts: world.homeLost(),
      decisions: [],
      apply: (input) => (
        seenGoals.push(input.pool.primarySite),
        new Promise((resolve) => (finish = () => resolve(undefined)))
      ),
    };
    const { actor } = start(script, TO_BACKUP);
    await settle();
    actor.send({ type: 'desired.changed', pool: desiredPool({ counter: 2 }) });
    finish();
    await settle();
    expect([seenGoals, actor.getSnapshot().value]).toEqual([['backup'], 'blocked']);
  });

  test('a suspension by a person holds until it is lifted', async () => {
    const person = { pool: 'chat', by: 'ann', reason: 'patching', expiresAt: null };
    const script: Script = {
      facts: world.homeLost(),
      decisions: [{ ...person, decision: 'suspend' }],
      apply: never,
    };
    const { actor } = start(script, TO_BACKUP);
    await settle();
    expect(actor.getSnapshot().value).toBe('suspended');
    script.decisions = [...script.decisions, { ...person, decision: 'resume' }];
    actor.send({ type: 'decision.made' });
    await settle();
    expect(actor.getSnapshot().value).toBe('applying');
  });
});
