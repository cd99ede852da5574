/**
 * What happened, computed from the journal and the estate alone: which steps were applied in which order, what was named at risk
 * beforehand, what was lost, and how much time was the product's own. Pure.
 */
import type { JournalRecord } from '../../ports/journal.ts';
import type { EstateAccount } from '../../simulator/estate/checker.ts';
import type { LedgerLineKind, LossLedger } from '../../topology/loss-ledger.ts';

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

/** A message that a client saw acknowledged: by whom, and when (true UTC, ms). */
export interface Acknowledged {
  readonly site: 'home' | 'backup';
  readonly instance: string;
  readonly acknowledgedAtMs: number;
}

export interface StoryEvidence {
  readonly records: readonly JournalRecord[];
  /** At the end of the story. */
  readonly account: Pick<EstateAccount, 'acknowledged' | 'kept' | 'writableAtTwoSitesMs'> & {
    readonly lost: readonly { readonly message: Acknowledged }[];
  };
  readonly acknowledged: readonly Acknowledged[];
  /** Clock of each instance less true UTC, ms: the ledger speaks in the clock of whoever took the backup. Left out: all are right. */
  readonly clockOffsetsMs?: Readonly<Record<string, number>>;
  /** Log backups that held what the copy lacked when it took over. */
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

/** Lines that name content which the course gives up, and since when. */
const GIVEN_UP: readonly LedgerLineKind[] = ['at-risk', 'unreachable-file'];

function atRiskSince(ledger: LossLedger | undefined): number {
  const starts = (ledger?.lines ?? []).flatMap(({ kind, from }) =>
    GIVEN_UP.includes(kind) && from !== null ? [Date.parse(from)] : [],
  );
  return Math.min(...starts, Number.POSITIVE_INFINITY);
}

/** Of home's first service, after the instant that the ledger named. */
function namedBy(
  ledger: LossLedger | undefined,
  { acknowledged, clockOffsetsMs = {} }: StoryEvidence,
): (message: Acknowledged) => boolean {
  const since = atRiskSince(ledger);
  const served = acknowledged.filter(({ site }) => site === 'backup').map((one) => one.acknowledgedAtMs);
  const homeEndMs = Math.min(...served, Number.POSITIVE_INFINITY);
  return ({ site, instance, acknowledgedAtMs }) =>
    site === 'home' &&
    acknowledgedAtMs < homeEndMs &&
    acknowledgedAtMs + (clockOffsetsMs[instance] ?? 0) >= since;
}

export function reportStory(evidence: StoryEvidence): StoryReport {
  const { records, account, acknowledged, lostFiles } = evidence;
  const failover = transition(records, 1);
  const failback = transition(records, 2);
  const ledger = ledgerBefore(records, 'recover-backup');
  const named = namedBy(ledger, evidence);
  const namedLost = account.lost.filter(({ message }) => named(message)).length;
  return {
    failover: applied(failover),
    failback: applied(failback),
    ledger: {
      acknowledged: account.acknowledged,
      kept: account.kept,
      namedAtRisk: acknowledged.filter(named).length,
      namedLost,
      unnamedLost: account.lost.length - namedLost,
    },
    lostFiles: { predicted: ledger?.lostFiles ?? 0, actual: lostFiles },
    writableAtTwoSitesMs: account.writableAtTwoSitesMs,
    overheadMs: { failover: overhead(failover), failback: overhead(failback) },
  };
}
