/**
 * GitHub, October 2018: 43 seconds without the link between two sites moved a primary across it, and both sides had written. Here such
 * a cut moves nothing, whatever was asked for, and what was shown before it is judged anew after it.
 */
import { expect, test } from 'vitest';
import { sealPlan } from '../../src/daemon/saved-plan.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { POOL } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedDaemon } from '../../src/simulation/simulated-daemon.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import type { SavedPlan } from '../../src/topology/saved-plan.ts';

const SECOND_MS = 1_000;
const CUT_MS = 43 * SECOND_MS;
/** Longer than silentAfter of the policy, and than everything that a plan left behind would need to begin. */
const AFTERWARDS_MS = 240 * SECOND_MS;
const LIMIT_MS = 30 * 60 * SECOND_MS;
const LINKS = 'daemon-home, home-shell, backup-home, home-share';

class Scene {
  readonly world: SimulatedWorld;
  readonly #daemon: SimulatedDaemon;
  readonly verdicts = new Set<string>();

  constructor(mode: 'act' | 'propose') {
    const fresh = freshWorld({ seed: '43 seconds', clients: 2 });
    this.world = new SimulatedWorld({
      ...fresh,
      document: fresh.document.replace('mode: act', `mode: ${mode}`),
    });
    this.world.estate.fault('clients on');
    this.#daemon = new SimulatedDaemon(this.world, {
      random: new SeededRandom(43),
      onLook: () => {
        const { evidence } = this.#daemon.daemon.pool(POOL) ?? {};
        if (evidence != null) this.verdicts.add(evidence.home.verdict);
      },
    });
  }

  status(): PoolStatus {
    const status = this.#daemon.daemon.pool(POOL);
    if (status === undefined) throw new Error('the daemon knows no pool');
    return status;
  }

  approve(plan?: SavedPlan): Promise<unknown> {
    const person = { pool: POOL, by: 'alice', reason: 'reviewed', expiresAt: null };
    return this.await(
      this.#daemon.daemon.decide({ ...person, decision: 'approve', ...(plan === undefined ? {} : { plan }) }),
    );
  }

  /** Time goes on until the work has ended. */
  async await<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const settled = work.finally(() => {
      ended = true;
    });
    settled.catch(() => undefined);
    await this.world.clock.run(() => ended, LIMIT_MS);
    return settled;
  }

  async pass(ms: number): Promise<void> {
    const end = this.world.clock.monotonicMs() + ms;
    await this.world.clock.run(() => this.world.clock.monotonicMs() >= end, ms);
  }

  async until(reached: (status: PoolStatus) => boolean): Promise<void> {
    const met = (): boolean => {
      const status = this.#daemon.daemon.pool(POOL);
      return (
        status?.observedGeneration?.hash === status?.generation.hash &&
        status !== undefined &&
        reached(status)
      );
    };
    expect(await this.world.clock.run(met, LIMIT_MS)).toBe(true);
  }

  async edit(): Promise<void> {
    this.world.setPrimaryDatacenter('lyon');
    await this.until(({ primarySite }) => primarySite === 'backup');
  }

  /** Where the pool stands: nothing of it is moved by anybody but a step between the sites. */
  roles(): unknown {
    const { cms, instances, counts } = this.world.state;
    const copies = Object.values(instances).map(({ name, databases }) => {
      const copy = databases['mgc'];
      return [name, copy?.state, copy?.mirroring?.role];
    });
    const recovered = Object.keys(counts).filter((deed) => deed.startsWith('recovered@'));
    return [cms.poolState, cms.activeServers, copies, recovered];
  }

  begun(): readonly string[] {
    return this.world.disk.lines
      .map((line) => JSON.parse(line) as JournalRecord)
      .flatMap((record) => (record.kind === 'intent' ? [`${record.action}:${record.target}`] : []));
  }

  end(): void {
    this.#daemon.crash();
  }
}

const TIMEOUT = { timeout: 60_000 };

test(
  'a cut of 43 s around home in steady state changes no role and begins no step, then or later',
  TIMEOUT,
  async () => {
    const scene = new Scene('act');
    await scene.until(({ state }) => state === 'converged');
    const before = scene.roles();
    scene.world.estate.fault(`cut link ${LINKS}`);
    await scene.pass(CUT_MS);
    expect([...scene.verdicts].sort()).toEqual(['alive', 'unknown']);
    scene.world.estate.fault(`heal link ${LINKS}`);
    await scene.pass(AFTERWARDS_MS);
    expect([scene.roles(), scene.begun(), scene.status().state]).toEqual([before, [], 'converged']);
    expect([scene.world.account().lost, scene.world.state.writable.totalMs]).toEqual([[], 0]);
    scene.end();
  },
);

test(
  'with an edit that awaits approval, a plan from before the cut is refused in it, and begins nothing after it',
  TIMEOUT,
  async () => {
    const scene = new Scene('propose');
    await scene.until(({ state }) => state === 'converged');
    const before = scene.roles();
    await scene.edit();
    await scene.until(({ gate }) => gate?.kind === 'await-approval');
    const shown = scene.status();
    const { plan, ledger, evidence, observedAt } = shown;
    if (plan === null || ledger === null || evidence === null) throw new Error('nothing is planned');
    const saved = sealPlan(
      { ...shown, plan, ledger, evidence, seenAt: observedAt ?? '' },
      { duration: null, outage: null },
    );
    scene.world.estate.fault(`cut link ${LINKS}`);
    await scene.pass(CUT_MS / 2);
    await expect(scene.approve(saved)).rejects.toMatchObject({ code: 'PCO_PLAN_MOVED' });
    await scene.pass(CUT_MS / 2);
    expect([...scene.verdicts].filter((verdict) => verdict === 'down')).toEqual([]);
    scene.world.estate.fault(`heal link ${LINKS}`);
    await scene.pass(AFTERWARDS_MS);
    expect([scene.roles(), scene.begun(), scene.status().gate?.kind]).toEqual([before, [], 'await-approval']);
    await scene.approve();
    await scene.until(({ state }) => state === 'converged');
    expect(scene.world.account()).toMatchObject({
      lost: [],
      serving: 'sql-lyo-1.contoso.com',
      writableAtTwoSitesMs: 0,
    });
    scene.end();
  },
);

test(
  'an edit made within a cut of 43 s is carried out after it, as a planned move that loses nothing',
  TIMEOUT,
  async () => {
    const scene = new Scene('act');
    await scene.until(({ state }) => state === 'converged');
    const before = scene.roles();
    scene.world.estate.fault(`cut link ${LINKS}`);
    await scene.pass(CUT_MS / 2);
    await scene.edit();
    await scene.pass(CUT_MS / 2);
    expect([scene.roles(), scene.begun()]).toEqual([before, []]);
    scene.world.estate.fault(`heal link ${LINKS}`);
    await scene.until(({ state }) => state === 'converged');
    expect([...scene.verdicts].filter((verdict) => verdict === 'down')).toEqual([]);
    expect(scene.begun()).toContain('tail-log-backup:home');
    expect(scene.world.account()).toMatchObject({
      lost: [],
      serving: 'sql-lyo-1.contoso.com',
      writableAtTwoSitesMs: 0,
    });
    scene.end();
  },
);
