/** pause-log-shipping, enable-jobs, stop-log-backups, resume-log-backups: the Agent jobs of the two halves. */
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName, Site } from '../topology/pool-topology.ts';
import { enableJob, quietJob, readJobNow, runJob } from './agent-jobs.ts';
import { filesToCopy } from './choose-files.ts';
import { openInstance } from './instance-session.ts';
import { pairOf, requireInstance, seenInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

interface ShippingJobs {
  readonly instance: InstanceName;
  readonly copy: string;
  readonly restore: string;
}

function secondaryJobs(context: StepContext): ShippingJobs | undefined {
  const { topology } = context.pool;
  const instance = servingInstance(context.facts, topology, 'backup');
  const half = requireInstance(context.facts, instance).shippingSecondary[topology.chatDatabase];
  if (half === undefined || half === null) return undefined;
  return { instance, copy: half.copyJobId, restore: half.restoreJobId };
}

/**
 * Home writes one more log backup while its clients are still in: where it cannot reach the share, its last one would fail when they
 * are gone. A home whose jobs are missing is asked nothing.
 */
async function proveLogBackups(ports: ActuatorPorts, context: StepContext): Promise<void> {
  const instance = servingInstance(context.facts, context.pool.topology, 'home');
  const own = logBackupJobs(context, 'home').find((job) => job.instance === instance);
  if (own === undefined) return;
  await using session = await openInstance(ports, context, instance);
  if ((await readJobNow(session, own.job)) === undefined) return;
  const { succeeded, message } = await runJob(ports, session, own.job);
  if (succeeded) return;
  throw new PoolError('PCO_SQL_ERROR', `the log backup job on ${instance} fails: ${message}`, {
    hint: `can ${instance} write to ${context.pool.topology.logShipping.share}? Its last log backup goes there once no client is left`,
  });
}

/** Copy and restore once more to the end, then nothing of them can run any more. A failed run is no obstacle: the next steps salvage. */
export const pauseLogShipping: Actuator = async (ports, context): Promise<StepNotes> => {
  const jobs = secondaryJobs(context);
  if (jobs === undefined) return { paused: 'no secondary' };
  await using session = await openInstance(ports, context, jobs.instance);
  const copy = await readJobNow(session, jobs.copy);
  const restore = await readJobNow(session, jobs.restore);
  const awake = [copy, restore].some((job) => job !== undefined && (job.enabled || job.running));
  if (!awake) return { paused: 'already' };
  await proveLogBackups(ports, context);
  const copied = await runJob(ports, session, jobs.copy);
  const restored = await runJob(ports, session, jobs.restore);
  await quietJob(ports, session, jobs.copy);
  await quietJob(ports, session, jobs.restore);
  return { paused: 'now', copied: copied.succeeded, restored: restored.succeeded };
};

/** Also of a paused secondary: a disabled job can be started (sql-server reference 2.6, practice). */
export const runCopyJob: Actuator = async (ports, context): Promise<StepNotes> => {
  if (filesToCopy(context.facts, context.pool.topology)?.files.length === 0) return { copied: 'already' };
  const jobs = secondaryJobs(context);
  if (jobs === undefined)
    throw new PoolError('PCO_STEP_REFUSED', 'there is no secondary any more, and with it no copy job');
  await using session = await openInstance(ports, context, jobs.instance);
  const { succeeded, message } = await runJob(ports, session, jobs.copy);
  if (!succeeded) throw new PoolError('PCO_SQL_ERROR', `the copy job on ${jobs.instance} failed: ${message}`);
  return { instance: jobs.instance, copyJob: jobs.copy };
};

export const enableJobs: Actuator = async (ports, context): Promise<StepNotes> => {
  if (context.step.target === 'home') return resumeLogBackups(ports, context);
  const jobs = secondaryJobs(context);
  if (jobs === undefined) return { enabled: 'no secondary' };
  await using session = await openInstance(ports, context, jobs.instance);
  await enableJob(session, jobs.copy);
  await enableJob(session, jobs.restore);
  return { enabled: [jobs.copy, jobs.restore] };
};

/** LSBackup of both partners where they answer: on a mirror it succeeds without a file, so both are configured and switched. */
export function logBackupJobs(
  context: StepContext,
  site: Site,
): readonly { readonly instance: InstanceName; readonly job: string }[] {
  const { topology } = context.pool;
  return pairOf(context.facts, topology, site).flatMap((instance) => {
    const half = seenInstance(context.facts, instance)?.shippingPrimary[topology.chatDatabase];
    return half === undefined || half === null ? [] : [{ instance, job: half.backupJobId }];
  });
}

export async function quietLogBackups(
  ports: ActuatorPorts,
  context: StepContext,
  site: Site,
): Promise<readonly InstanceName[]> {
  const jobs = logBackupJobs(context, site);
  for (const { instance, job } of jobs) {
    await using session = await openInstance(ports, context, instance);
    await quietJob(ports, session, job);
  }
  return jobs.map(({ instance }) => instance);
}

/** A job that a partner lacks is no obstacle: it is made again once that partner serves. */
export async function enableLogBackups(
  ports: ActuatorPorts,
  context: StepContext,
  site: Site,
): Promise<readonly InstanceName[]> {
  const enabled: InstanceName[] = [];
  const serving = servingInstance(context.facts, context.pool.topology, site);
  for (const { instance, job } of logBackupJobs(context, site)) {
    await using session = await openInstance(ports, context, instance);
    if (instance !== serving && (await readJobNow(session, job)) === undefined) continue;
    await enableJob(session, job);
    enabled.push(instance);
  }
  return enabled;
}

export const stopLogBackups: Actuator = async (ports, context): Promise<StepNotes> => ({
  stopped: await quietLogBackups(ports, context, 'home'),
});

export const resumeLogBackups: Actuator = async (ports, context): Promise<StepNotes> => ({
  enabled: await enableLogBackups(ports, context, 'home'),
});
