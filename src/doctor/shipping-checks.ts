/** Log shipping: jobs present, enabled, scheduled as declared, run well; the share as SQL Server's accounts see it. */
import type { InstanceSetup } from '../observers/instance-setup.ts';
import type { InstanceFacts, JobFacts } from '../topology/pool-facts.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import type { DoctorEvidence } from './evidence.ts';
import { FILE_WAYS, wayOf } from './file-way.ts';
import { error, ok, unknown, warning, type Mend, type Verdict } from './finding.ts';
import { DESIRED, factsOf, HERE, notAsked, poolParty, servingSite } from './parties.ts';

type Role = 'backup' | 'copy' | 'restore';
const JOB_NAMES: Readonly<Record<Role, string>> = {
  backup: 'LSBackup',
  copy: 'LSCopy',
  restore: 'LSRestore',
};

interface Expected {
  readonly instance: InstanceName;
  readonly role: Role;
  readonly job: JobFacts | undefined;
  readonly everyMinutes: number;
  /** Field of the desired state. */
  readonly field: string;
  /** null: no schedule, or none that is one interval within the day. 'unknown': not asked. */
  readonly everyMs: number | null | 'unknown';
}

const jobOf = (facts: InstanceFacts, id: string | undefined): JobFacts | undefined =>
  facts.jobs.find((job) => job.id === id);

/** Logs are shipped from home to backup, and only while home serves; both partners of the pair back up (sql-server reference 2.5). */
function expectedAt(
  evidence: DoctorEvidence,
  instance: InstanceName,
  facts: InstanceFacts,
): readonly Expected[] {
  const { topology, setups } = evidence;
  const { logShipping, chatDatabase } = topology;
  const answer = setups.get(instance);
  const setup: InstanceSetup | undefined = answer?.kind === 'value' ? answer.value : undefined;
  if (instance === topology.sites.backup.chat.primary) {
    const row = facts.shippingSecondary[chatDatabase] ?? undefined;
    const every = (read: (secondary: NonNullable<InstanceSetup['secondary']>) => number | null) =>
      setup?.secondary == null ? ('unknown' as const) : read(setup.secondary);
    return [
      {
        instance,
        role: 'copy',
        job: jobOf(facts, row?.copyJobId),
        everyMinutes: logShipping.copyEveryMinutes,
        field: 'copyEvery',
        everyMs: every(({ copyEveryMs }) => copyEveryMs),
      },
      {
        instance,
        role: 'restore',
        job: jobOf(facts, row?.restoreJobId),
        everyMinutes: logShipping.restoreEveryMinutes,
        field: 'restoreEvery',
        everyMs: every(({ restoreEveryMs }) => restoreEveryMs),
      },
    ];
  }
  const row = facts.shippingPrimary[chatDatabase] ?? undefined;
  return [
    {
      instance,
      role: 'backup',
      job: jobOf(facts, row?.backupJobId),
      everyMinutes: logShipping.backupEveryMinutes,
      field: 'backupEvery',
      everyMs: setup?.primary == null ? 'unknown' : setup.primary.backupEveryMs,
    },
  ];
}

function ofJobs(evidence: DoctorEvidence, judge: (expected: Expected) => Verdict): readonly Verdict[] {
  if (servingSite(evidence) === 'backup')
    return [ok(poolParty(evidence), 'the pool is failed over: nothing is shipped now')];
  const { home, backup } = evidence.topology.sites;
  return [home.chat.primary, home.chat.mirror, backup.chat.primary].flatMap((instance) => {
    if (instance === undefined) return [];
    const facts = factsOf(evidence, instance);
    return facts === undefined ? [notAsked(instance)] : expectedAt(evidence, instance, facts).map(judge);
  });
}

const onJob = (instance: InstanceName, procedure: string, { id }: JobFacts, rest = ''): Mend => ({
  on: instance,
  command: `EXEC msdb.dbo.${procedure} @job_id = '${id}'${rest};`,
});

/** The rows that make a job are written by log shipping's own procedures, in an order that the daemon knows. */
const establish = (): Mend => ({ on: HERE, command: 'pchat plan' });

export const shippingJobs = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofJobs(evidence, ({ instance, role, job }) => {
    const name = JOB_NAMES[role];
    if (job === undefined) {
      const what = `there is no ${name} of ${evidence.topology.chatDatabase}`;
      return instance === evidence.topology.sites.home.chat.mirror
        ? warning(instance, `${what}: once the mirror serves, nothing is shipped`, establish())
        : error(instance, what, establish());
    }
    return job.enabled
      ? ok(instance, `${name} is there and enabled`)
      : error(
          instance,
          `${name} (${job.name}) is disabled`,
          onJob(instance, 'sp_update_job', job, ', @enabled = 1'),
        );
  });

export const jobSchedules = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofJobs(evidence, ({ instance, role, job, everyMinutes, everyMs, field }) => {
    const name = JOB_NAMES[role];
    if (job === undefined || everyMs === 'unknown')
      return unknown(instance, `${name}: its schedule was not seen`);
    if (everyMs === null)
      return warning(
        instance,
        `${name} has not exactly one enabled schedule with an interval within the day`,
        {
          on: instance,
          command: `SELECT s.* FROM msdb.dbo.sysjobschedules AS j INNER JOIN msdb.dbo.sysschedules AS s ON s.schedule_id = j.schedule_id WHERE j.job_id = '${job.id}';`,
        },
      );
    const found = everyMs / 60_000;
    return found === everyMinutes
      ? ok(instance, `${name} runs every ${String(everyMinutes)} min, as declared`)
      : warning(
          instance,
          `${name} runs every ${String(found)} min, declared are ${String(everyMinutes)} min`,
          {
            on: DESIRED,
            command: `logShipping: {${field}: ${found % 1 === 0 ? `${String(found)}m` : `${String(everyMs / 1_000)}s`}}`,
          },
        );
  });

/** The account of SQL Server Agent reads the share and writes the copy folder: its last run shows whether it can (skype reference 2.5). */
export const jobRuns = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofJobs(evidence, ({ instance, role, job }) => {
    const name = JOB_NAMES[role];
    if (job === undefined) return unknown(instance, `${name}: there is no job`);
    if (job.lastRun === null) return ok(instance, `${name} has not run yet`);
    const { status, at } = job.lastRun;
    return status === 'failed' || status === 'canceled'
      ? warning(instance, `the last run of ${name} (${at}) ${status}`, {
          on: instance,
          command: `SELECT TOP (5) h.step_id, h.message FROM msdb.dbo.sysjobhistory AS h WHERE h.job_id = '${job.id}' ORDER BY h.instance_id DESC;`,
        })
      : ok(instance, `the last run of ${name} ${status}`);
  });

/** Read access of SQL Server's own account, shown by RESTORE HEADERONLY. */
export function logBackupReadable(evidence: DoctorEvidence): readonly Verdict[] {
  const { headerTry, topology } = evidence;
  const { instance, file, answer } = headerTry;
  if (factsOf(evidence, instance) === undefined) return [notAsked(instance)];
  if (servingSite(evidence) === 'backup')
    return [ok(instance, 'the pool is failed over: nothing is restored here now')];
  if (file === null || answer === null)
    return [
      unknown(instance, 'no log backup is known on the share: nothing to try', {
        on: HERE,
        command: 'pchat doctor --only log-backup-readable',
      }),
    ];
  if (answer.kind === 'failed' && answer.code === 'PCO_PERMISSION_DENIED')
    return [
      unknown(instance, `the login may not look into backups: ${answer.reason}`, {
        on: HERE,
        command: 'pchat grants',
      }),
    ];
  if (answer.kind === 'failed')
    return [error(instance, `it cannot read ${file}: ${answer.reason}`, grantRead(evidence, instance))];
  return answer.value.database.toLowerCase() === topology.chatDatabase.toLowerCase()
    ? [ok(instance, `it reads ${file}`)]
    : [
        error(instance, `${file} is a log backup of ${answer.value.database}`, {
          on: DESIRED,
          command: `logShipping: {share: THE-SHARE-OF-${topology.chatDatabase}}`,
        }),
      ];
}

function grantRead(evidence: DoctorEvidence, instance: InstanceName): Mend {
  const checkup = evidence.checkups.get(instance);
  const account = (checkup?.kind === 'value' ? checkup.value.engineAccount : null) ?? 'SERVICE-ACCOUNT';
  const { share } = evidence.topology.logShipping;
  return { on: 'the file server', command: `icacls "${share}" /grant "${account}:(OI)(CI)RX"` };
}

export function shippingThresholds(evidence: DoctorEvidence): readonly Verdict[] {
  const { logShipping } = evidence.topology;
  const rows = [
    ['backupThreshold', logShipping.backupThresholdMinutes, 'backupEvery', logShipping.backupEveryMinutes],
    [
      'restoreThreshold',
      logShipping.restoreThresholdMinutes,
      'restoreEvery',
      logShipping.restoreEveryMinutes,
    ],
  ] as const;
  return rows.map(([threshold, limit, every, interval]) =>
    limit >= interval
      ? ok(DESIRED, `${threshold} (${String(limit)} min) is not shorter than ${every}`)
      : warning(
          DESIRED,
          `${threshold} (${String(limit)} min) is shorter than ${every} (${String(interval)} min): it alerts between two good runs`,
          { on: DESIRED, command: `logShipping: {${threshold}: ${String(interval * ALERT_AFTER_RUNS)}m}` },
        ),
  );
}
/** An alert after so many runs that did not come. */
const ALERT_AFTER_RUNS = 3;

export function filesTravel(evidence: DoctorEvidence): readonly Verdict[] {
  const party = poolParty(evidence);
  const way = wayOf(evidence);
  const words = `${FILE_WAYS[way]} (${way})`;
  const { primary } = evidence.topology.sites.backup.chat;
  if (way === 'none' && factsOf(evidence, primary) === undefined)
    return [unknown(party, `not asked: ${primary} does not answer`)];
  if (way === 'none') return [error(party, words, grantRead(evidence, primary))];
  const unlisted = evidence.host.folders.find(
    ({ role, listed }) => (role === 'share' || role === 'copyFolder') && listed?.kind === 'failed',
  );
  return way === 'daemon' && unlisted !== undefined
    ? [unknown(party, `the settings leave it to this computer, which cannot list ${unlisted.path}`)]
    : [ok(party, words)];
}
