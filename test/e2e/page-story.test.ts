/** The story of a pool in a real browser: a transition while it runs and afterwards, the edit that asked for it, and its past moments. */
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireDaemon } from '../../src/cli/daemon-client.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import { pchat } from '../support/pchat.ts';
import { RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { buildPage, NARROW, noChromium, PageBrowser, WIDE } from './page-browser.ts';

const FACTOR = 60;
const POOL = 'contoso-chat';
const MOST_TABS = 40;

describe.skipIf(noChromium)('the story on the page (needs chromium: npm run setup)', () => {
  let stage: WireStage;
  let browser: PageBrowser;
  let address = '';

  beforeAll(async () => {
    await buildPage();
    stage = await WireStage.open({
      seed: 'page-story',
      factor: FACTOR,
      overrides: {
        ...RARELY_COPIED,
        backupEveryMinutes: 5,
        speed: { ...DEFAULT_ESTATE.speed, minimumMs: 150 * FACTOR },
      },
      durations: { connect: '300ms', pollInterval: '400ms' },
      document: { drainTimeout: '0s', mode: 'propose' },
    });
    await stage.startDaemon();
    await stage.converged('home');
    const { journalDirectory } = stage.playground.documents;
    address = readFileSync(path.join(journalDirectory, 'control-address'), 'utf8').trim();
    browser = await PageBrowser.open();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  const record = (kind: string, action?: string): number => {
    const found = stage.records.find(
      (one) => one.kind === kind && (action === undefined || ('action' in one && one.action === action)),
    );
    if (found === undefined) throw new Error(`the journal has no ${kind} of ${action ?? 'anything'}`);
    return found.seq;
  };
  const open = (place: string): Promise<unknown> =>
    browser.page.goto(`${address}/#/pools/${POOL}${place}`).then(() => browser.page.reload());

  test('is empty, and says so, for a pool that never took a step', async () => {
    const { page } = browser;
    await open('/story');
    await page.getByText('there is no story yet').waitFor();
    expect(await browser.troubles('no story', [NARROW])).toEqual([]);
  });

  test('begins while the first step runs, and grows without being asked for', async () => {
    const { page } = browser;
    await stage.logBackupSeen();
    await stage.estate.fault('down site home');
    await stage.verdictOnHome('silent');
    stage.edit('lyon');
    await stage.until('the plan asks', async () => (await stage.status())?.gate?.code === 'ApprovalNeeded');
    const daemon = await requireDaemon(stage.playground.documents.journalDirectory);
    await daemon.decide({
      pool: POOL,
      decision: 'approve',
      by: 'ann',
      reason: 'paris is lost',
      expiresAt: null,
    });
    await page.locator('.gantt-row.running').first().waitFor();
    await browser.look('story-running');
    const rows = page.locator('ol .gantt-row');
    const before = await rows.count();
    await stage.converged('backup');
    await page.getByText('at rest', { exact: true }).first().waitFor();
    expect(await rows.count()).toBeGreaterThan(before);
    expect(await page.locator('.gantt-row.running').count()).toBe(0);
  });

  test('tells the overhead, the edit line by line, the evidence and who approved', async () => {
    const { page } = browser;
    await page.getByText(/^Overhead .* over the unavoidable minimum of .* in all$/).waitFor();
    const lines = await page
      .getByRole('list', { name: 'Changed lines' })
      .getByRole('listitem')
      .allTextContents();
    expect(lines).toEqual(['- primaryDatacenter: paris', '+ primaryDatacenter: lyon']);
    const decided = page.getByRole('region', { name: 'Who decided' });
    expect(await decided.textContent()).toMatch(/approve by ann: paris is lost/);
    const evidence = page.getByRole('region', { name: 'Evidence' });
    expect(await evidence.textContent()).toContain('home down (silent)');
    expect(await browser.troubles('story')).toEqual([]);
  });

  test('opens each step by the keyboard: what was sent, and when', async () => {
    const { page } = browser;
    await open('/story');
    await page.locator('.gantt-row').first().waitFor();
    await tabTo('summary:focus', 'recover-backup');
    await page.keyboard.press('Enter');
    await page.getByText('RESTORE DATABASE [mgc] WITH RECOVERY', { exact: true }).waitFor();
    expect(await browser.troubles('story step', [WIDE])).toEqual([]);
  });

  test('is exported as the text that pchat history prints', async () => {
    const { page } = browser;
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the report (Markdown)' }).click(),
    ]);
    const saved = await readFile(await download.path(), 'utf8');
    const { settingsFile } = stage.playground.documents;
    const printed = await pchat('history', POOL, '--transition', '--settings', settingsFile);
    expect(saved).toBe(printed.stdout);
    expect(saved).toMatch(/^# contoso-chat: Generation 2 wants the service in lyon/);
  });

  test('opens a past moment that nobody can take for now, and comes back', async () => {
    const { page } = browser;
    const recovery = record('effect', 'recover-backup');
    await open(`/past/${String(recovery)}`);
    const bar = page.getByRole('status').filter({ hasText: 'PAST' });
    await bar.getByText('Nothing here is so now').waitFor();
    expect(await page.title()).toBe(`PAST of ${POOL}: pchat`);
    await page.getByText('recover-backup on backup', { exact: true }).waitFor();
    expect(await page.getByRole('region', { name: 'Declared then' }).textContent()).toContain(
      'wanted in lyon',
    );
    expect(await page.getByRole('region', { name: 'Judged then' }).textContent()).toContain(
      'home down (silent)',
    );
    // What could be decided is about now.
    expect(await page.getByRole('button', { name: 'Suspend' }).count()).toBe(0);
    expect(await browser.troubles('past')).toEqual([]);
    await page.getByRole('link', { name: 'Back to now' }).click();
    await page.getByRole('article', { name: 'lyon, backup' }).getByText('chat is served here').waitFor();
    expect(await page.locator('.past').count()).toBe(0);
  });

  test('goes through its records by the arrow keys, and to an instant that is typed', async () => {
    const { page } = browser;
    const first = record('intent');
    await open(`/past/${String(first)}`);
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { level: 1, name: `record ${String(first + 1)}` }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { level: 1, name: `record ${String(first)}` }).waitFor();
    await page.getByRole('link', { name: 'Earlier record' }).click();
    await page.getByRole('heading', { level: 1, name: `record ${String(first - 1)}` }).waitFor();
    await page.getByLabel(/^Another moment/).fill('2000-01-01 00:00');
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.getByRole('heading', { level: 1, name: 'record 1' }).waitFor();
    expect(await page.getByText('none is kept').count()).toBe(1);
  });

  test('shows beside the plan the lines of the edit that is in force', async () => {
    const { page } = browser;
    await open('');
    await page.getByText(/^The edit behind it: generation 2, 1 line changed/).click();
    await page.getByText('primaryDatacenter: lyon').waitFor();
    expect(await browser.troubles('present change', [WIDE])).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });

  /** By the keyboard alone, as far as it takes. */
  async function tabTo(focused: string, text: string): Promise<void> {
    const { page } = browser;
    const there = page.locator(focused, { hasText: text });
    for (let presses = 0; presses < MOST_TABS; presses += 1) {
      if ((await there.count()) === 1) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the Tab key does not come to ${text}`);
  }
});
