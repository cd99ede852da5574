/** What one check says of one party. Pure data; the worst of them is the exit code. */

/** `unknown`: it could not be asked; the reason says why. */
export type Level = 'ok' | 'warning' | 'error' | 'unknown';

export interface Mend {
  /** Where it is typed: an instance, `Management Shell`, `this computer`, `settings`, `desired state`, a host. */
  readonly on: string;
  /** One line. */
  readonly command: string;
}

/** What a check says; its id is added by the table. */
export interface Verdict {
  /** An instance, a folder, `daemon`, `management shell`, `pool NAME`, a chat server. */
  readonly party: string;
  readonly level: Level;
  readonly reason: string;
  /** Set for everything but ok; of `unknown` only where a command would tell. */
  readonly mend?: Mend;
}

export interface Finding extends Verdict {
  readonly check: string;
}

export const ok = (party: string, reason: string): Verdict => ({ party, level: 'ok', reason });
export const warning = (party: string, reason: string, mend: Mend): Verdict => ({
  party,
  level: 'warning',
  reason,
  mend,
});
export const error = (party: string, reason: string, mend: Mend): Verdict => ({
  party,
  level: 'error',
  reason,
  mend,
});
export const unknown = (party: string, reason: string, mend?: Mend): Verdict => ({
  party,
  level: 'unknown',
  reason,
  ...(mend === undefined ? {} : { mend }),
});

const WORST_FIRST: readonly Level[] = ['error', 'warning', 'unknown'];

/** An error outranks a warning, a warning what could not be asked. */
export const worstOf = (findings: readonly Verdict[]): Level =>
  WORST_FIRST.find((level) => findings.some((finding) => finding.level === level)) ?? 'ok';
