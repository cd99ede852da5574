/**
 * npm run explore: every world within reach, on two threads, for as long as `--seconds` says. Prints what was explored; a
 * violation writes a scenario to `--out` and ends with 1. `--without ROW:NEED` removes a need first.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ESTATE_SITES } from '../../src/simulator/estate/estate-options.ts';
import { scenarioText, shortestOfEach } from './counterexample.ts';
import { judgePlans } from './judge-plans.ts';
import { explorePart, type PartOptions, type PartResult } from './part.ts';
import { mergeStates } from './state-count.ts';

type Order = Pick<PartOptions, 'shareSite' | 'maxCost' | 'without'> & { readonly seconds: number };

const beganAt = process.hrtime.bigint();
const secondsSince = (): number => Number(process.hrtime.bigint() - beganAt) / 1e9;
const say = (line: string): unknown =>
  process.stderr.write(`${secondsSince().toFixed(0).padStart(4)} s  ${line}\n`);
/** Young space of a thread: worlds are short-lived, MiB. */
const YOUNG_MB = 96;

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

async function work({ shareSite, maxCost, without, seconds }: Order): Promise<void> {
  const progress = (line: string): unknown => say(`share at ${shareSite}: ${line}`);
  const mayGoOn = (): boolean => secondsSince() < seconds;
  parentPort?.postMessage(
    await explorePart({ shareSite, maxCost, without, mayGoOn, progress: (line) => void progress(line) }),
  );
}

const sum = (parts: readonly PartResult[], of: (part: PartResult) => number): number =>
  parts.reduce((total, part) => total + of(part), 0);

function report(parts: readonly PartResult[], out: string): void {
  const merged = mergeStates(parts.map(({ counted }) => counted));
  const [first] = parts;
  if (first === undefined) return;
  const plans = judgePlans(merged.vectors, first.shape);
  const violations = shortestOfEach(parts.flatMap((part) => part.violations));
  const found = sum(parts, (part) => part.violations.length) + plans.wrong.length;
  const line = (name: string, value: string | number): string => `${name.padEnd(34)}${String(value)}\n`;
  process.stdout.write(
    line('states', merged.states) +
      line('  distinct planner vectors', merged.vectors.length) +
      line('  variables that tell nothing', merged.silentVariables.join(', ') || 'none') +
      line('  parties whose sight tells nothing', merged.silentParties.join(', ') || 'none') +
      line(
        'worlds',
        sum(parts, ({ tally }) => tally.worlds),
      ) +
      line(
        '  expanded',
        sum(parts, ({ tally }) => tally.expanded),
      ) +
      line('  all with so many disturbances', Math.min(...parts.map(({ whole }) => whole))) +
      line(
        'transitions',
        sum(parts, ({ tally }) => tally.transitions),
      ) +
      line(
        '  steps really run',
        sum(parts, ({ tally }) => tally.steps),
      ) +
      line(
        '  kills in the middle of a step',
        sum(parts, ({ tally }) => tally.crashes),
      ) +
      line(
        '  steps with home cut off, alive',
        sum(parts, ({ tally }) => tally.silent),
      ) +
      line(
        '  overtaken by the world',
        sum(parts, ({ tally }) => tally.overtaken),
      ) +
      line(
        '  end out of sight',
        sum(parts, ({ tally }) => tally.unseen),
      ) +
      line('depth', Math.max(...parts.map(({ tally }) => tally.depth))) +
      line(
        'ways that end converged',
        sum(parts, ({ ends }) => ends.converged),
      ) +
      line(
        '  that end at a person',
        sum(parts, ({ ends }) => ends.asked),
      ) +
      line(
        '  that leave what is expanded',
        sum(parts, ({ ends }) => ends.open),
      ) +
      line(
        'plans compared with another search',
        `${plans.compared} over ${plans.promised} promised vectors`,
      ) +
      line('  planned with rows in other order', plans.shuffled) +
      line('seconds', secondsSince().toFixed(1)) +
      line('violations', found),
  );
  if (found === 0) return;
  process.exitCode = 1;
  mkdirSync(out, { recursive: true });
  for (const wrong of plans.wrong.slice(0, 5)) process.stdout.write(`  ${wrong}\n`);
  violations.forEach(({ count, shortest }, index) => {
    const file = path.join(out, `counterexample-${index + 1}.yaml`);
    writeFileSync(file, scenarioText(shortest));
    process.stdout.write(`  ${count} x ${shortest.violation}: ${shortest.found}\n      ${file}\n`);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '240' },
      disturbances: { type: 'string', default: '6' },
      without: { type: 'string' },
      out: { type: 'string', default: '.explore' },
    },
  });
  const orders = ESTATE_SITES.map((shareSite) => ({
    shareSite,
    maxCost: Number(values.disturbances),
    seconds: Number(values.seconds),
    without: values.without,
  }));
  report(await Promise.all(orders.map(onThread)), values.out);
}

if (isMainThread) await main();
else await work(workerData as Order);
