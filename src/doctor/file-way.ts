/** Which way log backups travel on a site: what the planner would take, by the same rule. Pure. */
import { copyWay } from '../topology/copy-way.ts';
import type { DoctorEvidence } from './evidence.ts';
import { factsOf } from './parties.ts';

/**
 * daemon: it copies and checks every file itself. sql-server: the instance restores straight from the share. copy-job: LSCopy brings
 * the files before it is removed. none: nobody brings them.
 */
export type FileWay = 'daemon' | 'sql-server' | 'copy-job' | 'none';

/** LSCopy is there and enabled, and its last run did not fail. */
function copyJobWorks(evidence: DoctorEvidence): boolean {
  const { topology } = evidence;
  const facts = factsOf(evidence, topology.sites.backup.chat.primary);
  const row = facts?.shippingSecondary[topology.chatDatabase];
  const job = facts?.jobs.find(({ id }) => id === row?.copyJobId);
  return job?.enabled === true && job.lastRun?.status !== 'failed';
}

export function wayOf(evidence: DoctorEvidence): FileWay {
  const { facts, topology } = evidence;
  switch (copyWay(facts, topology, topology.sites.backup.chat.primary)) {
    case 'files':
      return 'daemon';
    case 'restore':
      return 'sql-server';
    case 'job':
      return copyJobWorks(evidence) ? 'copy-job' : 'none';
  }
}

export const FILE_WAYS: Readonly<Record<FileWay, string>> = {
  daemon: 'this computer reaches share and copy folder and copies log backups itself',
  'sql-server': 'SQL Server of the backup site restores log backups straight from the share',
  'copy-job':
    'only the job LSCopy brings log backups to the backup site, and it runs before log shipping is removed',
  none: 'nobody brings log backups to the backup site',
};
