import { describe, expect, test } from 'vitest';
import type { ActuatorPorts, StepContext, StepNotes } from '../../src/actuators/step-context.ts';
import { applyPlannedSteps, type StepOutcome } from '../../src/daemon/apply-planned-step.ts';
import { BusyMeter } from '../../src/daemon/busy-meter.ts';
import { silentLog } from '../../src/daemon/log.ts';
import { openIntents } from '../../src/daemon/journal-records.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';
import { stepKey, type StepId } from '../../src/reconciler/step-id.ts';
import { MemoryDisk, MemoryJournal, MemoryLease } from '../../src/simulation/memory-journal.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import type { Known } from '../../src/topology/known.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts } from '../support/facts.ts';

type Act = (context: StepContext, world: World) => Promise<StepNotes>;

/** What is true of the steps in this test's world. */
class World {
  readonly clock = new SimulatedClock(Date.UTC(2026, 0, 1));
  readonly disk = new MemoryDisk();
  readonly lease = new MemoryLease(this.disk);
  readonly journal = new MemoryJournal(this.disk, this.clock, 1);
  readonly meter = new BusyMeter(this.clock);
  readonly stop = new AbortController();
  readonly superseded = new AbortController();
  readonly done = new Map<string, Known<boolean>>();
  readonly missing = new Set<string>();
  readonly changes: string[] = [];
  held: string | undefined;
  risk: PlannedStep['risk'] = 'safe';
  /** Another instance answers, or another lineage. */
  other: { readonly name?: string; readonly lineage?: string } = {};
  outcomes: readonly StepOutcome[] | undefined;
  failure: unknown;

  async run(act: Act, actions: readonly StepId['action'][] = ['set-pool-failed-over']): Promise<void> {
    const steps = actions.map((action): PlannedStep => ({
      action,
      target: 'backup',
      seedStep: null,
      risk: this.risk,
      reason: '',
    }));
    const outside = {} as Pick<ActuatorPorts, 'sql' | 'shell' | 'files'>;
    const work = applyPlannedSteps(
      {
        ports: { ...outside, clock: this.clock, random: new SeededRandom(1) },
        meter: this.meter,
        observe: () => Promise.resolve(facts()),
        judge: () => ({
          held: () => this.held,
          otherIdentity: (lineageToo) => this.other.name ?? (lineageToo ? this.other.lineage : undefined),
          done: (step) => this.done.get(stepKey(step)) ?? false,
          missing: (step, overlapping) =>
            this.missing.has(stepKey(step)) && overlapping === undefined
              ? [{ variable: 'share', actual: 'unknown', wanted: 'readable', reason: '', wayOut: 'look' }]
              : [],
        }),
        claim: () => Promise.resolve(false),
        applyStep: (_ports, context) => act(context, this),
        journal: this.journal,
        lease: this.lease,
        onProgress: () => undefined,
        log: silentLog,
      },
      { pool: desiredPool(), steps, round: 'r1', superseded: this.superseded.signal },
      this.stop.signal,
    ).then(
      (outcomes) => (this.outcomes = outcomes),
      (error: unknown) => (this.failure = error),
    );
    expect(
      await this.clock.run(() => this.outcomes !== undefined || this.failure !== undefined, 600_000),
    ).toBe(true);
    await work;
  }

  kinds(): string[] {
    return this.journal.records().map((record) => record.kind);
  }
  outcome(): (JournalRecord & { kind: 'outcome' }) | undefined {
    return this.journal.records().find((record) => record.kind === 'outcome');
  }
}

const change: Act = async (context, world) => {
  await context.effect('shell', 'Set-CsPersistentChatState');
  world.changes.push(context.step.action);
  world.done.set(stepKey(context.step), true);
  return { kept: 'job ids' };
};

describe('a planned step', () => {
  test('is journalled before each effect and after it, with what is worth keeping', async () => {
    const world = new World();
    await world.run(change);
    expect(world.kinds()).toEqual(['intent', 'effect', 'outcome']);
    expect(world.outcome()).toMatchObject({ result: 'done', code: null, notes: { kept: 'job ids' } });
    expect(new Set(world.journal.records().map((record) => 'attempt' in record && record.attempt)).size).toBe(
      1,
    );
  });

  test('changes nothing when a need does not hold in the fresh look', async () => {
    const world = new World();
    world.missing.add('set-pool-failed-over:backup');
    await world.run(change);
    expect(world.changes).toEqual([]);
    expect(world.outcome()).toMatchObject({ result: 'refused', code: 'PCO_STEP_REFUSED' });
    expect(world.outcome()?.reason).toContain('share is unknown, wanted readable');
  });

  test('changes nothing when the gates no longer let the plan run', async () => {
    const world = new World();
    world.held = 'Suspended by ann: patch day.';
    await world.run(change);
    expect(world.changes).toEqual([]);
    expect(world.outcome()).toMatchObject({ result: 'refused', code: 'PCO_STEP_REFUSED' });
  });

  test('goes no further when the gates close between two of its effects', async () => {
    const world = new World();
    await world.run(async (context) => {
      await context.effect('shell', 'first');
      world.held = 'Suspended by ann: patch day.';
      await context.recheck();
      world.changes.push('second');
      return {};
    });
    expect(world.changes).toEqual([]);
    expect(world.outcome()).toMatchObject({ result: 'failed', code: 'PCO_STEP_REFUSED' });
  });

  test.each([
    ['no way back', 'refused'],
    ['fences', 'refused'],
    ['outage', 'done'],
    ['safe', 'done'],
  ] as const)(
    'whose risk is %s is %s where another instance answers than the plan was made on',
    async (risk, result) => {
      const world = new World();
      world.risk = risk;
      world.other = { name: 'sql-par-1 calls itself SQL-X' };
      await world.run(change);
      expect(world.changes).toHaveLength(result === 'done' ? 1 : 0);
      expect(world.outcome()?.result).toBe(result);
      if (result === 'refused')
        expect(world.outcome()).toMatchObject({
          code: 'PCO_IDENTITY_MISMATCH',
          reason: expect.stringContaining('calls itself SQL-X') as string,
        });
    },
  );

  test('may change the lineage of a copy itself, but goes no further where another instance answers', async () => {
    const between = async (other: World['other']): Promise<World> => {
      const world = new World();
      world.risk = 'no way back';
      await world.run(async (context) => {
        await context.effect('shell', 'first');
        world.other = other;
        await context.recheck();
        world.changes.push('second');
        world.done.set(stepKey(context.step), true);
        return {};
      });
      return world;
    };
    expect((await between({ lineage: 'restored' })).changes).toEqual(['second']);
    const stopped = await between({ name: 'SQL-X' });
    expect(stopped.changes).toEqual([]);
    expect(stopped.outcome()).toMatchObject({ result: 'failed', code: 'PCO_IDENTITY_MISMATCH' });
  });

  test('changes nothing when a newer desired state came before its first effect', async () => {
    const world = new World();
    world.superseded.abort();
    await world.run(change);
    expect(world.changes).toEqual([]);
    expect(world.outcome()).toMatchObject({ result: 'refused', code: 'PCO_CANCELLED' });
  });

  test('changes nothing when its deed is seen done already', async () => {
    const world = new World();
    world.done.set('set-pool-failed-over:backup', true);
    await world.run(change);
    expect(world.changes).toEqual([]);
    expect(world.outcome()?.result).toBe('done');
  });

  test('waits until its effect is seen', async () => {
    const world = new World();
    await world.run(async (context) => {
      await context.effect('shell', 'x');
      world.clock.after(40_000, () => world.done.set(stepKey(context.step), true));
      return {};
    });
    expect(world.outcome()?.result).toBe('done');
    expect(world.outcome()?.durationMs).toBeGreaterThanOrEqual(40_000);
    expect(world.outcome()?.durationMs).toBeLessThan(43_000);
  });

  test.each<Known<boolean>>([false, 'unknown'])(
    'has an unknown outcome when its effect stays %s',
    async (seen) => {
      const world = new World();
      world.done.set('set-pool-failed-over:backup', seen);
      await world.run(async (context) => {
        await context.effect('shell', 'x');
        return {};
      });
      expect(world.outcome()).toMatchObject({ result: 'unknown', code: 'PCO_DONE_NOT_SEEN' });
    },
  );

  test('stops waiting when a newer desired state comes', async () => {
    const world = new World();
    world.clock.after(5_000, () => {
      world.superseded.abort();
    });
    await world.run(async (context) => {
      await context.effect('shell', 'x');
      return {};
    });
    expect(world.outcome()).toMatchObject({ result: 'unknown', code: 'PCO_CANCELLED', durationMs: 5_000 });
  });

  test('makes no further effect once it is cancelled', async () => {
    const world = new World();
    await world.run(async (context) => {
      await context.effect('shell', 'first');
      world.changes.push('first');
      world.stop.abort();
      await context.effect('shell', 'second');
      world.changes.push('second');
      return {};
    });
    expect(world.changes).toEqual(['first']);
    expect(world.outcome()).toMatchObject({ result: 'unknown', code: 'PCO_CANCELLED' });
  });

  test('makes no effect and writes nothing more once the lease is lost; its intent stays open', async () => {
    const world = new World();
    await world.run(async (context) => {
      await world.lease.release();
      await context.effect('shell', 'x');
      world.changes.push('x');
      return {};
    });
    expect(world.failure).toMatchObject({ code: 'PCO_LEASE_LOST' });
    expect(world.changes).toEqual([]);
    expect(openIntents(world.journal.records())).toHaveLength(1);
  });

  test.each([
    ['refused', 'PCO_IDENTITY_MISMATCH', false],
    ['failed', 'PCO_IDENTITY_MISMATCH', true],
    ['failed', 'PCO_CMDLET_FAILED', true],
    ['unknown', 'PCO_OUTCOME_UNKNOWN', true],
  ] as const)('is %s after %s when an effect was announced is %s', async (result, code, announced) => {
    const world = new World();
    await world.run(async (context) => {
      if (announced) await context.effect('shell', 'x');
      throw new PoolError(code, 'no');
    });
    expect(world.outcome()).toMatchObject({ result, code });
  });

  test('that overlaps another has its file needs met per file and is told when the other ends', async () => {
    const world = new World();
    world.missing.add('apply-log-backups:backup');
    const told: string[] = [];
    await world.run(
      async (context) => {
        if (context.step.action === 'copy-log-backups') {
          await world.clock.sleep(1_000, context.signal);
          told.push('copied');
        } else {
          await context.overlapped;
          told.push('told');
        }
        world.done.set(stepKey(context.step), true);
        return {};
      },
      ['copy-log-backups', 'apply-log-backups'],
    );
    expect(told).toEqual(['copied', 'told']);
    expect(world.kinds().slice(0, 2)).toEqual(['intent', 'intent']);
    expect(world.outcomes?.map((outcome) => outcome.result)).toEqual(['done', 'done']);
  });
});
