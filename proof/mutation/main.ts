/**
 * npm run mutate: every need of every row, every gate and every invariant of the judges removed or turned around, one at a time, and
 * what notices it. `--only TEXT` takes the mutants whose name holds the text, `--list` prints the names, `--output json` one array.
 * Ends with 1 when one survives that is not argued in equivalent.ts, or when an argument there does not hold.
 */
import { parseArgs } from 'node:util';
import { makeCorpus } from './corpus.ts';
import { EQUIVALENT } from './equivalent.ts';
import { GATE_MUTANTS } from './gate-mutants.ts';
import { JUDGE_MUTANTS } from './judge-mutants.ts';
import { GATE_TESTS, INVARIANT_TESTS, RULE_TESTS, runTests } from './kill-by-tests.ts';
import { tryNeed } from './kill-need.ts';
import { NEED_MUTANTS } from './need-mutants.ts';
import type { Notice } from './run-step.ts';

interface Verdict {
  readonly mutant: string;
  readonly killed: boolean;
  readonly argued: boolean;
  readonly by: string;
  readonly how: string;
  readonly seconds: number;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e9;
const beganAt = now();
const say = (line: string): unknown =>
  process.stderr.write(`${(now() - beganAt).toFixed(0).padStart(4)} s  ${line}\n`);

const argumentOf = (mutant: string) => EQUIVALENT.find((one) => one.mutant === mutant);

function verdictOf(mutant: string, notice: Notice | undefined, stood: string, since: number): Verdict {
  const argument = argumentOf(mutant);
  return {
    mutant,
    killed: notice !== undefined,
    argued: argument !== undefined,
    by: notice?.by ?? (argument === undefined ? 'nothing' : argument.kind),
    how: notice?.how ?? (argument === undefined ? stood : argument.why),
    seconds: now() - since,
  };
}

function print({ mutant, killed, argued, by, how, seconds }: Verdict): void {
  const word = killed ? (argued ? 'KILLED, though argued' : 'killed') : argued ? 'equivalent' : 'SURVIVES';
  process.stdout.write(
    `${word.padEnd(10)} ${mutant} (${seconds.toFixed(1)} s)\n             ${by}: ${how}\n`,
  );
}

/** Where nothing is broken, nothing may be noticed. */
function requireIntact(notice: Notice | undefined): void {
  if (notice !== undefined) throw new Error(`noticed with nothing broken: ${notice.by}: ${notice.how}`);
}

async function tryNeeds(chosen: ReadonlySet<string>, tell: (verdict: Verdict) => void): Promise<void> {
  const mutants = NEED_MUTANTS.filter(({ name }) => chosen.has(name));
  if (mutants.length === 0) return;
  const corpus = await makeCorpus((line) => void say(line));
  requireIntact(corpus.broken[0]);
  for (const mutant of mutants) {
    const since = now();
    const { notice, may, chosen: taken, run, followed } = await tryNeed(corpus, mutant);
    const stood = `may newly run in ${String(may)} of ${String(corpus.asked.size)} questions, is chosen in ${String(taken)}, run in ${String(run)}; ${String(followed)} plans followed`;
    if (notice === undefined && may > 0 && argumentOf(mutant.name)?.kind === 'implied')
      tell(verdictOf(mutant.name, { by: 'the argument does not hold', how: stood }, stood, since));
    else tell(verdictOf(mutant.name, notice, stood, since));
  }
}

async function tryByTests(
  names: readonly string[],
  files: readonly string[],
  tell: (verdict: Verdict) => void,
): Promise<void> {
  if (names.length === 0) return;
  requireIntact(await runTests('', files));
  for (const name of names) {
    const since = now();
    tell(verdictOf(name, await runTests(name, files), `${files.join(', ')} pass`, since));
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      output: { type: 'string', default: 'text' },
    },
  });
  // Errors are values here; nobody reads where they were made.
  Error.stackTraceLimit = 0;
  const all = [...NEED_MUTANTS.map(({ name }) => name), ...GATE_MUTANTS, ...JUDGE_MUTANTS];
  const chosen = new Set(all.filter((name) => name.includes(values.only)));
  if (values.list) {
    process.stdout.write(`${[...chosen].join('\n')}\n`);
    return;
  }
  const verdicts: Verdict[] = [];
  const tell = (verdict: Verdict): void => {
    verdicts.push(verdict);
    if (values.output !== 'json') print(verdict);
  };
  const judges = JUDGE_MUTANTS.filter((name) => chosen.has(name));
  await tryByTests(
    GATE_MUTANTS.filter((name) => chosen.has(name)),
    GATE_TESTS,
    tell,
  );
  await tryByTests(
    judges.filter((name) => name.startsWith('rule ')),
    RULE_TESTS,
    tell,
  );
  await tryByTests(
    judges.filter((name) => name.startsWith('invariant ')),
    INVARIANT_TESTS,
    tell,
  );
  await tryNeeds(chosen, tell);
  score(verdicts, all, values.output === 'json');
}

function score(verdicts: readonly Verdict[], all: readonly string[], json: boolean): void {
  const count = (of: (verdict: Verdict) => boolean): number => verdicts.filter(of).length;
  const gone = EQUIVALENT.filter(({ mutant }) => !all.includes(mutant));
  const wrong = count(({ killed, argued }) => killed === argued) + gone.length;
  if (wrong > 0) process.exitCode = 1;
  if (json) {
    process.stdout.write(`${JSON.stringify(verdicts, undefined, 2)}\n`);
    return;
  }
  for (const { mutant } of gone) process.stdout.write(`argued, and no mutant any more: ${mutant}\n`);
  const killed = count((verdict) => verdict.killed);
  const argued = count((verdict) => verdict.argued && !verdict.killed);
  const survive = verdicts.length - killed - argued;
  const share = (100 * killed) / Math.max(1, verdicts.length - argued);
  process.stdout.write(
    `${String(verdicts.length)} mutants: ${String(killed)} killed, ${String(argued)} equivalent, ${String(survive)} survive; ${share.toFixed(1)} % of those that change something; ${(now() - beganAt).toFixed(0)} s\n`,
  );
}

await main();
