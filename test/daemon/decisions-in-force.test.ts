import { describe, expect, test } from 'vitest';
import type { DecisionRequest } from '../../src/reconciler/pool-status.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { DaemonScene, toBackup } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { homeLost, NOW_MS } from '../support/facts.ts';
import { homeFenced } from '../support/home-fenced.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const person = {
  pool: 'chat',
  by: 'ann',
  reason: 'the drill of today',
  expiresAt: new Date(NOW_MS + HOUR_MS).toISOString(),
};

interface Case {
  readonly request: DecisionRequest;
  readonly desired: DesiredPool;
  readonly world: PoolFacts;
  /** What the pool does because of the decision; at its end the other. */
  readonly because: 'moves' | 'stays';
}

const CASES: readonly Case[] = [
  {
    request: { ...person, decision: 'approve' },
    desired: toBackup({ mode: 'propose' }),
    world: homeLost(),
    because: 'moves',
  },
  {
    request: { ...person, decision: 'accept-loss', lossMinutes: 60 },
    desired: toBackup({ maxDataLossMinutes: 0 }),
    world: homeLost(),
    because: 'moves',
  },
  {
    request: { ...person, decision: 'attest-down', site: 'home' },
    desired: toBackup({ evidence: 'proven' }),
    world: homeLost(),
    because: 'moves',
  },
  {
    request: { ...person, decision: 'keep', site: 'backup' },
    desired: desiredPool(),
    world: homeFenced('mgc_tail_20261123120000_abc.trn'),
    because: 'moves',
  },
  { request: { ...person, decision: 'suspend' }, desired: toBackup(), world: homeLost(), because: 'stays' },
  { request: { ...person, decision: 'cancel' }, desired: toBackup(), world: homeLost(), because: 'stays' },
];

class Pool {
  readonly scene: DaemonScene;
  begun = 0;

  constructor({ world, desired }: Case, disk: MemoryDisk, startMs = NOW_MS) {
    this.scene = new DaemonScene(world, disk, startMs);
    // Two codes in turn: a step that fails with one code thrice would stall and say nothing about permission.
    this.scene.act = () => {
      this.begun += 1;
      const code = this.begun % 2 === 0 ? 'PCO_SHARE_UNREADABLE' : 'PCO_SQL_ERROR';
      return Promise.reject(new PoolError(code, 'not today'));
    };
    this.scene.desire(desired);
  }

  async does(): Promise<'moves' | 'stays'> {
    const before = this.begun;
    return (await this.scene.until(() => this.begun > before, 20 * MINUTE_MS)) ? 'moves' : 'stays';
  }
}

const opposite = { moves: 'stays', stays: 'moves' } as const;

describe.each(CASES.map((one) => [one.request.decision, one] as const))('%s', (decision, one) => {
  async function decided(disk: MemoryDisk): Promise<Pool> {
    const pool = new Pool(one, disk);
    await pool.does();
    await pool.scene.daemon.decide(one.request);
    return pool;
  }

  test('takes effect and is in the journal with name and reason', async () => {
    const pool = new Pool(one, new MemoryDisk());
    expect(await pool.does()).toBe(opposite[one.because]);
    await pool.scene.daemon.decide(one.request);
    expect(await pool.does()).toBe(one.because);
    const { by, reason, expiresAt } = person;
    const written = pool.scene.records().filter((record) => record.kind === 'decision');
    expect(written).toMatchObject([{ decision, pool: 'chat', by, reason, expiresAt }]);
    expect(pool.scene.daemon.pool('chat')?.decisions).toMatchObject([{ decision, by, reason, expiresAt }]);
  });

  test('cnpg#11074: still counts for the daemon after a kill -9', async () => {
    const disk = new MemoryDisk();
    (await decided(disk)).scene.die();
    expect(await new Pool(one, disk, NOW_MS + MINUTE_MS).does()).toBe(one.because);
  });

  test('ends when it should, for the daemon that took it', async () => {
    const pool = await decided(new MemoryDisk());
    await pool.scene.until(() => false, HOUR_MS + MINUTE_MS);
    expect(await pool.does()).toBe(opposite[one.because]);
  });

  test('has ended for a daemon that starts after its end', async () => {
    const disk = new MemoryDisk();
    (await decided(disk)).scene.die();
    expect(await new Pool(one, disk, NOW_MS + HOUR_MS).does()).toBe(opposite[one.because]);
  });
});
