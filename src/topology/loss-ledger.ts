/** What each copy holds and what would be lost, in files and minutes, stated before anything is given up. */
import type { Lsn } from './lsn.ts';
import type { Site } from './pool-topology.ts';

/**
 * at-risk: content that nobody can reach now (the unshipped tail of a silent site); the present course gives it up.
 * unreachable-file: a backup that exists or existed but cannot be read or applied, with the reason: on the line of the backup
 * copy, or of a lineage that no copy has any more.
 * salvageable: a file that the plan still copies or applies. saved: a tail that a fence put into quarantine.
 * backlog: compliance events that wait in mgccomp, which is never failed over.
 */
export type LedgerLineKind = 'at-risk' | 'unreachable-file' | 'salvageable' | 'saved' | 'backlog';

export interface LedgerLine {
  readonly kind: LedgerLineKind;
  /** File name, or null for a stretch of log that is in no file. */
  readonly file: string | null;
  readonly fromLsn: Lsn | null;
  readonly toLsn: Lsn | null;
  /** ISO 8601 UTC; null: not known or still growing. `to` may be later than now: the stretch ends then at the latest. */
  readonly from: string | null;
  readonly to: string | null;
  /** Minutes of chat history; null: cannot be bounded (say why in `note`). */
  readonly minutes: number | null;
  readonly note: string;
}

export interface LossLedger {
  readonly lines: readonly LedgerLine[];
  /** Minutes that the present course loses after all salvage; null: unknown, which no bound accepts. */
  readonly lossMinutes: number | null;
  /** Log backup files that are lost for good on the present course. */
  readonly lostFiles: number;
  /** Compliance events that wait, by site with a compliance store; null: nobody can count them. Left out: no such store. */
  readonly backlog?: Readonly<Partial<Record<Site, number | null>>>;
}

/** Minutes. Two losses that people are shown alike are one loss: they are differences of clocks of several machines, read anew at each look. */
const SHOWN_ALIKE_MINUTES = 0.1;

/** More was lost than `told`; null: cannot be bounded, and neither can more than that be lost. */
export const isLossAbove = (minutes: number | null, told: number | null): boolean =>
  (minutes ?? Infinity) > (told ?? Infinity) + SHOWN_ALIKE_MINUTES;

export const EMPTY_LEDGER: LossLedger = { lines: [], lossMinutes: 0, lostFiles: 0 };
