/** Decisions on the page in a real browser: what only a person can know, and two people at once. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readPage } from '../../src/daemon/host/read-page.ts';
import type { DecisionRequest, PoolStatus } from '../../src/reconciler/pool-status.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { CONTROL_TOKEN, servedApi, type ServedApi } from '../support/served-api.ts';
import { buildPage, noChromium, PageBrowser } from './page-browser.ts';

const failover = (policy: object): PoolStatus =>
  observed(homeLost(), desiredPool({ primarySite: 'backup', policy }));

/** What was decided is in the pool's list at once, as the daemon's journal would have it. */
function keepsDecisions(first: PoolStatus): ServedApi {
  let shown = first;
  const decided: DecisionRequest[] = [];
  const api = servedApi(first, {
    page: readPage(),
    decisions: {
      resync: () => undefined,
      breakGlass: () => Promise.reject(new Error('nothing is broken here')),
      decide: (request) => {
        decided.push(request);
        const kept = { ...request, at: `2026-01-01T00:00:0${String(decided.length)}.000Z` };
        shown = { ...shown, decisions: [...shown.decisions, kept as PoolStatus['decisions'][number]] };
        api.show(shown);
        api.events.poolChanged(shown);
        return Promise.resolve({ ...request, decision: 'suspend' });
      },
    },
  });
  api.events.poolChanged(first);
  return { ...api, decided };
}

async function open(page: Page, address: string, pool: string): Promise<void> {
  await page.goto(`${address}/#/pools/${pool}`);
  await page.getByRole('heading', { level: 1, name: pool }).waitFor();
}

async function fill(page: Page, pool: string, by: string, reason: string): Promise<void> {
  await page.getByLabel(/^Type the pool/).fill(pool);
  await page.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await page.getByLabel(/^Your name/).fill(by);
  const token = page.getByLabel(/^Token/);
  if ((await token.count()) > 0) await token.fill(CONTROL_TOKEN);
}

test.skipIf(noChromium)(
  'of two tabs that approve at once the second is told who was quicker, and sends nothing',
  async () => {
    await buildPage();
    const pool = failover({ mode: 'propose' });
    const api = keepsDecisions(pool);
    const address = await api.server.listen({ host: '127.0.0.1', port: 0 });
    await using browser = await PageBrowser.open();
    const one = browser.page;
    const other = await browser.another();
    for (const page of [one, other]) {
      await open(page, address, pool.pool);
      await page.getByRole('button', { name: 'Approve this plan' }).click();
    }
    await fill(one, pool.pool, 'ann', 'paris burns');
    await fill(other, pool.pool, 'bob', 'I see no paris');
    await one.getByRole('button', { name: 'Approve this plan' }).click();
    await one.getByText('it is in the journal and counts').waitFor();

    await other.getByRole('alert').getByText('ann has decided the same').waitFor();
    expect(await other.getByRole('button', { name: 'Approve this plan' }).isDisabled()).toBe(true);
    await other.getByRole('textbox', { name: 'Reason' }).press('Enter');
    await other.getByRole('button', { name: 'Back', exact: true }).click();
    await other.getByRole('listitem').filter({ hasText: 'approve by ann: paris burns' }).waitFor();
    expect(api.decided.map(({ by, decision }) => [by, decision])).toEqual([['ann', 'approve']]);
    expect(browser.complaints).toEqual([]);
  },
);

test.skipIf(noChromium)(
  'a person attests a silent site with the typed name, where the plan is blocked for want of proof',
  async () => {
    await buildPage();
    const pool = failover({ evidence: 'proven' });
    const api = keepsDecisions(pool);
    const address = await api.server.listen({ host: '127.0.0.1', port: 0 });
    await using browser = await PageBrowser.open();
    const { page } = browser;
    await open(page, address, pool.pool);
    expect(await browser.troubles('blocked')).toEqual([]);
    await page
      .getByRole('combobox', { name: 'Suppose that' })
      .selectOption({ label: 'the backup share is lost' });
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('If the backup share is lost:').waitFor();
    await page.getByRole('button', { name: 'Attest that paris cannot write' }).click();
    const send = page.getByRole('button', { name: 'Attest that paris cannot write' });
    expect(await send.isDisabled()).toBe(true);
    await fill(page, pool.pool, 'ann', 'I stood before the burnt racks');
    expect(await browser.troubles('attest')).toEqual([]);
    await send.click();
    await page.getByText('it is in the journal and counts').waitFor();
    expect(api.decided).toMatchObject([{ decision: 'attest-down', site: 'home', by: 'ann' }]);

    const old = page.getByText('The pool is no longer as it was then: ask again.');
    expect(await old.count()).toBe(0);
    const edited = { ...pool, generation: { ...pool.generation, hash: 'edited000000' } };
    api.show(edited);
    api.events.poolChanged(edited);
    await old.waitFor();
    expect(browser.complaints).toEqual([]);
  },
);
