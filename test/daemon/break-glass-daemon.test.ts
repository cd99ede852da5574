import { expect, test } from 'vitest';
import { knownPoolsOf } from '../../src/daemon/known-pools.ts';
import { inForceBefore } from '../../src/desired-state/accept-files.ts';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import type { Decision } from '../../src/ports/journal.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { BreakGlass, DesiredPool } from '../../src/topology/pool-topology.ts';
import { DaemonScene } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { content, failedOver, homeLost, homeRebuilt, NOW_MS, parisAsItWas, seen } from '../support/facts.ts';
import { poolDocument } from '../support/pool-document.ts';

const HOUR_MS = 3_600_000;
const person = { by: 'ann', reason: 'the Git server burns too' };
const breakGlass = (text: string) => ({
  ...person,
  expiresAt: new Date(NOW_MS + HOUR_MS).toISOString(),
  file: 'here.yaml',
  text,
});

/** A daemon whose source comes and goes; every step fails, with two codes in turn, so that none stalls. */
class Follower {
  readonly scene: DaemonScene;
  begun = 0;
  #read: readonly DesiredPool[] | undefined;

  constructor(world: PoolFacts, disk: MemoryDisk) {
    this.scene = new DaemonScene(world, disk);
    this.scene.act = () => {
      this.begun += 1;
      return Promise.reject(
        new PoolError(this.begun % 2 === 0 ? 'PCO_SHARE_UNREADABLE' : 'PCO_SQL_ERROR', 'not today'),
      );
    };
  }

  lost(): void {
    const error = new PoolError('PCO_SOURCE_UNREACHABLE', 'no route to git');
    this.scene.tell({ kind: 'unreachable', error, pools: this.#inForce(), findings: [error.message] });
  }
  reads(text: string): void {
    const parsed = parseDesiredState(text, 'git.yaml');
    this.#read = parsed.kind === 'ok' ? parsed.pools : [];
    this.scene.tell({ kind: 'accepted', pools: this.#read, findings: [] });
  }
  /** As every source says it: what was read last, by an earlier daemon if need be. */
  #inForce(): readonly DesiredPool[] {
    return this.#read ?? [...inForceBefore(knownPoolsOf(this.scene.records())).pools.values()];
  }
  async moves(): Promise<boolean> {
    const before = this.begun;
    return this.scene.until(() => this.begun > before, 1_200_000);
  }
  get pool() {
    return this.scene.daemon.pool('chat');
  }
}

test('the pool follows a break-glass, says so everywhere, and does so after a kill -9', async () => {
  const disk = new MemoryDisk();
  const first = new Follower(homeLost(), disk);
  first.lost();
  await first.scene.until(() => first.scene.daemon.status().desiredStateProblems.length > 0);
  await first.scene.daemon.breakGlass(breakGlass(poolDocument('lyon')));
  expect(await first.moves()).toBe(true);
  first.scene.die();
  const second = new Follower(homeLost(), disk);
  second.lost();
  expect(await second.moves()).toBe(true);
  for (const { pool, scene } of [first, second]) {
    expect(pool?.breakGlass).toMatchObject({ state: 'in-force', ...person, file: 'here.yaml' });
    expect(pool?.origin).toBe('break-glass by ann: here.yaml');
    expect(pool?.generation.counter).toBe(1);
    expect(scene.daemon.status().desiredStateProblems).toEqual(['no route to git']);
    expect(await scene.metrics.registry.metrics()).toContain(
      'pchat_condition{pool="chat",type="BreakGlass",status="true"} 1',
    );
  }
});

test('a break-glass is refused by a daemon that can read its source, and nothing is written', async () => {
  const { scene } = new Follower(homeLost(), new MemoryDisk());
  scene.desire(desiredPool());
  await scene.until(() => scene.state() === 'blocked');
  await expect(scene.daemon.breakGlass(breakGlass(poolDocument('lyon')))).rejects.toMatchObject({
    code: 'PCO_USAGE',
    hint: 'edit it where it lies: desired-state.yaml',
  });
  expect(scene.records().some(({ kind }) => kind === 'break-glass')).toBe(false);
});

test('a source that returns with the text of before moves nothing back until a person approves, also after a kill -9', async () => {
  const disk = new MemoryDisk();
  const first = new Follower(homeRebuilt(), disk);
  first.lost();
  await first.scene.daemon.breakGlass(breakGlass(poolDocument('lyon')));
  expect(await first.scene.until(() => first.scene.state() === 'converged')).toBe(true);
  first.reads(poolDocument('paris'));
  expect(await first.moves()).toBe(false);
  expect(first.pool?.gate).toMatchObject({ kind: 'await-approval', code: 'SourceReturned' });
  expect(first.pool?.conditions.find(({ type }) => type === 'BreakGlass')).toMatchObject({
    status: 'False',
    reason: 'SourceReturned',
  });
  first.scene.die();
  const second = new Follower(homeRebuilt(), disk);
  second.reads(poolDocument('paris'));
  expect(await second.moves()).toBe(false);
  expect(second.scene.state()).toBe('awaitingApproval');
  await second.scene.daemon.decide({ ...person, pool: 'chat', decision: 'approve', expiresAt: null });
  expect(await second.moves()).toBe(true);
});

test('a source that returns edited to another text later moves the pool by that edit', async () => {
  const follower = new Follower(homeRebuilt(), new MemoryDisk());
  follower.lost();
  await follower.scene.daemon.breakGlass(breakGlass(poolDocument('lyon')));
  await follower.scene.until(() => follower.scene.state() === 'converged');
  follower.reads(poolDocument('paris'));
  expect(await follower.moves()).toBe(false);
  follower.reads(poolDocument('paris').replace('silentAfter: 30s', 'silentAfter: 45s'));
  expect(await follower.moves()).toBe(true);
});

test('an expired break-glass without a source does nothing more until it is renewed', async () => {
  const follower = new Follower(homeLost(), new MemoryDisk());
  follower.lost();
  await follower.scene.daemon.breakGlass(breakGlass(poolDocument('lyon')));
  expect(await follower.moves()).toBe(true);
  await follower.scene.until(() => follower.pool?.breakGlass?.state === 'expired', HOUR_MS);
  expect(follower.scene.clock.now()).toBe(NOW_MS + HOUR_MS);
  expect(await follower.moves()).toBe(false);
  expect(follower.pool?.gate?.code).toBe('BreakGlassExpired');
  const renewed = {
    ...breakGlass(poolDocument('lyon')),
    expiresAt: new Date(NOW_MS + 9 * HOUR_MS).toISOString(),
  };
  await follower.scene.daemon.breakGlass(renewed);
  expect(await follower.moves()).toBe(true);
  expect(follower.pool?.generation.counter).toBe(1);
});

const over = (state: BreakGlass['state']): BreakGlass => ({
  ...person,
  state,
  file: 'here.yaml',
  expiresAt: new Date(NOW_MS).toISOString(),
});
const pool = desiredPool({ counter: 3 });
const approve = (counter: number, expiresAt: string | null = null): Decision => ({
  ...person,
  pool: 'chat',
  decision: 'approve',
  expiresAt,
  generation: desiredPool({ counter }).generation,
  steps: ['another:plan'],
  lossMinutes: 0,
});

test.each([
  ['in-force', [], 'proceed'],
  ['gives-way', [], 'BreakGlassExpired'],
  ['gives-way', [approve(3)], 'proceed'],
  ['source-returned', [], 'SourceReturned'],
  ['source-returned', [approve(3)], 'proceed'],
  ['source-returned', [approve(2)], 'SourceReturned'],
  ['source-returned', [approve(3, new Date(NOW_MS).toISOString())], 'SourceReturned'],
  ['expired', [approve(3)], 'BreakGlassExpired'],
] as const)(
  'a plan back to home while the break-glass is %s, with approvals %j',
  (state, decisions, wanted) => {
    const { plan, gate } = decidePool({ ...pool, breakGlass: over(state) }, homeRebuilt(), decisions, NOW_MS);
    expect(plan.kind).toBe('steps');
    expect(gate.kind === 'proceed' ? 'proceed' : gate.code).toBe(wanted);
  },
);

test.each([
  ['act', 'proceed'],
  ['ask', 'await-approval'],
] as const)(
  'a returned writable copy is fenced under fenceReturnedCopy %s while the source asks for an answer',
  (fenceReturnedCopy, kind) => {
    const before = failedOver();
    const world = {
      ...before,
      instances: { ...before.instances, ...parisAsItWas({ content: content() }) },
      comparison: seen({ homeNewestInBackup: true, backupNewestInHome: false }, 'comparison'),
    };
    const asked = { ...desiredPool({ policy: { fenceReturnedCopy } }), breakGlass: over('source-returned') };
    const { plan, gate } = decidePool(asked, world, [], NOW_MS);
    expect([plan.kind === 'steps' && plan.steps[0]?.action, gate.kind]).toEqual(['fence', kind]);
  },
);
