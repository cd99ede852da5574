/** The page in a real browser, before the real daemon and the estate: what a person at three in the morning sees and may do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import { RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { buildPage, NARROW, noChromium, PageBrowser, WIDE } from './page-browser.ts';

const FACTOR = 60;
const POOL = 'contoso-chat';
const MOST_TABS = 30;

/** The page comes back to the daemon that is started again only where its address stays. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.skipIf(noChromium)('the page (needs chromium: npm run setup)', () => {
  let stage: WireStage;
  let browser: PageBrowser;
  let address = '';

  beforeAll(async () => {
    await buildPage();
    stage = await WireStage.open({
      seed: 'page',
      factor: FACTOR,
      overrides: {
        ...RARELY_COPIED,
        backupEveryMinutes: 5,
        speed: { ...DEFAULT_ESTATE.speed, minimumMs: 150 * FACTOR },
      },
      durations: { connect: '300ms', pollInterval: '400ms' },
      document: { drainTimeout: '0s', mode: 'propose' },
    });
    const { settingsFile } = stage.playground.documents;
    const port = await freePort();
    writeFileSync(
      settingsFile,
      readFileSync(settingsFile, 'utf8').replace('port: 0', `port: ${String(port)}`),
    );
    address = `http://127.0.0.1:${String(port)}/`;
    await stage.startDaemon();
    await stage.estate.fault('clients on');
    await stage.converged('home');
    browser = await PageBrowser.open();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  const token = (): string =>
    readFileSync(path.join(stage.playground.documents.journalDirectory, 'control-token'), 'utf8').trim();
  const approvals = (): number =>
    stage.records.filter((record) => record.kind === 'decision' && record.decision === 'approve').length;

  const intents = (): number => stage.records.filter(({ kind }) => kind === 'intent').length;
  const roundsSince = (before: string, now: string | null = before): number =>
    Number(now?.split('-r')[1]) - Number(before.split('-r')[1]);

  test('comes from the same origin under a policy that lets nothing else in', async () => {
    const response = await browser.page.goto(address);
    const headers = response?.headers() ?? {};
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    const script = await browser.page.locator('script[src]').getAttribute('src');
    const asset = await fetch(new URL(script ?? '', address));
    expect(asset.headers.get('cache-control')).toContain('immutable');
    const elsewhere = await browser.page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map((one) => one.name)",
    );
    expect(elsewhere.filter((name) => !name.startsWith(address))).toEqual([]);
  });

  test('shows the pool in the fleet, and opens it by the keyboard alone', async () => {
    const { page } = browser;
    await page.getByRole('row', { name: POOL }).getByText('converged', { exact: true }).waitFor();
    expect(await browser.troubles('fleet', [WIDE])).toEqual([]);
    await page.reload();
    const link = page.getByRole('link', { name: POOL });
    await link.waitFor();
    await tabTo('a:focus', POOL);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: POOL }).waitFor();
    expect(await browser.troubles('converged', [NARROW])).toEqual([]);
  });

  test('tells each fact with source and age to whoever comes there by the Tab key', async () => {
    const { page } = browser;
    await page.getByRole('heading', { level: 1 }).waitFor();
    await tabTo('button:focus', 'sql-par-1');
    const facts = page.getByRole('tooltip').filter({ hasText: /told by .*sql-par-1/ });
    await facts.waitFor({ state: 'visible' });
    expect(await facts.textContent()).toMatch(/chat databaseONLINE.*told by .*sql-par-1\S*, \d+ s ago/s);
    await browser.look('facts');
  });

  test('shows the lost datacenter and the plan, and refuses an approval of a plan that has moved', async () => {
    const { page } = browser;
    await stage.logBackupSeen();
    await stage.estate.fault('down site home');
    await stage.verdictOnHome('silent');
    await page.getByText('not seen', { exact: true }).first().waitFor();
    stage.edit('lyon');
    await page.getByRole('button', { name: 'Approve this plan' }).waitFor();
    await page.getByText('recover-backup', { exact: true }).waitFor();
    expect(await browser.troubles('asks')).toEqual([]);

    await page.getByRole('button', { name: 'Approve this plan' }).click();
    await fill();
    stage.rewrite((text) => text.replace(/maxDataLoss: .*/, 'maxDataLoss: 61m'));
    await page.getByText('The plan has moved since this form was opened.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve this plan' }).isDisabled()).toBe(true);
    expect(await browser.troubles('stale plan', [NARROW])).toEqual([]);
    await page.getByRole('textbox', { name: 'Reason' }).press('Enter');
    await stage.until(
      'a round after the refusal',
      async () => (await stage.status())?.gate?.code === 'ApprovalNeeded',
    );
    expect(approvals()).toBe(0);
    await page.getByRole('button', { name: 'Back', exact: true }).click();
  });

  test('shows the refusal of a daemon whose plan moved before the approval came', async () => {
    const { page } = browser;
    await page.getByRole('button', { name: 'Approve this plan' }).click();
    await page.route('**/approve', (route) =>
      route.continue({ headers: { ...route.request().headers(), 'if-match': '"of another plan"' } }),
    );
    await approve();
    await page.getByText('PCO_PLAN_MOVED').waitFor();
    await page.unroute('**/approve');
    expect(browser.complaints.splice(0).every((one) => one.includes('412'))).toBe(true);
    expect(approvals()).toBe(0);
    await page.getByRole('button', { name: 'Back', exact: true }).click();
  });

  test('cancels an approved failover on its way: the running step ends, no other begins', async () => {
    const { page } = browser;
    await page.getByRole('button', { name: 'Approve this plan' }).click();
    await approve();
    await page.locator('.step.running').first().waitFor();
    await browser.look('running');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    expect(await browser.troubles('cancel', [NARROW])).toEqual([]);
    await fill();
    await page.getByRole('textbox', { name: 'Reason' }).press('Enter');
    await page.getByText('it is in the journal and counts').waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await stage.until('no step runs', async () => (await stage.status())?.running.length === 0);
    const begun = intents();
    const round = (await stage.status())?.round ?? '';
    await stage.until('two rounds later', async () => roundsSince(round, (await stage.status())?.round) >= 2);
    expect(intents()).toBe(begun);
    expect(stage.records.at(-1)?.kind).not.toBe('transition');
    expect(await browser.troubles('cancelled', [WIDE])).toEqual([]);
  });

  test('resumes it, and follows it to the pool that has moved', async () => {
    const { page } = browser;
    await page.getByRole('button', { name: 'Resume' }).click();
    await fill();
    await page.getByRole('textbox', { name: 'Reason' }).press('Enter');
    await stage.converged('backup');
    const lyon = page.getByRole('article', { name: 'lyon, backup' });
    await lyon.getByText('chat is served here').waitFor();
    expect(approvals()).toBe(1);
    expect(await browser.troubles('failed over', [WIDE])).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });

  test('says that it is not live while no daemon answers, and that it was started again', async () => {
    const { page } = browser;
    await stage.killDaemon();
    await page.getByRole('alert').getByText('The connection to the daemon is lost').waitFor();
    expect(await page.locator('main.stale').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Suspend' }).isDisabled()).toBe(true);
    expect(await browser.troubles('lost', [NARROW])).toEqual([]);
    await stage.startDaemon();
    await page.getByText('The daemon was started again').waitFor();
    expect(await page.locator('main.stale').count()).toBe(0);
    await browser.look('restarted');
    // What the browser itself says of requests that nobody answered.
    expect(browser.complaints.filter((one) => !one.includes('net::ERR_'))).toEqual([]);
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
  async function fill(): Promise<void> {
    const { page } = browser;
    const name = page.getByLabel(/^Type the pool/);
    if ((await name.count()) > 0) await name.fill(POOL);
    await page.getByRole('textbox', { name: 'Reason' }).fill('paris is lost');
    await page.getByLabel(/^Your name/).fill('ann');
    const field = page.getByLabel(/^Token/);
    if ((await field.count()) > 0) await field.fill(token());
  }
  async function approve(): Promise<void> {
    await fill();
    await browser.page.getByRole('textbox', { name: 'Reason' }).press('Enter');
  }
});
