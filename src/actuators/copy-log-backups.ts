/** copy-log-backups: every useful log backup that is only on the share goes to the copy folder, four at a time, in LSN order. */
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import type { BackupFile } from '../topology/pool-facts.ts';
import { filesToCopy } from './choose-files.ts';
import { CopyProgress } from './copy-progress.ts';
import { joinPath } from './file-names.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

/** Copies at once: enough to fill a link with latency, few enough not to starve SQL Server's own traffic. A choice of ours. */
const PARALLEL = 4;

interface CopyReport {
  readonly copied: string[];
  readonly failed: PoolError[];
}

async function copyOne(
  ports: ActuatorPorts,
  context: StepContext,
  file: BackupFile,
  report: CopyReport,
  progress: CopyProgress,
): Promise<void> {
  const { share, copyFolder } = context.pool.topology.logShipping;
  await context.effect(copyFolder, `copy ${file.name} (${file.sizeBytes} bytes)`);
  try {
    await ports.files.copy(joinPath(share, file.name), joinPath(copyFolder, file.name), {
      signal: context.signal,
      leave: context.leave.bind(context),
      onProgress: (bytes) => {
        progress.moved(file, bytes);
      },
    });
    report.copied.push(file.name);
  } catch (error) {
    const problem = toPoolError(error);
    if (context.signal.aborted)
      throw new PoolError('PCO_CANCELLED', 'copying was cancelled', { cause: error });
    report.failed.push(problem);
  }
}

/** A file that cannot be copied does not hold back the others: every reachable one is salvaged first. */
async function copyAll(
  ports: ActuatorPorts,
  context: StepContext,
  files: readonly BackupFile[],
): Promise<CopyReport> {
  const report: CopyReport = { copied: [], failed: [] };
  const progress = new CopyProgress({
    files,
    monotonicMs: () => ports.clock.monotonicMs(),
    tell: (message, fraction) => {
      context.progress(message, fraction);
    },
  });
  const waiting = [...files];
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await copyOne(ports, context, file, report, progress);
      progress.ended(file, report.copied.includes(file.name));
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: PARALLEL }, lane));
  const stopped = lanes.find((one) => one.status === 'rejected');
  if (stopped !== undefined) throw toPoolError(stopped.reason);
  return report;
}

export const copyLogBackups: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const { copyFolder } = topology.logShipping;
  const work = filesToCopy(context.facts, topology);
  if (work === undefined) {
    throw new PoolError(
      'PCO_STEP_REFUSED',
      'the share or the copy folder was not seen when this step was planned',
    );
  }
  for (const name of work.leftovers) {
    await context.effect(copyFolder, `remove unfinished ${name}`);
    await ports.files.removeUnfinished(joinPath(copyFolder, name), {
      signal: context.signal,
      leave: context.leave.bind(context),
    });
  }
  const report = await copyAll(ports, context, work.files);
  const first = report.failed[0];
  if (first !== undefined) {
    throw new PoolError(first.code, `${report.failed.length} log backups were not copied: ${first.message}`, {
      cause: first,
    });
  }
  return { copied: report.copied.sort() };
};
