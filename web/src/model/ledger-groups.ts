/** The lines of the loss ledger, those of one kind together: two hundred log backups are one thing to a person. Pure. */
import type { LedgerLine, LedgerLineKind } from '../../../src/topology/loss-ledger.ts';

export interface LedgerGroup {
  readonly kind: LedgerLineKind;
  readonly lines: readonly LedgerLine[];
  /** Sum; null: at least one of them cannot be bounded. */
  readonly minutes: number | null;
}

/** Worst first. */
const ORDER: readonly LedgerLineKind[] = ['at-risk', 'unreachable-file', 'backlog', 'salvageable', 'saved'];

/** The same words as `pchat plan` has. */
export const LEDGER_WORDS: Readonly<Record<LedgerLineKind, string>> = {
  'at-risk': 'at risk',
  'unreachable-file': 'out of reach',
  salvageable: 'can be saved',
  saved: 'kept as a file',
  backlog: 'waits',
};

export function ledgerGroups(lines: readonly LedgerLine[]): readonly LedgerGroup[] {
  return ORDER.map((kind) => {
    const own = lines.filter((line) => line.kind === kind);
    const minutes = own.some((line) => line.minutes === null)
      ? null
      : own.reduce((sum, line) => sum + (line.minutes ?? 0), 0);
    return { kind, lines: own, minutes };
  }).filter((group) => group.lines.length > 0);
}
