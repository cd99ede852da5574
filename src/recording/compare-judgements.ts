/** Where two judgements of the same facts part: one line for each thing that was decided otherwise. Pure. */
import { verdictWords } from '../topology/evidence.ts';
import type { Judgement } from './judgement.ts';

export interface Difference {
  /** For example `plan.steps` or `condition Blocked`. */
  readonly what: string;
  readonly recorded: string;
  readonly today: string;
}

type Lines = ReadonlyMap<string, string>;

const words = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '));
const shown = (value: string | number | null): string => (value === null ? 'none' : String(value));

function wholeLines({ drift, plan, gate, hold, evidence, ledger }: Judgement): Lines {
  const signs = (site: 'home' | 'backup'): string =>
    words(evidence[site].signs.map(({ source, says }) => `${source} ${says}`));
  return new Map([
    ['plan', plan.kind],
    ['plan.steps', words(plan.steps)],
    ['plan.waitsFor', shown(plan.waitsFor)],
    [
      'plan.obstacles',
      words(plan.obstacles.map((one) => `${one.variable} is ${one.actual}, wanted ${one.wanted}`)),
    ],
    ['gate', `${gate.kind}${gate.code === null ? '' : ` (${gate.code})`}`],
    ['hold', shown(hold)],
    ['drift', words(drift.map((one) => `${one.path} is ${one.actual}, wanted ${one.wanted}`))],
    ['evidence.home', verdictWords(evidence.home)],
    ['evidence.home.signs', signs('home')],
    ['evidence.backup', verdictWords(evidence.backup)],
    ['evidence.backup.signs', signs('backup')],
    ['ledger.lossMinutes', shown(ledger.lossMinutes)],
    ['ledger.lostFiles', String(ledger.lostFiles)],
    [
      'ledger.lines',
      words(
        ledger.lines.map(({ kind, file, fromLsn, toLsn, minutes }) =>
          [kind, shown(file), shown(fromLsn), shown(toLsn), shown(minutes)].join(' '),
        ),
      ),
    ],
  ]);
}

/** A variable or a condition that only one of the two programs knows is no decision by itself: what it changes shows elsewhere. */
function sharedLines({ variables, conditions }: Judgement): Lines {
  return new Map([
    ...Object.entries(variables).map(([name, value]) => [`variable ${name}`, value] as const),
    ...conditions.map(({ type, status, reason }) => [`condition ${type}`, `${status} (${reason})`] as const),
  ]);
}

function partings(recorded: Lines, today: Lines): Difference[] {
  return [...recorded].flatMap(([what, before]) => {
    const now = today.get(what);
    return now === undefined || now === before ? [] : [{ what, recorded: before, today: now }];
  });
}

export const compareJudgements = (recorded: Judgement, today: Judgement): readonly Difference[] => [
  ...partings(wholeLines(recorded), wholeLines(today)),
  ...partings(sharedLines(recorded), sharedLines(today)),
];
