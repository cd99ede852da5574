import { expect, test } from 'vitest';
import { POOL, Stage, storyOverrides } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import type { EstateAccount } from '../../src/simulator/estate/checker.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { estateOf } from '../support/estate-versions.ts';

const { share: SHARE, copyFolder: COPIES } = DEFAULT_ESTATE;
const TIMEOUT = { timeout: 120_000 };
const V2016 = '13.0.6300.2';
const V2019 = '15.0.4415.2';

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

/** Two log backups lie on the share and nowhere else when home is lost. */
async function failOver(overrides: EstateOverrides): Promise<Played> {
  const options = { ...storyOverrides({ seed: 5, shareSite: 'backup' }), ...overrides };
  const stage = new Stage(new SimulatedWorld(freshWorld(options)), new SeededRandom(5));
  const { world } = stage;
  await stage.converge();
  world.estate.fault('clients on');
  await stage.pass(68);
  world.estate.fault('down site home');
  await stage.pass(6);
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

const open = new Map<string, Promise<Played>>();

/** The same failover where the daemon reaches every folder; played once per version. */
async function openSite(version: string): Promise<Played> {
  const played = open.get(version) ?? failOver(estateOf(version));
  open.set(version, played);
  (await played).stage.daemon.crash();
  return played;
}

test.each([
  ['the share', V2016, [SHARE]],
  ['the copy folder', V2016, [COPIES]],
  ['both', V2019, [SHARE, COPIES]],
])(
  'with %s closed to the daemon a failover on %s restores from the share and loses what an open site loses',
  TIMEOUT,
  async (_, version, closed) => {
    const reference = await openSite(version);
    const played = await failOver({ ...estateOf(version), closedToDaemon: closed });
    played.stage.daemon.crash();
    expect(reference.steps).toContain('copy-log-backups');
    expect(played.steps).toEqual(reference.steps.filter((step) => step !== 'copy-log-backups'));
    expect(reference.account.lost.length).toBeGreaterThan(0);
    expect(played.account.lost.length).toBe(reference.account.lost.length);
    expect(played.account.writableAtTwoSitesMs).toBe(0);
    expect(reference.salvageable).toBeGreaterThan(2);
    expect(played.salvageable).toBe(reference.salvageable);
    expect(played.lossMinutes).toBeCloseTo(reference.lossMinutes ?? Number.NaN, 0);
  },
);

test.each([V2016])(
  'on %s, with a share that only the jobs may read, the copy job runs before log shipping is removed',
  TIMEOUT,
  async (version) => {
    const reference = await openSite(version);
    const closed = { closedToDaemon: [SHARE, COPIES], shareOpensTo: 'jobs' } as const;
    const played = await failOver({ ...estateOf(version), ...closed });
    played.stage.daemon.crash();
    expect(played.steps.slice(0, 3)).toEqual(['run-copy-job', 'remove-log-shipping', 'apply-log-backups']);
    expect(played.account.lost.length).toBe(reference.account.lost.length);
    expect(played.account.writableAtTwoSitesMs).toBe(0);
  },
);

/** What a person does where the daemon cannot: every log backup into a subfolder. The file that stays proves the right to list. */
function moveAway(world: SimulatedWorld, folder: string): void {
  world.folders.write(`${folder}\\keep.txt`, new Uint8Array(1), world.clock.now());
  for (const { name } of world.folders.list(folder))
    if (name.endsWith('.trn')) world.folders.rename(`${folder}\\${name}`, `${folder}\\quarantine\\${name}`);
}

test.each([['both', V2016, [SHARE, COPIES]]])(
  'with %s closed a failback on %s waits, before its first step, for a person to move the old log backups',
  TIMEOUT,
  async (_, version, closed) => {
    const { stage, account } = await failOver({ ...estateOf(version), closedToDaemon: closed });
    const { world } = stage;
    world.estate.fault('rebuild site home');
    await stage.pass(1);
    const before = begun(stage).length;
    world.setPrimaryDatacenter('paris');
    await stage.pass(5);
    const plan = stage.daemon.daemon.pool(POOL)?.plan;
    expect(plan?.kind === 'blocked' ? plan.obstacles : []).toContainEqual(
      expect.objectContaining({ variable: 'shipping.strays', actual: 'stuck' }),
    );
    expect(begun(stage).slice(before)).toEqual([]);
    for (const folder of closed) moveAway(world, folder);
    await stage.converge();
    stage.daemon.crash();
    expect(begun(stage).slice(before)).toContain('establish-log-shipping');
    expect(world.account().serving).toMatch(/^sql-par-/);
    expect(world.account().lost.length).toBe(account.lost.length);
    expect(world.account().writableAtTwoSitesMs).toBe(0);
  },
);

test(
  'a planned move of a closed site loses nothing and restores the last log backup from the share',
  TIMEOUT,
  async () => {
    const options = { ...storyOverrides({ seed: 6, shareSite: 'backup' }), closedToDaemon: [SHARE, COPIES] };
    const stage = new Stage(new SimulatedWorld(freshWorld(options)), new SeededRandom(6));
    await stage.converge();
    stage.world.estate.fault('clients on');
    await stage.pass(20);
    stage.world.setPrimaryDatacenter('lyon');
    await stage.converge();
    stage.daemon.crash();
    expect(begun(stage)).toContain('tail-log-backup');
    expect(begun(stage)).not.toContain('copy-log-backups');
    expect(stage.world.account().lost).toEqual([]);
  },
);
