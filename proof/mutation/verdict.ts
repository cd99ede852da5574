/** What came of one mutant, and how it is told. */
import { EQUIVALENT, type Equivalent } from './equivalent.ts';
import type { Notice } from './run-step.ts';

export interface Verdict {
  readonly mutant: string;
  readonly killed: boolean;
  readonly argued: boolean;
  readonly by: string;
  readonly how: string;
  readonly seconds: number;
}

/** s, of a clock that only goes forward. */
export const nowS = (): number => Number(process.hrtime.bigint()) / 1e9;

export const argumentOf = (mutant: string): Equivalent | undefined =>
  EQUIVALENT.find((one) => one.mutant === mutant);

/** @param stood what was tried, where nothing noticed it */
export function verdictOf(
  mutant: string,
  notice: Notice | undefined,
  stood: string,
  sinceS: number,
): Verdict {
  const argument = argumentOf(mutant);
  return {
    mutant,
    killed: notice !== undefined,
    argued: argument !== undefined,
    by: notice?.by ?? (argument === undefined ? 'nothing' : argument.kind),
    how: notice?.how ?? (argument === undefined ? stood : argument.why),
    seconds: nowS() - sinceS,
  };
}

export function lineOf({ mutant, killed, argued, by, how, seconds }: Verdict): string {
  const word = killed ? (argued ? 'KILLED, though argued' : 'killed') : argued ? 'equivalent' : 'SURVIVES';
  return `${word.padEnd(10)} ${mutant} (${seconds.toFixed(1)} s)\n             ${by}: ${how}\n`;
}

/** What is wrong, by name, and the figures. `all`: the names of every mutant that there is */
export function scoreOf(
  verdicts: readonly Verdict[],
  all: readonly string[],
): { readonly lines: readonly string[]; readonly perfect: boolean } {
  const gone = EQUIVALENT.filter(({ mutant }) => !all.includes(mutant));
  const survivors = verdicts.filter(({ killed, argued }) => !killed && !argued);
  const refuted = verdicts.filter(({ killed, argued }) => killed && argued);
  const killed = verdicts.filter((verdict) => verdict.killed).length;
  const argued = verdicts.filter((verdict) => verdict.argued && !verdict.killed).length;
  const share = (100 * killed) / Math.max(1, verdicts.length - argued);
  return {
    lines: [
      ...gone.map(({ mutant }) => `argued, and no mutant any more: ${mutant}`),
      ...refuted.map(({ mutant }) => `argued, and noticed after all: ${mutant}`),
      ...survivors.map(({ mutant }) => `survives: ${mutant}`),
      `${String(verdicts.length)} mutants: ${String(killed)} killed, ${String(argued)} equivalent, ${String(survivors.length)} survive; ${share.toFixed(1)} % of those that change something`,
    ],
    perfect: gone.length + survivors.length + refuted.length === 0,
  };
}
