import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readStopFile, removeStopFile, writeStopFile } from '../../src/daemon/stop-file.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { MemoryDisk, MemoryJournal, MemoryLease } from '../../src/simulation/memory-journal.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { DaemonScene, toBackup, withoutSecondary } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost, NOW_MS } from '../support/facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const gateOf = (scene: DaemonScene, pool: string) => scene.daemon.pool(pool)?.gate?.code;
const named = (name: string): DesiredPool => desiredPool({ primarySite: 'backup', counter: 2, name });

describe('the stop switch', () => {
  test('starts no step of any pool while it is there, lets a running one end, and says so', async () => {
    const scene = new DaemonScene(homeLost());
    const steps: string[] = [];
    scene.act = async (context) => {
      await context.effect('sql-lyo-1', 'deed');
      steps.push(stepKey(context.step));
      scene.stopped = 'ann: fire';
      scene.world = withoutSecondary(scene.world);
      return {};
    };
    scene.desire(toBackup());
    expect(await scene.until(() => gateOf(scene, 'chat') === 'StopSwitch')).toBe(true);
    await scene.until(() => false, 3_600_000);
    expect([steps, scene.state()]).toEqual([['remove-log-shipping:backup'], 'suspended']);
    const condition = scene.daemon.pool('chat')?.conditions.find(({ type }) => type === 'Suspended');
    expect(condition).toMatchObject({ status: 'True', reason: 'StopSwitch' });
    expect(scene.daemon.why('chat')).toMatchObject({ free: false, code: 'StopSwitch' });
    const metrics = await scene.metrics.registry.metrics();
    expect(metrics).toContain('pchat_suspended{pool="chat"} 1');
    expect(metrics).toContain('pchat_gate{pool="chat",gate="StopSwitch"} 1');
    scene.stopped = undefined;
    expect(await scene.until(() => steps.length > 1)).toBe(true);
  });

  test('is a file of its owner: kept, told, and taken away', () => {
    const file = path.join(temporaryFolder(), 'state', 'STOP');
    expect(readStopFile(file)).toBeUndefined();
    writeStopFile(file, 'ann', 'fire\nin paris', '2026-11-23T12:00:00.000Z');
    expect(readStopFile(file)).toBe('ann at 2026-11-23T12:00:00.000Z: fire in paris');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    removeStopFile(file);
    removeStopFile(file);
    expect(readStopFile(file)).toBeUndefined();
  });

  test('stops as well when its file is empty or cannot be read', () => {
    const file = path.join(temporaryFolder(), 'STOP');
    writeFileSync(file, '');
    expect(readStopFile(file)).toBe(`${file} is there`);
    rmSync(file);
    mkdirSync(file);
    expect(readStopFile(file)).toContain('cannot be read');
  });
});

describe('the two-person rule', () => {
  test('takes one approval of each of two people, also over a kill -9, and refuses the same person twice', async () => {
    const disk = new MemoryDisk();
    const first = new DaemonScene(homeLost(), disk);
    const pool = toBackup({ mode: 'propose', approvals: 2 });
    const approve = (scene: DaemonScene, by: string) =>
      scene.daemon.decide({ pool: 'chat', by, reason: 'read', expiresAt: null, decision: 'approve' });
    first.desire(pool);
    expect(await first.until(() => gateOf(first, 'chat') === 'ApprovalNeeded')).toBe(true);
    await approve(first, 'ann');
    expect(await first.until(() => gateOf(first, 'chat') === 'SecondPersonNeeded')).toBe(true);
    first.die();
    const second = new DaemonScene(homeLost(), disk, first.clock.now());
    const begun: string[] = [];
    second.act = (context) => {
      begun.push(stepKey(context.step));
      return new Promise(() => undefined);
    };
    second.desire(pool);
    expect(await second.until(() => gateOf(second, 'chat') === 'SecondPersonNeeded')).toBe(true);
    await expect(approve(second, ' ANN')).rejects.toMatchObject({ code: 'PCO_SAME_PERSON' });
    await second.until(() => false, 60_000);
    expect(begun).toEqual([]);
    await approve(second, 'bob');
    expect(await second.until(() => begun.length > 0)).toBe(true);
  });
});

describe('a cooldown', () => {
  test('that a daemon before began holds the next one until it is over', async () => {
    const disk = new MemoryDisk();
    const pool = toBackup({ cooldownMs: HOUR_MS });
    const before = new MemoryLease(disk);
    const clock = new SimulatedClock(NOW_MS);
    await new MemoryJournal(disk, clock, before.epoch).append({
      kind: 'outcome',
      pool: 'chat',
      round: 'r9',
      generation: { counter: 1, hash: 'before' },
      attempt: 'm',
      action: 'activate-servers',
      target: 'home',
      result: 'done',
      code: null,
      reason: null,
      durationMs: 1,
      externalMs: 0,
      outsideMs: 0,
      notes: {},
    });
    await before.release();
    const scene = new DaemonScene(facts(), disk, NOW_MS + MINUTE_MS);
    scene.act = () => new Promise(() => undefined);
    scene.desire(pool);
    expect(await scene.until(() => gateOf(scene, 'chat') === 'CoolingDown')).toBe(true);
    expect(await scene.until(() => scene.state() === 'applying', 2 * HOUR_MS)).toBe(true);
    const heldMs = scene.clock.now() - NOW_MS;
    expect(heldMs).toBeGreaterThanOrEqual(HOUR_MS);
    expect(heldMs).toBeLessThan(HOUR_MS + MINUTE_MS);
  });
});

describe('several pools', () => {
  test('wait for a slot where everybody sees it, and begin as soon as it is free', async () => {
    const scene = new DaemonScene(homeLost());
    const begun: string[] = [];
    const turn = Promise.withResolvers<undefined>();
    scene.act = async (context) => {
      const { name } = context.pool.topology;
      begun.push(name);
      if (name === 'one') await turn.promise;
      throw new PoolError('PCO_SQL_ERROR', 'no');
    };
    scene.desire(named('one'));
    await scene.until(() => begun.includes('one'));
    scene.desire(named('one'), named('two'));
    expect(await scene.until(() => gateOf(scene, 'two') === 'TooManyTransitions')).toBe(true);
    expect(scene.daemon.why('two')?.reason).toContain('one');
    expect(begun).toEqual(['one']);
    // The pool that is moved is let go: its slot is free at once.
    scene.desire(named('two'));
    const atMs = scene.clock.now();
    turn.resolve(undefined);
    expect(await scene.until(() => begun.includes('two'))).toBe(true);
    expect(scene.clock.now() - atMs).toBeLessThan(1_000);
  });

  test('stop after failures: a stalled pool keeps the others from starting until a person lets it try again', async () => {
    const scene = new DaemonScene(homeLost());
    const begun: string[] = [];
    let broken = true;
    scene.act = (context) => {
      begun.push(context.pool.topology.name);
      return broken ? Promise.reject(new PoolError('PCO_SQL_ERROR', 'error 229')) : Promise.resolve({});
    };
    scene.desire(named('one'));
    expect(await scene.until(() => scene.state('one') === 'stalled')).toBe(true);
    scene.desire(named('one'), named('two'));
    expect(await scene.until(() => gateOf(scene, 'two') === 'StoppedAfterFailures')).toBe(true);
    await scene.until(() => false, 600_000);
    expect(begun.filter((name) => name === 'two')).toEqual([]);
    expect(scene.daemon.why('two')?.nextAction).toContain('mend one');
    broken = false;
    await scene.daemon.decide({
      pool: 'one',
      by: 'ann',
      reason: 'mended',
      expiresAt: null,
      decision: 'resume',
    });
    expect(await scene.until(() => scene.state('one') !== 'stalled')).toBe(true);
  });
});
