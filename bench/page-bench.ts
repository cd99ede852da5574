/**
 * The page in a real browser: how large it is, how soon it paints, how soon an event is on the screen, whether a thousand pools that move
 * leave a person's keys alone, and whether memory grows. No GPU: frames are drawn by the processor that also runs everything else.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright-core';
import { readPage } from '../src/daemon/host/read-page.ts';
import type { DaemonStatus } from '../src/reconciler/pool-status.ts';
import { atMost, quantile, type BenchFigure } from './bench-figure.ts';
import { PROBE, type PageFleet, type PageFleetCounts } from './page-fleet-options.ts';
import { Program, startEstate, temporaryFolder } from './program.ts';

const CHROMIUM = '/usr/bin/chromium';
const CHILD_FILE = path.join(import.meta.dirname, 'page-fleet.child.ts');
const LIMIT_MS = 60_000;
const LOOK_MS = 250;
const POOLS = 1_000;
const PER_SECOND = 50;
const PROBES_PER_SECOND = 5;
const OPENINGS = 5;
const PROBES = 60;
const KEYS = 120;
const KEY_PAUSE_MS = 70;
const KB = 1_000;
const MB = 1_000_000;
const BARS = { gzippedKb: 300, firstPaintMs: 1_000, eventMs: 200, inputMs: 100, growthMb: 1 };
/** Fast enough to be over soon; the page reads in batches all the same. */
const MEMORY_PER_SECOND = 400;
const [EARLY_EVENTS, LATE_EVENTS] = [2_000, 10_000];

function gzippedKb(): number {
  const files = [...readPage().values()];
  return files.reduce((sum, { body }) => sum + gzipSync(body).length, 0) / KB;
}

/** What a real daemon says of a pool of the estate once it has looked. */
async function writeRealStatus(folder: string, file: string): Promise<void> {
  await using estate = await startEstate(folder);
  await using daemon = new Program(['run', '--settings', estate.settingsFile, '--output', 'json']);
  const address = await daemon.saying((text) => /http:\/\/[\w.:[\]]+/.exec(text)?.[0], LIMIT_MS);
  const limit = AbortSignal.timeout(LIMIT_MS);
  for (;;) {
    const { pools } = (await (await fetch(`${address}/api/v1/pools`)).json()) as DaemonStatus;
    const [pool] = pools;
    if (pool?.state === 'converged') {
      writeFileSync(file, JSON.stringify(pool));
      return;
    }
    if (limit.aborted) throw new Error('the pool of the estate did not converge');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const newest = (stdout: string): PageFleetCounts | undefined => {
  const line = stdout.slice(0, stdout.lastIndexOf('\n')).split('\n').at(-1) ?? '';
  return line === '' ? undefined : (JSON.parse(line) as PageFleetCounts);
};

class ServedFleet implements AsyncDisposable {
  readonly #program: Program;
  constructor(statusFile: string, fleet: Omit<PageFleet, 'statusFile'>) {
    this.#program = new Program([JSON.stringify({ ...fleet, statusFile })], CHILD_FILE);
  }
  /** Once so many events were sent. */
  async counts(atLeast = 0, limitMs = LIMIT_MS): Promise<PageFleetCounts> {
    return this.#program.saying((text) => {
      const counts = newest(text);
      return counts !== undefined && counts.events >= atLeast ? counts : undefined;
    }, limitMs);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

/** Every row that is drawn is there; every context has a cache of its own. */
async function openFleet(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 860 } });
  await page.goto(address);
  await page.locator('.pool.row').first().waitFor({ timeout: LIMIT_MS });
  return page;
}

async function paints(browser: Browser, address: string): Promise<{ paint: number; rows: number }> {
  const page = await openFleet(browser, address);
  const rows = await page.evaluate<number>('performance.now()');
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  );
  await page.close();
  return { paint, rows };
}

/** ms from each told instant to the frame in which it can be read. */
const WATCH_PROBES = `window.lateness = [];
new MutationObserver(() => {
  const [, at] = /${PROBE}(\\d+)\\./.exec(document.querySelector('.rows').textContent) ?? [];
  if (at === undefined || at === window.lastProbe) return;
  window.lastProbe = at;
  requestAnimationFrame(() => window.lateness.push(Date.now() - Number(at)));
}).observe(document.querySelector('.rows'), { subtree: true, childList: true, characterData: true, attributes: true });`;

/** ms from each key to the page's own code, and to the frame after it; frames. */
const WATCH_KEYS = `window.delays = []; window.frames = 0; window.answered = [];
addEventListener('keydown', (event) => {
  const at = event.timeStamp;
  window.delays.push(performance.now() - at);
  requestAnimationFrame(() => window.answered.push(performance.now() - at));
}, true);
const frame = () => { window.frames += 1; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
window.framesFrom = performance.now();`;

async function latenesses(page: Page, count: number): Promise<readonly number[]> {
  await page.evaluate(WATCH_PROBES);
  const limit = AbortSignal.timeout(LIMIT_MS);
  // Asked through the debugger: the policy of the page lets it evaluate nothing by itself.
  while ((await page.evaluate<number>('window.lateness.length')) < count) {
    if (limit.aborted) throw new Error('the events do not reach the screen');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return page.evaluate<number[]>('window.lateness');
}

interface Typed {
  readonly delays: readonly number[];
  readonly answered: readonly number[];
  readonly framesPerSecond: number;
}

/** Somebody filters, goes through rows and types again. */
async function typeInto(page: Page): Promise<Typed> {
  await page.evaluate(WATCH_KEYS);
  await page.getByRole('searchbox').focus();
  const keys = ['p', 'a', 'r', 'i', 's', 'Backspace', 'Backspace', 'Backspace', 'Backspace', 'Backspace'];
  for (let count = 0; count < KEYS; count += 1) {
    await page.keyboard.press(keys[count % keys.length] ?? 'p');
    await new Promise((resolve) => setTimeout(resolve, KEY_PAUSE_MS));
  }
  return page.evaluate<Typed>(
    '({ delays: window.delays, answered: window.answered, framesPerSecond: (window.frames * 1000) / (performance.now() - window.framesFrom) })',
  );
}

/** Without garbage, MB. */
async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  // What the first leaves to finalizers the second takes.
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / MB;
}

async function memoryGrowth(browser: Browser, statusFile: string): Promise<readonly BenchFigure[]> {
  await using served = new ServedFleet(statusFile, {
    pools: POOLS,
    perSecond: MEMORY_PER_SECOND,
    probesPerSecond: 0,
  });
  const { address, events } = await served.counts();
  const page = await openFleet(browser, address);
  await served.counts(events + EARLY_EVENTS);
  const early = await heapMb(page);
  await served.counts(events + LATE_EVENTS, 2 * LIMIT_MS);
  const late = await heapMb(page);
  await page.close();
  return [
    { name: `heap after ${String(LATE_EVENTS)} events`, value: late, unit: 'MB', bar: null },
    {
      name: `its growth since ${String(EARLY_EVENTS)} events`,
      value: late - early,
      unit: 'MB',
      bar: atMost(BARS.growthMb),
    },
  ];
}

async function atRest(browser: Browser, statusFile: string): Promise<readonly BenchFigure[]> {
  await using served = new ServedFleet(statusFile, {
    pools: POOLS,
    perSecond: 0,
    probesPerSecond: PROBES_PER_SECOND,
  });
  const { address } = await served.counts();
  const openings: Awaited<ReturnType<typeof paints>>[] = [];
  for (let count = 0; count < OPENINGS; count += 1) openings.push(await paints(browser, address));
  const page = await openFleet(browser, address);
  const late = await latenesses(page, PROBES);
  await page.close();
  const first = openings.map(({ paint }) => paint);
  return [
    { name: 'first paint, median', value: quantile(first, 0.5), unit: 'ms', bar: atMost(BARS.firstPaintMs) },
    { name: `first paint, worst of ${String(OPENINGS)}`, value: Math.max(...first), unit: 'ms', bar: null },
    {
      name: `rows of ${String(POOLS)} pools are there, worst of ${String(OPENINGS)}`,
      value: Math.max(...openings.map(({ rows }) => rows)),
      unit: 'ms',
      bar: null,
    },
    { name: 'event to screen, p95', value: quantile(late, 0.95), unit: 'ms', bar: atMost(BARS.eventMs) },
  ];
}

async function inMotion(browser: Browser, statusFile: string): Promise<readonly BenchFigure[]> {
  await using served = new ServedFleet(statusFile, {
    pools: POOLS,
    perSecond: PER_SECOND,
    probesPerSecond: PROBES_PER_SECOND,
  });
  const { address } = await served.counts();
  const page = await openFleet(browser, address);
  const late = await latenesses(page, PROBES);
  const { delays, answered, framesPerSecond } = await typeInto(page);
  await page.close();
  const figure = (name: string, value: number, unit: string, bar?: number): BenchFigure => ({
    name: `${String(POOLS)} pools, ${String(PER_SECOND)} updates/s: ${name}`,
    value,
    unit,
    bar: bar === undefined ? null : atMost(bar),
  });
  return [
    figure('event to screen, p95', quantile(late, 0.95), 'ms', BARS.eventMs),
    figure('input delay, p95', quantile(delays, 0.95), 'ms', BARS.inputMs),
    figure('key to the next frame, p95', quantile(answered, 0.95), 'ms'),
    figure('frames', framesPerSecond, '1/s'),
  ];
}

export async function runPageBench(): Promise<readonly BenchFigure[]> {
  const root = path.join(import.meta.dirname, '..');
  await promisify(execFile)(process.execPath, ['scripts/build-page.mjs'], { cwd: root });
  using folder = temporaryFolder();
  const statusFile = path.join(folder.path, 'status.json');
  await writeRealStatus(path.join(folder.path, 'estate'), statusFile);
  const perPoolKb = readFileSync(statusFile).length / KB;
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    return [
      { name: 'the page, gzipped', value: gzippedKb(), unit: 'kB', bar: atMost(BARS.gzippedKb) },
      { name: 'a pool as a whole', value: perPoolKb, unit: 'kB', bar: null },
      ...(await atRest(browser, statusFile)),
      ...(await inMotion(browser, statusFile)),
      ...(await memoryGrowth(browser, statusFile)),
    ];
  } finally {
    await browser.close();
  }
}
