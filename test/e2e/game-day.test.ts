/** The game day of the playground in a real browser: break it, save it, and read the score. A real daemon has none of it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GameDay } from '../../src/cli/game-day/game-day.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { readPage } from '../../src/daemon/host/read-page.ts';
import { facts } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { servedApi } from '../support/served-api.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { buildPage, noChromium, PageBrowser } from './page-browser.ts';

const FACTOR = 60;
const WAIT_MS = 90_000;

test.skipIf(noChromium)(
  'a player kills the home site, moves the pool by one edit, and sees the clock stand when users chat again',
  async () => {
    await buildPage();
    await using stage = await WireStage.open({
      seed: 'game',
      factor: FACTOR,
      overrides: {},
      durations: { connect: '700ms' },
      document: { drainTimeout: '0s' },
      limitMs: WAIT_MS,
    });
    await stage.startDaemon();
    await stage.estate.fault('clients on');
    await stage.converged('home');
    const game = new GameDay(stage.playground, hostClock);
    const end = new AbortController();
    const address = await game.listen();
    const ran = game.run(end.signal);
    const stageText = (name: string): string =>
      readFileSync(path.join(stage.playground.documents.journalDirectory, name), 'utf8').trim();
    try {
      await using browser = await PageBrowser.open();
      const { page } = browser;
      await page.goto(address);
      await page.getByRole('heading', { level: 1, name: 'Quiet', exact: true }).waitFor();
      await page.getByText('are served', { exact: true }).waitFor();
      expect(await browser.troubles('game')).toEqual([]);
      await page.getByRole('button', { name: 'Kill paris' }).click();
      await page.getByRole('heading', { level: 1, name: 'Not safe', exact: true }).waitFor();
      await stage.verdictOnHome('silent');
      stage.edit('lyon');
      await page.getByRole('heading', { level: 1, name: 'Safe', exact: true }).waitFor({ timeout: WAIT_MS });
      expect(await page.getByRole('timer').textContent()).toMatch(/^\d+:\d\d$/);
      expect((await stage.status())?.primarySite).toBe('backup');
      expect(await page.getByRole('button', { name: 'End: Kill paris' }).count()).toBe(1);
      expect(await page.getByRole('link', { name: /daemon/ }).getAttribute('href')).toMatch(/^http:/);
      // Of a plan that nobody has seen.
      const refused = await fetch(`${stageText('control-address')}/api/v1/pools/contoso-chat/approve`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stageText('control-token')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ by: 'ann', reason: 'blindly' }),
      });
      expect(refused.status).toBe(428);
      await page.getByText('1 decision that the daemon refused').waitFor();
      expect(browser.complaints).toEqual([]);
    } finally {
      end.abort();
      await ran;
      await game.stop();
    }
  },
);

test('a real daemon neither serves the game nor breaks anything, and its page holds nothing of it', async () => {
  await buildPage();
  const { server } = servedApi(observed(facts()), { page: readPage() });
  for (const url of ['/game-day.html', '/assets/game-day.html', '/score', '/game-day/'])
    expect((await server.inject({ url })).statusCode, url).toBe(404);
  const trouble = await server.inject({ method: 'POST', url: '/trouble', payload: { id: 'kill-site' } });
  expect(trouble.statusCode).toBe(404);
  const names = [...readPage().keys()];
  expect(names).toContain('index.html');
  expect(names.filter((name) => name.includes('game'))).toEqual([]);
  const scripts = [...readPage().values()].filter(({ type }) => type.startsWith('text/javascript'));
  expect(scripts.length).toBeGreaterThan(0);
  for (const { body } of scripts) expect(Buffer.from(body).toString()).not.toContain('Break it');
});
