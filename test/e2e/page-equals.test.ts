/** What the page shows is what `pchat status` and the API say at the same instant, in every state that an estate can be brought to. */
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { DaemonStatus, PoolStatus } from '../../src/reconciler/pool-status.ts';
import type { WireStage } from '../wire/wire-stage.ts';
import { Hands, openStatesStage, POOL } from './estate-hands.ts';
import { STATES, type EstateState } from './estate-states.ts';
import { buildPage, noChromium, PageBrowser } from './page-browser.ts';
import { askedAndHeld, poolOf, rowOf, shownPool, shownRow } from './shown-page.ts';

/** An event reaches the page within a second also on a busy machine; what differs for longer differs. */
const LIMIT_MS = 45_000;
const AGAIN_MS = 50;

interface Tagged {
  readonly pool: PoolStatus;
  readonly tag: string | null;
}

interface Look {
  readonly pool: PoolStatus;
  /** What the page showed otherwise. */
  readonly found: readonly string[];
}

describe.skipIf(noChromium)(
  'page, command and API at the same instant (needs chromium: npm run setup)',
  () => {
    let stage: WireStage;
    let hands: Hands;
    let browser: PageBrowser;
    let fleet: Page;
    let address = '';

    beforeAll(async () => {
      await buildPage();
      stage = await openStatesStage();
      hands = new Hands(stage);
      await stage.startDaemon();
      await stage.estate.fault('clients on');
      await stage.converged('home');
      address = hands.journalText('control-address');
      browser = await PageBrowser.open();
      fleet = await browser.another();
      await fleet.goto(`${address}/`);
      await browser.page.goto(`${address}/#/pools/${POOL}`);
      await browser.page.getByRole('heading', { level: 1, name: POOL }).waitFor();
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
    });

    test.each(STATES)('$name: the three say the same', async (state) => {
      await state.bring(hands);
      await hands.sees(state.name, state.when);
      expect((await differences(state)).join('\n')).toBe('');
      expect(browser.complaints).toEqual([]);
    });

    async function read(): Promise<Tagged> {
      const answer = await fetch(`${address}/api/v1/pools/${POOL}`);
      return { pool: (await answer.json()) as PoolStatus, tag: answer.headers.get('etag') };
    }

    async function commanded(): Promise<PoolStatus | undefined> {
      const { pools } = JSON.parse(await hands.command('status', '--output', 'json')) as DaemonStatus;
      return pools.find(({ pool }) => pool === POOL);
    }

    /** One instant: the API says the same before and after the page was read. undefined: the world moved meanwhile, or is another state. */
    async function look(state: EstateState): Promise<Look | undefined> {
      const before = await read();
      const found = await shownOtherwise(state, before.pool);
      return isDeepStrictEqual(before, await read()) && state.when(before.pool)
        ? { pool: before.pool, found }
        : undefined;
    }

    /** What the page shows otherwise at the instant of which the command told; the command's own way to the daemon takes longest. */
    async function differencesOnce(state: EstateState): Promise<readonly string[]> {
      const looks: Look[] = [];
      const end = new AbortController();
      const asked = commanded().finally(() => end.abort());
      // Its failure is thrown below.
      asked.catch(() => undefined);
      while (!end.signal.aborted) {
        const one = await look(state);
        if (one !== undefined) looks.push(one);
        await hostClock.sleep(AGAIN_MS, new AbortController().signal);
      }
      const command = await asked;
      const same = looks.filter(({ pool }) => isDeepStrictEqual(pool, command));
      if (same.length === 0) return ['the command told of no instant at which page and API were looked at'];
      return same.some(({ found }) => found.length === 0) ? [] : (same.at(-1)?.found ?? []);
    }

    /** Tried again while the world moves, or an event is on its way to the page. */
    async function differences(state: EstateState): Promise<readonly string[]> {
      const endMs = hostClock.monotonicMs() + LIMIT_MS;
      for (;;) {
        const found = await differencesOnce(state);
        if (found.length === 0 || hostClock.monotonicMs() > endMs) return found;
      }
    }

    async function shownOtherwise({ word }: EstateState, pool: PoolStatus): Promise<readonly string[]> {
      const row = await shownRow(fleet);
      const shown = await shownPool(browser.page);
      if (shown === null || row === null) return ['the page shows no pool'];
      const { closed, asked, ...rest } = shown;
      const told = askedAndHeld(pool);
      const pairs: readonly (readonly [page: unknown, api: unknown])[] = [
        ...pairsOf(row, rowOf(pool, word)),
        ...pairsOf(rest, poolOf(pool, word)),
        ...(told.asked === null ? [] : [[asked, told.asked] as const]),
        ...(told.code === null ? [] : [[closed.includes(told.code), true] as const]),
      ];
      return pairs
        .filter((pair) => !isDeepStrictEqual(...pair))
        .map(([page, api]) => `the page: ${JSON.stringify(page)}, the API: ${JSON.stringify(api)}`);
    }
  },
);

/** Field by field, so that a difference names what differs. */
function pairsOf<T extends object>(shown: T, told: T): readonly (readonly [unknown, unknown])[] {
  return Object.entries(told).map(([field, value]) => [
    { [field]: (shown as Readonly<Record<string, unknown>>)[field] },
    { [field]: value as unknown },
  ]);
}
