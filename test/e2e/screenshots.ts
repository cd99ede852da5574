/**
 * npm run screenshots -- --out FOLDER: the page in every state that an estate can be brought to, light and dark, wide and 360 px, before
 * the real daemon. `--only TEXT`: pictures of the states whose name holds it. For people to look at; judges nothing.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { GameDay } from '../../src/cli/game-day/game-day.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { Hands, openStatesStage, POOL } from './estate-hands.ts';
import { STATES } from './estate-states.ts';
import { buildPage, PageBrowser } from './page-browser.ts';

const FORMS = [
  { colorScheme: 'light', width: 1_280 },
  { colorScheme: 'dark', width: 1_280 },
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 360 },
] as const;
const HEIGHT = 860;
/** Fleet pictures: one state of each tone. */
const OF_THE_FLEET: ReadonlySet<string> = new Set([
  'converged',
  'home cut off from the daemon',
  'planned move, asks',
  'home lost, and wanted there',
  'steps run',
]);

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string', default: '' } } });
const out = values.out;
if (out === undefined) throw new Error('name the folder of the pictures: -- --out FOLDER');
mkdirSync(out, { recursive: true });

/** The story is told while steps run, and of a move and a move home that are over. */
const OF_THE_STORY: ReadonlySet<string> = new Set(['converged', 'steps run', 'failed over', 'home again']);
const OF_THE_PAST = 'failed over';
const OF_WHAT_IF = 'converged';

/** `pool-planned-move-asks-dark-360.png` */
async function take(page: Page, view: string, state: string): Promise<void> {
  // What the mouse rests on opens its facts.
  await page.mouse.move(0, 0);
  const slug = `${view} ${state}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  for (const { colorScheme, width } of FORMS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: HEIGHT });
    await page.evaluate('scrollTo(0, 0)');
    const file = `${slug}-${colorScheme}-${String(width)}.png`;
    await page.screenshot({ path: path.join(out ?? '', file), fullPage: true, animations: 'disabled' });
    process.stdout.write(`${file}\n`);
  }
  await page.setViewportSize({ width: FORMS[0].width, height: HEIGHT });
}

/** What a person opens on the pool's view: a fact, a form. */
async function takeOpened(page: Page, state: string): Promise<void> {
  if (state === 'converged') {
    await page.getByRole('button', { name: 'sql-par-1' }).focus();
    await take(page, 'facts', state);
    await page.keyboard.press('Escape');
  }
  const decide = page.locator('.offers button.primary').first();
  if ((await decide.count()) === 0) return;
  await decide.click();
  await take(page, 'decide', state);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
}

async function takeWhatIf(page: Page, state: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Suppose that' }).selectOption({ label: 'paris is lost' });
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('If paris is lost:').waitFor();
  await take(page, 'what-if', state);
}

async function takeStory(page: Page, state: string): Promise<void> {
  await page.goto(`${address}/#/pools/${POOL}/story`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await take(page, 'story', state);
}

/** Right after the copy of the backup site was recovered. */
async function takePast(page: Page, state: string): Promise<void> {
  const record = stage.records.findLast((one) => one.kind === 'effect' && one.action === 'recover-backup');
  await page.goto(`${address}/#/pools/${POOL}/past/${String(record?.seq ?? 1)}`);
  await page.getByRole('status').filter({ hasText: 'PAST' }).waitFor();
  await take(page, 'past', state);
}

async function takeGameDay(): Promise<void> {
  const game = new GameDay(stage.playground, hostClock);
  const end = new AbortController();
  const page = await browser.another();
  await page.goto(await game.listen());
  const ran = game.run(end.signal);
  await page.getByText('are served', { exact: true }).waitFor();
  await take(page, 'game-day', 'quiet');
  await page.getByRole('button', { name: 'Kill paris' }).click();
  await page.getByRole('heading', { level: 1, name: 'Not safe', exact: true }).waitFor();
  await take(page, 'game-day', 'not safe');
  end.abort();
  await ran;
  await game.stop();
}

await buildPage();
await using stage = await openStatesStage();
const hands = new Hands(stage);
await stage.startDaemon();
await stage.estate.fault('clients on');
await stage.converged('home');
const address = hands.journalText('control-address');
await using browser = await PageBrowser.open();
const story = await browser.another();
const fleet = await browser.another();
await fleet.goto(`${address}/`);
await browser.page.goto(`${address}/#/pools/${POOL}`);

for (const { name, bring, when, word } of STATES) {
  await bring(hands);
  await hands.sees(name, when);
  if (!name.includes(values.only)) continue;
  await browser.page.locator('.pool-head').getByText(word, { exact: true }).waitFor();
  if (OF_THE_FLEET.has(name)) await take(fleet, 'fleet', name);
  await take(browser.page, 'pool', name);
  await takeOpened(browser.page, name);
  if (name === OF_WHAT_IF) await takeWhatIf(browser.page, name);
  if (OF_THE_STORY.has(name)) await takeStory(story, name);
  if (name === OF_THE_PAST) await takePast(story, name);
}

const locked = await browser.another();
await locked.route('**/api/v1/**', (route) =>
  route.fulfill({
    status: 401,
    contentType: 'application/problem+json',
    body: '{"code":"PCO_NOT_AUTHORISED"}',
  }),
);
await locked.goto(`${address}/`);
await locked.getByRole('button', { name: 'Open' }).waitFor();
await take(locked, 'token', 'wanted');

await takeGameDay();
await stage.killDaemon();
await browser.page.getByRole('alert').waitFor();
await fleet.getByRole('alert').waitFor();
await take(fleet, 'fleet', 'stale');
await take(browser.page, 'pool', 'stale');
