/**
 * What happened, computed from the journal and the estate alone: which steps were applied in which order, what was named at risk
 * beforehand, what was lost, and how much time was the product's own. Pure.
 */
import type { JournalRecord } from '../../ports/journal.ts';
import type { EstateAccount, MessageWhereabouts } from '../../simulator/estate/checker.ts';
import type { LossLedger } from '../../topology/loss-ledger.ts';

export interface TransitionReport {
  readonly actions: readonly string[];
  readonly seedSteps: readonly number[];
}

export interface LedgerReport {
  readonly acknowledged: number;
  readonly kept: number;
  readonly namedAtRisk: number;
  readonly namedLost: number;
  readonly unnamedLost: number;
}

export interface StoryReport {
  readonly failover: TransitionReport;
  readonly failback: TransitionReport;
  readonly ledger: LedgerReport;
  /** Log backups that are lost: as the ledger said before the recovery, and as they are. */
  readonly lostFiles: { readonly predicted: number; readonly actual: number };
  readonly writableAtTwoSitesMs: number;
  readonly overheadMs: { readonly failover: number; readonly failback: number };
}

/** A message that a client saw acknowledged, with its instant. */
export interface Acknowledged {
  readonly site: 'home' | 'backup';
  readonly acknowledgedAtMs: number;
}

export interface StoryEvidence {
  readonly records: readonly JournalRecord[];
  readonly account: EstateAccount;
  readonly acknowledged: readonly Acknowledged[];
  /** Log backups that existed when home was lost and that no copy has. */
  readonly lostFiles: number;
}

/** Records of one transition: from the generation that asked for it until the next one. */
function transition(records: readonly JournalRecord[], ordinal: number): readonly JournalRecord[] {
  const starts = records.flatMap((record, index) => (record.kind === 'generation' ? [index] : []));
  return records.slice(starts[ordinal] ?? records.length, starts[ordinal + 1] ?? records.length);
}

function applied(records: readonly JournalRecord[]): TransitionReport {
  const done = new Set(
    records.flatMap((record) =>
      record.kind === 'outcome' && record.result === 'done' ? [record.attempt] : [],
    ),
  );
  const steps = records
    .filter((record) => record.kind === 'intent')
    .filter((record) => done.has(record.attempt));
  return {
    actions: steps.map(({ action, target }) => `${action}:${target}`),
    seedSteps: steps.flatMap(({ seedStep }) => {
      const number = Number(seedStep?.split(' ')[1]);
      return Number.isInteger(number) ? [number] : [];
    }),
  };
}

/** The ledger as it was written last before a step; undefined when the step was never begun. */
function ledgerBefore(records: readonly JournalRecord[], action: string): LossLedger | undefined {
  const at = records.findIndex((record) => record.kind === 'intent' && record.action === action);
  const plan = records.slice(0, Math.max(0, at)).findLast((record) => record.kind === 'plan');
  return plan === undefined ? undefined : (plan.ledger as LossLedger);
}

/**
 * Own time from the first intent to the last outcome: wall time less what was spent in SQL Server, the shell, files and waiting for
 * the world. The counter of outside time begins anew with every start of the daemon, so only steps of one epoch are joined.
 */
function overhead(records: readonly JournalRecord[]): number {
  const steps = records.filter((record) => record.kind === 'intent' || record.kind === 'outcome');
  let own = 0;
  for (const [index, record] of steps.entries()) {
    const before = steps[index - 1];
    if (before === undefined || before.epoch !== record.epoch) continue;
    const wallMs = Date.parse(record.at) - Date.parse(before.at);
    own += Math.max(0, wallMs - (record.outsideMs - before.outsideMs));
  }
  return Math.round(own);
}

const atRiskSince = (ledger: LossLedger | undefined): number => {
  const starts = (ledger?.lines ?? [])
    .filter(({ kind, from }) => kind === 'at-risk' && from !== null)
    .map(({ from }) => Date.parse(from ?? ''));
  return starts.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...starts);
};

export function reportStory({ records, account, acknowledged, lostFiles }: StoryEvidence): StoryReport {
  const failover = transition(records, 1);
  const failback = transition(records, 2);
  const ledger = ledgerBefore(records, 'recover-backup');
  const since = atRiskSince(ledger);
  const atRisk = (message: Acknowledged): boolean =>
    message.site === 'home' && message.acknowledgedAtMs > since;
  // Estate time, not the daemon's: home's first service ends before the backup site's first message.
  const served = acknowledged
    .filter(({ site }) => site === 'backup')
    .map((message) => message.acknowledgedAtMs);
  const homeEndMs = Math.min(...served, Number.POSITIVE_INFINITY);
  const lost = account.lost.map((where: MessageWhereabouts) => where.message);
  const namedLost = lost.filter(atRisk).length;
  return {
    failover: applied(failover),
    failback: applied(failback),
    ledger: {
      acknowledged: account.acknowledged,
      kept: account.kept,
      namedAtRisk: acknowledged.filter((message) => atRisk(message) && message.acknowledgedAtMs < homeEndMs)
        .length,
      namedLost,
      unnamedLost: lost.length - namedLost,
    },
    lostFiles: { predicted: ledger?.lostFiles ?? 0, actual: lostFiles },
    writableAtTwoSitesMs: account.writableAtTwoSitesMs,
    overheadMs: { failover: overhead(failover), failback: overhead(failback) },
  };
}
