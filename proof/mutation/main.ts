/**
 * npm run mutate: every need of every row, every gate and every invariant of the judges removed or turned around, one at a time, and
 * what notices it. `--only TEXT` takes the mutants whose name holds the text, `--list` prints the names, `--output json` one array,
 * `--threads N` tries so many at once. Ends with 1 when one survives that is not argued in equivalent.ts, or when an argument there
 * does not hold.
 */
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { GATE_MUTANTS } from './gate-mutants.ts';
import { JUDGE_MUTANTS } from './judge-mutants.ts';
import { GATE_TESTS, INVARIANT_TESTS, runTests } from './kill-by-tests.ts';
import { tryRule } from './kill-rule.ts';
import { NEED_MUTANTS } from './need-mutants.ts';
import type { Notice } from './run-step.ts';
import { tryNeeds } from './try-needs.ts';
import { lineOf, nowS, scoreOf, verdictOf, type Verdict } from './verdict.ts';

const beganAtS = nowS();
const say = (line: string): unknown =>
  process.stderr.write(`${(nowS() - beganAtS).toFixed(0).padStart(4)} s  ${line}\n`);

/** Where nothing is broken, nothing may be noticed. */
function requireIntact(notice: Notice | undefined): void {
  if (notice !== undefined) throw new Error(`noticed with nothing broken: ${notice.by}: ${notice.how}`);
}

type Tell = (verdict: Verdict) => void;

async function tryByTests(
  names: readonly string[],
  files: readonly string[],
  threads: number,
  tell: Tell,
): Promise<void> {
  if (names.length === 0) return;
  requireIntact(await runTests('', files));
  const waiting = [...names];
  const serve = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const sinceS = nowS();
      tell(verdictOf(name, await runTests(name, files), `${files.join(', ')} pass`, sinceS));
    }
  };
  await Promise.all(Array.from({ length: threads }, serve));
}

function tryRules(names: readonly string[], tell: Tell): void {
  if (names.length > 0) requireIntact(tryRule(''));
  for (const name of names) tell(verdictOf(name, tryRule(name), 'every case is as it was', nowS()));
}

async function main(): Promise<void> {
  const values = new Command('npm run mutate --')
    .description(
      'every need, gate and invariant check removed and negated, one at a time; ends with 1 when nothing notices one of them',
    )
    .option('--only <text>', 'only mutants whose name holds this text', '')
    .option('--list', 'names them and tries none', false)
    .option('--output <form>', 'text or json', 'text')
    .option('--threads <number>', 'at once', String(Math.min(2, availableParallelism())))
    .parse()
    .opts<Record<'only' | 'output' | 'threads', string> & { readonly list: boolean }>();
  const all = [...GATE_MUTANTS, ...JUDGE_MUTANTS, ...NEED_MUTANTS.map(({ name }) => name)];
  const chosen = all.filter((name) => name.includes(values.only));
  if (values.list) {
    process.stdout.write(`${chosen.join('\n')}\n`);
    return;
  }
  const json = values.output === 'json';
  const threads = Number(values.threads);
  const verdicts: Verdict[] = [];
  const tell: Tell = (verdict) => {
    verdicts.push(verdict);
    if (!json) process.stdout.write(lineOf(verdict));
  };
  const judges = chosen.filter((name) => JUDGE_MUTANTS.includes(name));
  const isRule = (name: string): boolean => name.startsWith('rule ');
  const gates = chosen.filter((name) => GATE_MUTANTS.includes(name));
  tryRules(judges.filter(isRule), tell);
  await tryByTests(gates, GATE_TESTS, threads, tell);
  await tryByTests(
    judges.filter((name) => !isRule(name)),
    INVARIANT_TESTS,
    threads,
    tell,
  );
  const names = NEED_MUTANTS.map(({ name }) => name).filter((name) => chosen.includes(name));
  await tryNeeds({ names, threads, progress: say, tell });
  const { lines, perfect } = scoreOf(verdicts, all);
  if (!perfect) process.exitCode = 1;
  if (json) process.stdout.write(`${JSON.stringify(verdicts, undefined, 2)}\n`);
  else process.stdout.write(`${lines.join('\n')}; ${(nowS() - beganAtS).toFixed(0)} s\n`);
}

await main();
