/**
 * From the start of the daemon's process to the first plan in its journal, for a pool that is asked to move. Correct means: the same
 * steps as decided here from a look of one's own at the same estate.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { journalRecords } from '../src/cli/estate-story/journal-file.ts';
import { lookOnce } from '../src/cli/look-once.ts';
import { parseDesiredState } from '../src/desired-state/parse-desired-state.ts';
import { parseSettings } from '../src/desired-state/parse-settings.ts';
import { decidePool } from '../src/reconciler/decide-pool.ts';
import type { Plan } from '../src/reconciler/plan.ts';
import { withPrimaryDatacenter } from '../src/simulator/estate/desired-document.ts';
import { atMost, msSince, type BenchFigure } from './bench-figure.ts';
import { Program, startEstate, temporaryFolder, type RunningEstate } from './program.ts';

const STARTS = 3;
const LIMIT_MS = 30_000;
const BAR_MS = 2_000;

/** The pool shall live in the other datacenter, but nothing may be done about it. */
function askForPlan({ desiredFile }: RunningEstate): void {
  const document = readFileSync(desiredFile, 'utf8').replace(/mode: act/, 'mode: propose');
  writeFileSync(desiredFile, withPrimaryDatacenter(document, 'lyon'));
}

const stepsOf = (plan: Plan): string =>
  plan.kind === 'steps' ? plan.steps.map(({ action, target }) => `${action}:${target}`).join(' ') : plan.kind;

async function expectedSteps({ settingsFile, desiredFile }: RunningEstate): Promise<string> {
  const parsed = parseDesiredState(readFileSync(desiredFile, 'utf8'), desiredFile);
  if (parsed.kind === 'invalid') throw new Error('the desired state is invalid');
  const looks = await lookOnce(parseSettings(readFileSync(settingsFile, 'utf8'), settingsFile), parsed.pools);
  const [look] = looks;
  if (look === undefined) throw new Error('the estate declares no pool');
  return stepsOf(decidePool(look.pool, look.facts, [], look.nowMs).plan);
}

async function startOnce(
  { settingsFile, journalDirectory }: RunningEstate,
  expected: string,
): Promise<number> {
  rmSync(journalDirectory, { recursive: true, force: true });
  const from = process.hrtime.bigint();
  await using daemon = new Program(['run', '--settings', settingsFile]);
  return await daemon.saying(() => {
    const plan = journalRecords(journalDirectory).find((record) => record.kind === 'plan')?.plan as
      Plan | undefined;
    if (plan === undefined) return undefined;
    if (stepsOf(plan) !== expected) throw new Error(`the first plan is ${stepsOf(plan)} and not ${expected}`);
    return msSince(from);
  }, LIMIT_MS);
}

export async function runStartBench(): Promise<readonly BenchFigure[]> {
  using folder = temporaryFolder();
  await using estate = await startEstate(folder.path);
  askForPlan(estate);
  const expected = await expectedSteps(estate);
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start += 1) starts.push(await startOnce(estate, expected));
  return [
    {
      name: `start to first correct plan, worst of ${String(STARTS)}`,
      value: Math.max(...starts),
      unit: 'ms',
      bar: atMost(BAR_MS),
    },
    { name: 'steps of that plan', value: expected.split(' ').length, unit: 'steps', bar: null },
  ];
}
