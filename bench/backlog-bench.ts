/**
 * The backlog of a lost home: log backups that are only on the share, copied and restored by the product's actuators, the restore
 * overlapping the copying, against the same files on an equal estate copied one after another and then restored one after another.
 * Driver, TLS, checksums and the durable journal are real; the link to the share takes what the estate's own copy jobs take.
 */
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { applyLogBackups } from '../src/actuators/apply-log-backups.ts';
import { copyLogBackups } from '../src/actuators/copy-log-backups.ts';
import { filesToCopy } from '../src/actuators/choose-files.ts';
import { joinPath } from '../src/actuators/file-names.ts';
import type { Actuator, ActuatorPorts, StepContext } from '../src/actuators/step-context.ts';
import { askRunningEstate } from '../src/cli/estate-story/running-estate.ts';
import { composeObserver, composePorts } from '../src/daemon/compose-ports.ts';
import { hostClock } from '../src/daemon/host/host-clock.ts';
import { openJournal } from '../src/daemon/journal.ts';
import { createLogger } from '../src/daemon/logger.ts';
import { parseDesiredState } from '../src/desired-state/parse-desired-state.ts';
import { parseSettings, type Settings } from '../src/desired-state/parse-settings.ts';
import type { PoolObserver } from '../src/observers/observe-pool.ts';
import type { Journal } from '../src/ports/journal.ts';
import { DEFAULT_ESTATE } from '../src/simulator/estate/estate-options.ts';
import { backupLog } from '../src/statements/change-backup-restore.ts';
import { NOT_READ_YET } from '../src/topology/log-chain.ts';
import type { PoolFacts } from '../src/topology/pool-facts.ts';
import type { DesiredPool } from '../src/topology/pool-topology.ts';
import { atLeast, msSince, type BenchFigure } from './bench-figure.ts';
import { startEstateWith, temporaryFolder, type RunningEstate } from './program.ts';

const FILES = 200;
/** Estate seconds per real second: slow enough for the work to weigh more than the machine that plays it. */
const FACTOR = 4;
const BAR = 1.5;
/** No job copies, restores or backs up while this runs. */
const IDLE_MINUTES = 720;
const DAY_START_MS = Date.UTC(2026, 10, 23);
const never = new AbortController().signal;

/** The daemon's ports before a backlog, home lost, with what it sees. */
interface Scene extends AsyncDisposable {
  readonly ports: ActuatorPorts;
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly journal: Journal;
}

function settingsOf({ settingsFile }: RunningEstate): Settings {
  return parseSettings(readFileSync(settingsFile, 'utf8'), settingsFile);
}

function poolOf({ desiredFile }: RunningEstate): DesiredPool {
  const parsed = parseDesiredState(readFileSync(desiredFile, 'utf8'), desiredFile);
  const pool = parsed.kind === 'ok' ? parsed.pools[0] : undefined;
  if (pool === undefined) throw new Error('the estate declares no pool');
  return pool;
}

/** Each file takes the latency of the link; links take several at once. */
function throughLink(ports: ActuatorPorts): ActuatorPorts {
  const { files, clock } = ports;
  const perFileMs = DEFAULT_ESTATE.speed.minimumCopyMs / FACTOR;
  return {
    ...ports,
    files: {
      reaches: () => true,
      list: (folder, signal) => files.list(folder, signal),
      move: (source, target, signal) => files.move(source, target, signal),
      removeUnfinished: (file, signal) => files.removeUnfinished(file, signal),
      copy: async (source, target, options) => {
        await clock.sleep(perFileMs, options.signal);
        await files.copy(source, target, options);
      },
    },
  };
}

/** As LSBackup would have written them. One without content is not needed, so something is written before each. */
async function takeLogBackups(
  { sql }: ActuatorPorts,
  { topology }: DesiredPool,
  post: (text: string) => Promise<unknown>,
): Promise<void> {
  await using home = await sql.open(topology.sites.home.chat.primary, never);
  for (let file = 0; file < FILES; file += 1) {
    const name = `${topology.chatDatabase}_${String(20_261_123_000_000 + file)}.trn`;
    const statement = backupLog(topology.chatDatabase, joinPath(topology.logShipping.share, name));
    await post(name);
    const { errors } = await home.run(statement, { signal: never, deadlineMs: undefined });
    if (errors[0] !== undefined) throw new Error(errors[0].message);
  }
}

/** Until every header on the share is read. */
async function seen(observer: PoolObserver, pool: DesiredPool): Promise<PoolFacts> {
  for (;;) {
    const facts = await observer.observe(pool.topology, never);
    const files = facts.share.kind === 'value' ? facts.share.value.files : [];
    if (files.length >= FILES && !files.some(({ headerProblem }) => headerProblem === NOT_READ_YET))
      return facts;
  }
}

async function backlog(): Promise<Scene> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(temporaryFolder());
  const minutes = { backupEveryMinutes: IDLE_MINUTES, copyEveryMinutes: IDLE_MINUTES };
  const estate = opening.use(
    await startEstateWith({
      directory: folder.path,
      factor: FACTOR,
      nowMs: DAY_START_MS,
      overrides: { ...minutes, restoreEveryMinutes: IDLE_MINUTES },
    }),
  );
  const settings = settingsOf(estate);
  const host = composePorts(settings, createLogger('error'));
  opening.defer(() => host.close());
  const observer = composeObserver(settings, host.ports);
  opening.defer(() => observer.close());
  const pool = poolOf(estate);
  const fault = (command: string): Promise<unknown> =>
    askRunningEstate(folder.path, { kind: 'fault', command }, hostClock);
  const post = (text: string): Promise<unknown> =>
    askRunningEstate(folder.path, { kind: 'post', client: 'client-1', text }, hostClock);
  await takeLogBackups(host.ports, pool, post);
  await fault('down site home');
  const facts = await seen(observer, pool);
  const journal = await openJournal(path.join(folder.path, 'bench-journal'), hostClock, 1);
  opening.defer(() => journal.close());
  const closing = opening.move();
  return {
    ports: throughLink(host.ports),
    pool,
    facts,
    journal,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** As the daemon gives it: every effect is on the journal's disk before it is made. */
function contextOf(
  { pool, facts, journal }: Scene,
  action: 'copy-log-backups' | 'apply-log-backups',
  overlapped: Promise<void> | undefined,
): StepContext {
  const { generation, topology } = pool;
  const reference = { pool: topology.name, round: 'bench', generation, attempt: action, action };
  return {
    pool,
    facts,
    overlapped,
    step: { action, target: 'backup' },
    signal: never,
    effect: async (where, what) => {
      await journal.append({ kind: 'effect', ...reference, target: 'backup', where, what });
    },
    lease: { epoch: 1, holder: 'bench' },
    passed: () => undefined,
    leave: () => undefined,
    recheck: () => Promise.resolve(facts),
    progress: () => undefined,
  };
}

async function apply(scene: Scene, overlapped?: Promise<void>): Promise<void> {
  const run: Actuator = applyLogBackups;
  const notes = await run(scene.ports, contextOf(scene, 'apply-log-backups', overlapped));
  const applied = (notes['applied'] as readonly string[]).length;
  if (applied !== FILES) throw new Error(`${String(applied)} of ${String(FILES)} log backups were applied`);
}

/** As the plan does it: both steps at once. */
async function overlapping(scene: Scene): Promise<void> {
  const copying = copyLogBackups(scene.ports, contextOf(scene, 'copy-log-backups', undefined));
  const copied = copying.then(() => undefined);
  await Promise.all([copying, apply(scene, copied)]);
}

async function oneAfterAnother(scene: Scene): Promise<number> {
  const { ports, facts, pool } = scene;
  const { share, copyFolder } = pool.topology.logShipping;
  const context = contextOf(scene, 'copy-log-backups', undefined);
  const from = process.hrtime.bigint();
  for (const { name, sizeBytes } of filesToCopy(facts, pool.topology)?.files ?? []) {
    await context.effect(copyFolder, `copy ${name} (${String(sizeBytes)} bytes)`);
    await ports.files.copy(joinPath(share, name), joinPath(copyFolder, name), { signal: never });
  }
  const copiedMs = msSince(from);
  await apply(scene);
  return copiedMs;
}

export async function runBacklogBench(): Promise<readonly BenchFigure[]> {
  const timed = async (work: (scene: Scene) => Promise<unknown>): Promise<[number, unknown]> => {
    await using scene = await backlog();
    const from = process.hrtime.bigint();
    const result = await work(scene);
    return [msSince(from), result];
  };
  const [overlappedMs] = await timed(overlapping);
  const [strictMs, copiedMs] = await timed(oneAfterAnother);
  const what = `backlog of ${String(FILES)} log backups`;
  const ratio = strictMs / overlappedMs;
  return [
    { name: `${what}, copied and restored by the plan`, value: overlappedMs / 1_000, unit: 's', bar: null },
    { name: `${what}, one after another`, value: strictMs / 1_000, unit: 's', bar: null },
    { name: `${what}, of that copying`, value: Number(copiedMs) / 1_000, unit: 's', bar: null },
    { name: `${what}, times faster`, value: ratio, unit: 'times', bar: atLeast(BAR) },
  ];
}
