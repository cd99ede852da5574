/** A planned switchover and the way back with home alive: estate and daemon as in the demo, measured from the daemon's journal. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findDaemon } from '../src/cli/daemon-client.ts';
import { DaemonProcess } from '../src/cli/estate-story/daemon-process.ts';
import { journalRecords } from '../src/cli/estate-story/journal-file.ts';
import { openPlayground, type Playground } from '../src/cli/estate-story/playground.ts';
import { reportStory, type StoryReport } from '../src/cli/estate-story/transition-report.ts';
import { hostClock } from '../src/daemon/host/host-clock.ts';
import { withPrimaryDatacenter } from '../src/simulator/estate/desired-document.ts';
import { toArray } from '../src/simulator/instance/chunks.ts';
import { temporaryFolder } from './program.ts';

/** As fast as the demo's estate. */
const FACTOR = 60;
const LIMIT_MS = 120_000;
const LOOK_MS = 50;
const END_LIMIT_MS = 20_000;

async function converged({ documents }: Playground, site: 'home' | 'backup'): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  for (;;) {
    const client = await findDaemon(documents.journalDirectory);
    const [pool] = (await client?.status())?.pools ?? [];
    if (pool?.state === 'converged' && pool.primarySite === site) return;
    if (limit.aborted) throw new Error(`the pool did not converge in ${site}: ${JSON.stringify(pool?.plan)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function edit({ documents: { desiredFile } }: Playground, datacenter: string): void {
  writeFileSync(`${desiredFile}.new`, withPrimaryDatacenter(readFileSync(desiredFile, 'utf8'), datacenter));
  renameSync(`${desiredFile}.new`, desiredFile);
}

export interface Beside {
  /** Called before the first edit. */
  readonly whileMoving: (journalDirectory: string) => Promise<void>;
  /** Called when the pool is back, however that ended. */
  readonly moved: () => Promise<void>;
}

const NOTHING: Beside = { whileMoving: () => Promise.resolve(), moved: () => Promise.resolve() };

export async function playSwitchover({ whileMoving, moved }: Beside = NOTHING): Promise<StoryReport> {
  using folder = temporaryFolder();
  const playground = await openPlayground({
    directory: folder.path,
    factor: FACTOR,
    seed: 'switchover',
    shareSite: 'backup',
    nowMs: hostClock.now(),
  });
  const { documents, directory, estate } = playground;
  let daemon: DaemonProcess | undefined;
  try {
    daemon = await DaemonProcess.start(documents.settingsFile, path.join(directory, 'daemon.log'), hostClock);
    await converged(playground, 'home');
    await estate.fault('clients on');
    await whileMoving(documents.journalDirectory);
    edit(playground, 'lyon');
    await converged(playground, 'backup');
    edit(playground, 'paris');
    await converged(playground, 'home');
    return reportStory({
      records: journalRecords(documents.journalDirectory),
      account: estate.checker(),
      acknowledged: toArray(estate.state().chat.acknowledged),
      lostFiles: 0,
    });
  } finally {
    await moved();
    await daemon?.endWithin(END_LIMIT_MS, hostClock);
    await playground.stop();
  }
}
