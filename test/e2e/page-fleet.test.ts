/** A thousand pools on the page: only what can be seen is drawn, and everything can be found. */
import { expect, test } from 'vitest';
import { readPage } from '../../src/daemon/host/read-page.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { servedApi } from '../support/served-api.ts';
import { buildPage, noChromium, PageBrowser } from './page-browser.ts';

const COUNT = 1_000;
const LOST = 617;
const MOST_DRAWN = 60;
/** Further down than what is drawn at first. */
const FAR = 40;

const nameOf = (index: number): string => `pool-${String(index).padStart(4, '0')}`;

function fleet(): ReadonlyMap<string, PoolStatus> {
  const well = observed(facts());
  const lost = observed(homeLost(), desiredPool({ primarySite: 'backup', policy: { mode: 'propose' } }));
  return new Map(
    Array.from({ length: COUNT }, (_, index) => {
      const pool = nameOf(index);
      return [pool, { ...(index === LOST ? lost : well), pool }] as const;
    }),
  );
}

test.skipIf(noChromium)(
  'a thousand pools are rows of which few are drawn: the worst on top, found by filter, by scrolling and by the arrow keys',
  async () => {
    await buildPage();
    const pools = fleet();
    const { server } = servedApi(observed(facts()), {
      page: readPage(),
      status: {
        status: () => ({
          version: '1',
          pid: 1,
          epoch: 1,
          startedAt: 'x',
          desiredStateProblems: [],
          desiredStateReachable: true,
          pools: [...pools.values()],
        }),
        pool: (name) => pools.get(name),
        why: () => undefined,
        ready: () => true,
        history: () => [],
      },
    });
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    await using browser = await PageBrowser.open();
    const { page } = browser;
    await page.goto(address);
    await page.getByText(`${String(COUNT)} pools`).waitFor();
    const links = page.getByRole('rowheader').getByRole('link');
    expect(await links.first().textContent()).toBe(nameOf(LOST));
    expect(await links.count()).toBeLessThan(MOST_DRAWN);
    expect(await browser.troubles('thousand')).toEqual([]);

    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.getByRole('link', { name: nameOf(COUNT - 1) }).waitFor();
    expect(await links.count()).toBeLessThan(MOST_DRAWN);
    await page.evaluate('scrollTo(0, 0)');
    // The first one is the lost pool; from the second on they stand in the order of their names.
    await links.nth(1).focus();
    const focused = async (): Promise<string> =>
      (await page.locator('a:focus').allTextContents()).join('') || 'nothing';
    for (let presses = 0; presses < 5 * FAR && (await focused()) < nameOf(FAR); presses += 1)
      await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(/^pool-/);
    expect((await focused()) >= nameOf(FAR)).toBe(true);

    await page.getByRole('searchbox').fill('lyon propose asks');
    expect(await links.allTextContents()).toEqual([nameOf(LOST)]);
    expect(browser.complaints).toEqual([]);
  },
);
