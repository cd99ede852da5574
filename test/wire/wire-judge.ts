/**
 * What a daemon that was killed and started again may not have done twice, judged by the estate: its count of deeds, msdb's restore
 * history, the Agent's jobs. A cut-off BACKUP or RESTORE that is begun again is not a second deed: the estate counts it at its end.
 */
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { EstateState } from '../../src/simulator/estate/estate-state.ts';
import type { LossLedger } from '../../src/topology/loss-ledger.ts';

/** How often each deed changes the estate in one failover and one failback to a rebuilt home, if nobody disturbs them. */
const DEEDS: Readonly<Record<string, number>> = {
  'recovered@sql-lyo-1.contoso.com/mgc': 1,
  'Set-CsPersistentChatState:FailedOver': 1,
  'Install-CsMirrorDatabase:mgc': 1,
  'set-partner@sql-lyo-1.contoso.com/mgc': 1,
  'Set-CsPersistentChatActiveServer:changed': 3,
  'partner-off@sql-lyo-1.contoso.com/mgc': 1,
  'restore-database@sql-par-1.contoso.com/mgc': 1,
  'recovered@sql-par-1.contoso.com/mgc': 1,
  'restore-database@sql-lyo-1.contoso.com/mgc': 1,
  'Set-CsPersistentChatState:Normal': 1,
  'restore-database@sql-par-2.contoso.com/mgc': 1,
  'set-partner@sql-par-1.contoso.com/mgc': 1,
};

/** A line for every deed that was done more or less often; none when all is well. */
export function doneOtherwise(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(DEEDS)
    .filter(([deed, times]) => counts[deed] !== times)
    .map(([deed, times]) => `${deed}: ${String(counts[deed] ?? 0)} instead of ${String(times)}`);
}

/** Files that one instance has restored to their end more than once. */
export function restoredTwice(state: EstateState): readonly string[] {
  return Object.values(state.instances).flatMap(({ name, restores, backupSets, mediaFamilies }) => {
    const sets = restores.map(({ backupSetId }) => backupSetId);
    const twice = new Set(sets.filter((set, index) => sets.indexOf(set) !== index));
    const mediaSets = backupSets.filter(({ id }) => twice.has(id)).map(({ mediaSetId }) => mediaSetId);
    return mediaFamilies
      .filter(({ mediaSetId }) => mediaSets.includes(mediaSetId))
      .map(({ physicalName }) => `${physicalName} on ${name}`);
  });
}

/** Enabled jobs of log shipping by instance, for example `sql-par-1.contoso.com: LSBackup_mgc`. */
export function shippingJobs(state: EstateState): readonly string[] {
  return Object.entries(state.hosts)
    .flatMap(([instance, { msdb }]) =>
      msdb.jobs.filter(({ enabled }) => enabled).map(({ name }) => `${instance}: ${name}`),
    )
    .sort();
}

/** What a reader of a failure needs: starts, plans with what they gave up, steps with their effects. One line each. */
export function storyOf(records: readonly JournalRecord[]): string {
  return records
    .flatMap((record) => told(record).map((text) => `${record.at} ${String(record.epoch)} ${text}`))
    .join('\n');
}

function told(record: JournalRecord): readonly string[] {
  switch (record.kind) {
    case 'started':
      return ['started'];
    case 'generation':
      return [`generation ${record.primaryDatacenter}`];
    case 'plan':
      return [
        `plan, given up: ${JSON.stringify((record.ledger as LossLedger).lines.filter(({ kind }) => kind !== 'salvageable'))}`,
      ];
    case 'intent':
      return [`begun ${record.action} ${record.target}`];
    case 'effect':
      return [`  ${record.where} ${record.what}`];
    case 'outcome':
      return [`${record.result} ${record.action}`];
    default:
      return [];
  }
}
