/**
 * npm run explore: every world within reach, on two threads, for as long as `--seconds` says. Prints what was explored; a
 * violation writes a scenario to `--out` and ends with 1. `--without ROW:NEED` removes a need first; `--failback minimal` is the policy
 * of the explored pool.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { ESTATE_SITES } from '../../src/simulator/estate/estate-options.ts';
import { scenarioText, shortestOfEach } from './counterexample.ts';
import { judgePlans } from './judge-plans.ts';
import { explorePart, type PartOptions, type PartResult } from './part.ts';
import { mergeStates } from './state-count.ts';

type Order = Pick<PartOptions, 'shareSite' | 'maxCost' | 'failback' | 'without'> & {
  readonly seconds: number;
};

const beganAt = process.hrtime.bigint();
const secondsSince = (): number => Number(process.hrtime.bigint() - beganAt) / 1e9;
const say = (line: string): unknown =>
  process.stderr.write(`${secondsSince().toFixed(0).padStart(4)} s  ${line}\n`);
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
/** Young space of a thread: worlds are short-lived, MiB. */
const YOUNG_MB = 96;
const MOST_SHOWN = 5;

/** One part on a thread; its last message is its result. */
function onThread(order: Order): Promise<PartResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: order,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on('message', (message: PartResult) => resolve(message));
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with ${String(code)} before its result`)));
  });
}

async function work({ shareSite, maxCost, failback, without, seconds }: Order): Promise<void> {
  const progress = (line: string): unknown => say(`share at ${shareSite}: ${line}`);
  const mayGoOn = (): boolean => secondsSince() < seconds;
  parentPort?.postMessage(
    await explorePart({
      shareSite,
      maxCost,
      ...(failback === undefined ? {} : { failback }),
      without,
      mayGoOn,
      progress: (line) => void progress(line),
    }),
  );
}

const sum = (parts: readonly PartResult[], of: (part: PartResult) => number): number =>
  parts.reduce((total, part) => total + of(part), 0);

type Line = readonly [string, string | number];

/** Of the table as it is grounded for the explored pool. */
function rowLines(parts: readonly PartResult[], shape: PartResult['shape']): readonly Line[] {
  const run = new Set(parts.flatMap(({ rows }) => rows));
  const rows = plannerFor(shape).steps.flatMap(({ action, target, waits }) =>
    waits ? [] : [`${action}:${target}`],
  );
  const never = rows.filter((row) => !run.has(row));
  return [
    ['rows of the table run', `${String(rows.length - never.length)} of ${String(rows.length)}`],
    ['  never', never.join(', ') || 'none'],
  ];
}

function figures(parts: readonly PartResult[], merged: ReturnType<typeof mergeStates>): readonly Line[] {
  const of = (pick: (tally: PartResult['tally']) => number): number => sum(parts, ({ tally }) => pick(tally));
  return [
    ['states', merged.states],
    ['  distinct planner vectors', merged.vectors.length],
    ['  variables that tell nothing', merged.silentVariables.join(', ') || 'none'],
    ['    never anything else', merged.stillVariables.join(', ') || 'none'],
    ['  parties whose sight tells nothing', merged.silentParties.join(', ') || 'none'],
    ['worlds', of(({ worlds }) => worlds)],
    ['  expanded', of(({ expanded }) => expanded)],
    ['  all with so many disturbances', Math.min(...parts.map(({ whole }) => whole))],
    ['transitions', of(({ transitions }) => transitions)],
    ['  steps really run', of(({ steps }) => steps)],
    ['  kills in the middle of a step', of(({ crashes }) => crashes)],
    ['  steps while home, alive, is cut off', of(({ silent }) => silent)],
    ['  overtaken by the world', of(({ overtaken }) => overtaken)],
    ['  end out of sight', of(({ unseen }) => unseen)],
    ['second worlds of a key, steps run', of(({ twins }) => twins)],
    ['  that went elsewhere', of(({ strangers }) => strangers)],
    ['depth', Math.max(...parts.map(({ tally }) => tally.depth))],
    ['ways that end converged', sum(parts, ({ ends }) => ends.converged)],
    ['  that end at a person', sum(parts, ({ ends }) => ends.asked)],
    ['  that leave what is expanded', sum(parts, ({ ends }) => ends.open)],
  ];
}

function report(parts: readonly PartResult[], out: string): void {
  const [first] = parts;
  if (first === undefined) return;
  const merged = mergeStates(parts.map(({ counted }) => counted));
  const plans = judgePlans(merged.vectors, first.shape);
  const found = sum(parts, (part) => part.violations.length) + plans.wrong.length;
  const lines: readonly Line[] = [
    ...figures(parts, merged),
    ...rowLines(parts, first.shape),
    ['plans compared with another search', plans.compared],
    ['  planned with rows in other order', plans.shuffled],
    ['seconds', secondsSince().toFixed(1)],
    ['  processor time of both threads', cpuSeconds().toFixed(1)],
    ['violations', found],
  ];
  for (const [name, value] of lines) process.stdout.write(`${name.padEnd(38)}${String(value)}\n`);
  if (found > 0) tell(parts, plans.wrong, out);
}

function tell(parts: readonly PartResult[], wrongPlans: readonly string[], out: string): void {
  process.exitCode = 1;
  mkdirSync(out, { recursive: true });
  for (const wrong of wrongPlans.slice(0, MOST_SHOWN)) process.stdout.write(`  ${wrong}\n`);
  shortestOfEach(parts.flatMap((part) => part.violations)).forEach(({ count, shortest }, index) => {
    const file = path.join(out, `counterexample-${index + 1}.yaml`);
    writeFileSync(file, scenarioText(shortest));
    process.stdout.write(`  ${count} x ${shortest.violation}: ${shortest.found}\n      ${file}\n`);
  });
}

async function main(): Promise<void> {
  const values = new Command('npm run explore --')
    .description(
      'every state in reach of steps, faults and crashes, the real actuators in the estate; ends with 1 when a property does not hold',
    )
    .option('--seconds <number>', 'for each of its two threads', '240')
    .option('--disturbances <number>', 'of one story, at most', '6')
    .option('--without <guard>', 'breaks this guard first, to see that something notices')
    .option('--failback <way>', 'documented or minimal', 'documented')
    .option('--out <folder>', 'where a scenario for each kind of violation is kept', '.explore')
    .parse()
    .opts<Record<'seconds' | 'disturbances' | 'failback' | 'out', string> & { readonly without?: string }>();
  const orders = ESTATE_SITES.map((shareSite) => ({
    shareSite,
    maxCost: Number(values.disturbances),
    seconds: Number(values.seconds),
    ...(values.failback === 'minimal' ? { failback: 'minimal' as const } : {}),
    without: values.without,
  }));
  report(await Promise.all(orders.map(onThread)), values.out);
}

if (isMainThread) await main();
else await work(workerData as Order);
