/**
 * npm run partition: every subset of fourteen links, cut in four situations, on two threads. `--cases FROM..TO`, `--start` and
 * `--sample N --seed S` judge a part of them; an unsafe case ends with 1. Nothing here is random but the sample and what is checked.
 */
import { Command } from 'commander';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { Beginnings, SITUATIONS } from './beginnings.ts';
import { portions, wantedCases, type Wanted } from './cases.ts';
import { caseOf, CASES, Matrix, type Tally } from './classes.ts';
import type { KnownEnds } from './play-case.ts';
import { addTally, emptyTallies, reportJson, reportText, totalOf } from './report.ts';

interface Order {
  /** One case in so many that need no play is played all the same. */
  readonly checkEvery: number;
  readonly seed: number;
}
type Portion = readonly number[];

const beganAt = process.hrtime.bigint();
const secondsSince = (): number => Number(process.hrtime.bigint() - beganAt) / 1e9;
/** Young space of a thread: worlds are short-lived, MiB. */
const YOUNG_MB = 96;
const SAID_EVERY_S = 30;

/** Takes portions until it is told that there is none left. */
function work({ checkEvery, seed }: Order): void {
  Error.stackTraceLimit = 0;
  const beginnings = new Beginnings();
  const ends: KnownEnds = new Map();
  const random = new SeededRandom(seed);
  const check = (): boolean => random.next() * checkEvery < 1;
  parentPort?.on('message', (portion: Portion | undefined) => {
    if (portion === undefined) parentPort?.close();
    else void judge(portion);
  });
  const judge = async (portion: Portion): Promise<void> => {
    const matrix = new Matrix({ beginnings, ends, check });
    for (const number of portion) await matrix.judge(number);
    parentPort?.postMessage({ portion, tally: matrix.tally });
  };
  parentPort?.postMessage(undefined);
}

type Answer = { readonly portion: Portion; readonly tally: Tally } | undefined;

function onThread(
  order: Order,
  next: () => Portion | undefined,
  done: (answer: Answer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: order,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on('message', (answer: Answer) => {
      done(answer);
      worker.postMessage(next());
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a thread ended with ${String(code)}`));
    });
  });
}

function wantedOf(values: Record<'cases' | 'start' | 'sample' | 'seed', string | undefined>): Wanted {
  const [from = '0', to = from] = (values.cases ?? `0..${String(CASES - 1)}`).split('..');
  const situation = SITUATIONS.find((one) => one === values.start);
  if (values.start !== undefined && situation === undefined)
    throw new RangeError(`--start is one of ${SITUATIONS.join(', ')}`);
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  const wanted = { from: Number(from), to: Number(to), situation, sample, seed: Number(values.seed ?? 1) };
  if (![wanted.from, wanted.to, wanted.sample ?? 0, wanted.seed].every(Number.isInteger))
    throw new RangeError('--cases is FROM..TO, --sample and --seed are whole numbers');
  return wanted;
}

async function main(): Promise<void> {
  const values = new Command('npm run partition --')
    .description('every subset of fourteen links, cut in four situations; ends with 1 when a case is unsafe')
    .option('--cases <from..to>', 'only these cases')
    .option('--start <situation>', 'only this one: steady, failover, switchover or failback')
    .option('--sample <number>', 'only so many, drawn by the seed')
    .option('--seed <number>', 'of the sample, and of which cases are checked')
    .option('--threads <number>', 'at once', '2')
    .option('--check-every <number>', 'plays one case in so many that need no play', '500')
    .option('--output <form>', 'text or json', 'text')
    .parse()
    .opts<
      Partial<Record<'cases' | 'start' | 'sample' | 'seed', string>> &
        Record<'threads' | 'checkEvery' | 'output', string>
    >();
  const wanted = wantedOf({
    cases: values.cases,
    start: values.start,
    sample: values.sample,
    seed: values.seed,
  });
  const cases = wantedCases(wanted);
  const waiting = [...portions(cases)];
  const tallies = emptyTallies();
  let saidAt = 0;
  const done = (answer: Answer): void => {
    const [first] = answer?.portion ?? [];
    if (answer === undefined || first === undefined) return;
    addTally(tallies[caseOf(first).situation], answer.tally);
    const total = totalOf(tallies);
    if (secondsSince() - saidAt < SAID_EVERY_S && total.cases < cases.length) return;
    saidAt = secondsSince();
    process.stderr.write(
      `${saidAt.toFixed(0).padStart(5)} s  ${String(total.cases)} of ${String(cases.length)} cases, ${String(total.plays.silent + total.plays.proven)} plays, ${String(total.unsafe.length)} unsafe\n`,
    );
  };
  await Promise.all(
    Array.from({ length: Number(values.threads) }, (_, thread) =>
      onThread(
        { checkEvery: Number(values.checkEvery), seed: wanted.seed + thread },
        () => waiting.shift(),
        done,
      ),
    ),
  );
  process.stdout.write(
    values.output === 'json' ? reportJson(tallies, secondsSince()) : reportText(tallies, secondsSince()),
  );
  if (totalOf(tallies).unsafe.length > 0) process.exitCode = 1;
}

if (isMainThread) await main();
else work(workerData as Order);
