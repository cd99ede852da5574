/** The main job over real sockets, files and processes, with a daemon that is killed six times on the way. */
import { expect, test } from 'vitest';
import { reportStory } from '../../src/cli/estate-story/transition-report.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { toArray } from '../../src/simulator/instance/chunks.ts';
import {
  FAILBACK_KILLS,
  FAILOVER_KILLS,
  onlyOnShare,
  RARELY_COPIED,
  type KillPoint,
  type KillScene,
} from './kill-points.ts';
import { doneOtherwise, restoredTwice, shippingJobs, storyOf } from './wire-judge.ts';
import { WireStage } from './wire-stage.ts';

const FACTOR = 60;
/** Three files for the copying to be in the middle of; every BACKUP and RESTORE takes a fifth of a real second. */
const OVERRIDES: EstateOverrides = {
  ...RARELY_COPIED,
  speed: { ...DEFAULT_ESTATE.speed, minimumMs: 200 * FACTOR },
};
const UNCOPIED = 3;

const announces = (record: JournalRecord, { action, effect }: KillPoint): boolean =>
  effect === undefined
    ? record.kind === 'intent' && record.action === action
    : record.kind === 'effect' && record.action === action && record.what.startsWith(effect);

/** Actions whose outcome the daemon of this epoch did not live to write. */
const unfinished = (records: readonly JournalRecord[], epoch: number): readonly string[] => {
  const own = records.filter((record) => record.epoch === epoch);
  const ended = new Set(own.flatMap((record) => (record.kind === 'outcome' ? [record.attempt] : [])));
  return own.flatMap((record) =>
    record.kind === 'intent' && !ended.has(record.attempt) ? [record.action] : [],
  );
};

async function killAt(stage: WireStage, scene: KillScene, point: KillPoint): Promise<void> {
  const from = stage.records.length;
  await stage.until(`the announcement of a kill ${point.name}`, () =>
    stage.records.slice(from).some((record) => announces(record, point)),
  );
  await point.announced?.(scene);
  await stage.until(`the instant of a kill ${point.name}`, () => point.inside(scene));
  await stage.killDaemon();
  await point.aftermath?.(scene);
}

async function move(
  stage: WireStage,
  scene: KillScene,
  points: readonly KillPoint[],
  datacenter: string,
): Promise<void> {
  for (const point of points) point.prepare?.(scene);
  stage.edit(datacenter);
  for (const point of points) {
    await killAt(stage, scene, point);
    await stage.startDaemon();
  }
}

async function loseHome(stage: WireStage): Promise<KillScene> {
  const { estate } = stage;
  await stage.until('log backups that only the share has', () => onlyOnShare(estate).length >= UNCOPIED);
  const uncopied = onlyOnShare(estate);
  await estate.fault('down site home');
  await stage.verdictOnHome('silent');
  return { estate, uncopied };
}

function expectAllKillsMet(stage: WireStage): void {
  const points = [...FAILOVER_KILLS, ...FAILBACK_KILLS];
  const missed = points.filter(({ action }, index) => !unfinished(stage.records, index + 1).includes(action));
  expect(missed.map(({ name }) => name)).toEqual([]);
}

function expectNothingLostOrTwice({ estate, records }: WireStage): void {
  const account = estate.checker();
  const { ledger } = reportStory({
    records,
    account,
    acknowledged: toArray(estate.state().chat.acknowledged),
    lostFiles: 0,
  });
  const story = storyOf(records);
  expect(ledger.unnamedLost, `${JSON.stringify(account.lost)}\n${story}`).toBe(0);
  expect(account.writableAtTwoSitesMs).toBe(0);
  expect(doneOtherwise(account.counts), story).toEqual([]);
  expect(restoredTwice(estate.state())).toEqual([]);
  expect(shippingJobs(estate.state())).toEqual([
    'sql-lyo-1.contoso.com: LSCopy_SQL-PAR-1_mgc',
    'sql-lyo-1.contoso.com: LSRestore_SQL-PAR-1_mgc',
    'sql-par-1.contoso.com: LSAlert_SQL-PAR-1',
    'sql-par-1.contoso.com: LSBackup_mgc',
  ]);
}

test(
  'a daemon killed six times on the way moves the pool to lyon and back and does nothing twice',
  { timeout: 240_000 },
  async () => {
    await using stage = await WireStage.open({
      seed: 'six kills',
      factor: FACTOR,
      overrides: OVERRIDES,
      durations: { connect: '300ms', pollInterval: '400ms' },
      document: { drainTimeout: '0s' },
    });
    const { estate } = stage;
    await stage.startDaemon();
    await estate.fault('clients on');
    await stage.converged('home');
    const scene = await loseHome(stage);
    await move(stage, scene, FAILOVER_KILLS, 'lyon');
    await stage.converged('backup');
    await estate.fault('rebuild site home');
    await stage.verdictOnHome('alive');
    await move(stage, scene, FAILBACK_KILLS, 'paris');
    await stage.converged('home');
    await estate.fault('clients off');

    expectAllKillsMet(stage);
    expectNothingLostOrTwice(stage);
    const starts = stage.records.filter((record) => record.kind === 'started');
    expect(starts.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  },
);
