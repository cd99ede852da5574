import { expect, test } from 'vitest';
import { POOL, Stage, storyOverrides } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import type { EstateAccount } from '../../src/simulator/estate/checker.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { estateOf } from '../support/estate-versions.ts';

const { share: SHARE, copyFolder: COPIES } = DEFAULT_ESTATE;
const TIMEOUT = { timeout: 120_000 };
/** Listed by the view; the wire test's estate is older and lists by the procedure. */
const ESTATE = estateOf('15.0.4415.2');

interface Played {
  readonly stage: Stage;
  /** Steps of the first plan, as the daemon ran them. */
  readonly steps: readonly string[];
  readonly account: EstateAccount;
  /** Minutes of the ledger right before the first step. */
  readonly lossMinutes: number | null;
  readonly salvageable: number;
}

const begun = (stage: Stage): string[] =>
  stage.world.disk.lines.flatMap((line) => {
    const record = JSON.parse(line) as { kind: string; action?: string };
    return record.kind === 'intent' && record.action !== undefined ? [record.action] : [];
  });

const STORY: EstateOverrides = {
  ...storyOverrides({ seed: 5, shareSite: 'backup' }),
  startAtMs: Date.UTC(2026, 10, 23, 8, 54),
  backupEveryMinutes: 3,
  clients: 2,
};
/** Copied at nine; since then two log backups, and messages that are in none. */
const TRAFFIC_MINUTES = 14;
const DARK_MINUTES = 6;

async function failOver(overrides: EstateOverrides): Promise<Played> {
  const stage = new Stage(new SimulatedWorld(freshWorld({ ...STORY, ...overrides })), new SeededRandom(5));
  const { world } = stage;
  await stage.converge();
  world.estate.fault('clients on');
  await stage.pass(TRAFFIC_MINUTES);
  world.estate.fault('down site home');
  await stage.pass(DARK_MINUTES);
  const ledger = stage.daemon.daemon.pool(POOL)?.ledger;
  const before = begun(stage).length;
  world.setPrimaryDatacenter('lyon');
  await stage.converge();
  return {
    stage,
    steps: begun(stage).slice(before),
    account: world.account(),
    lossMinutes: ledger?.lossMinutes ?? null,
    salvageable: ledger?.lines.filter(({ kind }) => kind === 'salvageable').length ?? 0,
  };
}

/** What a person does where the daemon cannot: every log backup into a subfolder. The file that stays proves the right to list. */
function moveAway(world: SimulatedWorld, folder: string): void {
  world.folders.write(`${folder}\\keep.txt`, new Uint8Array(1), world.clock.now());
  for (const { name } of world.folders.list(folder))
    if (name.endsWith('.trn')) world.folders.rename(`${folder}\\${name}`, `${folder}\\quarantine\\${name}`);
}

const closedToDaemon = [SHARE, COPIES];

/** The same failover where the daemon reaches every folder; played once. */
let openSite: Promise<Played> | undefined;

async function openFailover(): Promise<Played> {
  openSite ??= failOver(ESTATE);
  const played = await openSite;
  played.stage.daemon.crash();
  return played;
}

test(
  'a failover of a closed site restores from the share and loses what an open site loses; the failback waits for a person',
  TIMEOUT,
  async () => {
    const open = await openFailover();
    const played = await failOver({ ...ESTATE, closedToDaemon });
    expect(open.steps).toContain('copy-log-backups');
    expect(played.steps).toEqual(open.steps.filter((step) => step !== 'copy-log-backups'));
    expect(open.account.lost.length).toBeGreaterThan(0);
    expect(played.account.lost.length).toBe(open.account.lost.length);
    expect(open.salvageable).toBeGreaterThanOrEqual(2);
    expect(played.salvageable).toBe(open.salvageable);
    expect(played.lossMinutes).toBeCloseTo(open.lossMinutes ?? Number.NaN, 0);

    const { stage } = played;
    const { world } = stage;
    world.estate.fault('rebuild site home');
    await stage.pass(1);
    const before = begun(stage).length;
    world.setPrimaryDatacenter('paris');
    await stage.pass(2);
    const plan = stage.daemon.daemon.pool(POOL)?.plan;
    expect(plan?.kind === 'blocked' ? plan.obstacles : []).toContainEqual(
      expect.objectContaining({ variable: 'shipping.strays', actual: 'stuck' }),
    );
    expect(begun(stage).slice(before)).toEqual([]);
    for (const folder of closedToDaemon) moveAway(world, folder);
    await stage.converge();
    stage.daemon.crash();
    expect(begun(stage).slice(before)).toContain('establish-log-shipping');
    expect(world.account().serving).toMatch(/^sql-par-/);
    expect(world.account().lost.length).toBe(played.account.lost.length);
    expect(world.account().writableAtTwoSitesMs).toBe(0);
  },
);

test(
  'with a share that only the jobs may read, the copy job runs before log shipping is removed, and every file is restored',
  TIMEOUT,
  async () => {
    const open = await openFailover();
    const played = await failOver({ ...ESTATE, closedToDaemon, shareOpensTo: 'jobs' });
    const { world } = played.stage;
    played.stage.daemon.crash();
    expect(played.steps.slice(0, 3)).toEqual(['run-copy-job', 'remove-log-shipping', 'apply-log-backups']);
    const onShare = world.folders.list(SHARE).filter(({ name }) => name.endsWith('.trn'));
    const copied = new Set(world.folders.list(COPIES).map(({ name }) => name));
    expect(onShare.length).toBeGreaterThan(2);
    expect(onShare.filter(({ name }) => !copied.has(name))).toEqual([]);
    expect(played.account.lost.length).toBe(open.account.lost.length);
    expect(played.account.writableAtTwoSitesMs).toBe(0);
  },
);
