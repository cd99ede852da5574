/**
 * Steps under broken connections: the request has reached the instance, its answer is lost. The daemon lives on, looks at the world
 * and goes on from there. Each step is hit once, at another of its requests.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { reportStory } from '../../src/cli/estate-story/transition-report.ts';
import { toArray } from '../../src/simulator/instance/chunks.ts';
import { doneOtherwise, restoredTwice, storyOf } from '../wire/wire-judge.ts';
import { onlyOnShare, RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { ChaosProxy, EXCHANGE, type Deed } from '../hostile/chaos-proxy.ts';

const STORES = ['sql-par-1.contoso.com', 'sql-lyo-1.contoso.com'];
const SEED = [1, 2, 3, 4, 5, 6, 7];
/**
 * Requests of a step's connection at which the answer gets lost, one after the other: the removal of the secondary, a RESTORE, the set-up
 * of jobs, a log backup, and looks right before them; and how.
 */
const REQUESTS = [8, 5, 6, 6, 4, 3, 8, 13, 10];
const DEEDS: readonly Deed[] = ['reset', 'fin', 'malformed'];
/** Which connections are hit depends on who else connects meanwhile; so many steps are hit in any case. */
const LEAST_HITS = 3;

/** Seed steps in the order in which they were begun first. One whose answer was lost may be done all the same, and is not begun again. */
function begun(stage: WireStage, route: string): readonly number[] {
  const steps = stage.records.flatMap((record) =>
    record.kind === 'intent' && record.seedStep?.startsWith(route) === true ? [record.seedStep] : [],
  );
  return [...new Set(steps)].map((step) => Number(step.split(' ')[1]));
}

/** Every connection to the stores goes through a proxy. */
async function proxied(stage: WireStage): Promise<readonly ChaosProxy[]> {
  const { settingsFile } = stage.playground.documents;
  const settings = parse(readFileSync(settingsFile, 'utf8')) as {
    instances: Record<string, { port: number }>;
  };
  const proxies: ChaosProxy[] = [];
  for (const store of STORES) {
    const instance = settings.instances[store];
    if (instance === undefined) throw new Error(`the settings name no ${store}`);
    const proxy = await ChaosProxy.before(instance.port);
    instance.port = proxy.port;
    proxies.push(proxy);
  }
  writeFileSync(settingsFile, stringify(settings));
  return proxies;
}

/** Arms the connections to come, once for each step: after a hit all is well until that step is done. */
class LostAnswers {
  readonly #proxies: readonly ChaosProxy[];
  readonly #stage: WireStage;
  #seen = 0;
  #hits = 0;
  #turn = 0;

  constructor(stage: WireStage, proxies: readonly ChaosProxy[]) {
    this.#stage = stage;
    this.#proxies = proxies;
  }

  get hits(): number {
    return this.#proxies.reduce((all, { deeds }) => all + deeds, 0);
  }

  arm(): void {
    const request = REQUESTS[this.#turn % REQUESTS.length] ?? 0;
    const deed = DEEDS[this.#turn % DEEDS.length] ?? 'reset';
    this.#turn += 1;
    for (const proxy of this.#proxies) proxy.armNew({ exchange: EXCHANGE.request + request, after: 0 }, deed);
  }

  /** Called often. */
  look(): void {
    if (this.hits > this.#hits) {
      this.#hits = this.hits;
      for (const proxy of this.#proxies) proxy.heal();
    }
    const records = this.#stage.records.slice(this.#seen);
    this.#seen = this.#stage.records.length;
    if (records.some((record) => record.kind === 'outcome' && record.result === 'done')) this.arm();
  }
}

async function moved(
  stage: WireStage,
  lost: LostAnswers,
  datacenter: string,
  site: 'home' | 'backup',
): Promise<void> {
  lost.arm();
  stage.edit(datacenter);
  await stage.until(`converged in ${site} in spite of lost answers`, async () => {
    lost.look();
    const status = await stage.status();
    return status?.state === 'converged' && status.primarySite === site;
  });
}

test(
  'a failover and a failback whose steps lose answers end as wanted, and nothing is done twice',
  { timeout: 240_000 },
  async () => {
    await using stage = await WireStage.open({
      seed: 'lost answers',
      factor: 60,
      overrides: RARELY_COPIED,
      durations: { connect: '300ms', pollInterval: '400ms' },
      document: { drainTimeout: '0s' },
    });
    const { estate } = stage;
    const proxies = await proxied(stage);
    onTestFinished(async () => {
      for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
    });
    await stage.startDaemon();
    await estate.fault('clients on');
    await stage.converged('home');
    await stage.until('a log backup that only the share has', () => onlyOnShare(estate).length > 0);
    await estate.fault('down site home');
    await stage.verdictOnHome('silent');
    const lost = new LostAnswers(stage, proxies);
    await moved(stage, lost, 'lyon', 'backup');
    await estate.fault('rebuild site home');
    await stage.verdictOnHome('alive');
    await moved(stage, lost, 'paris', 'home');
    await estate.fault('clients off');

    const account = estate.checker();
    const { ledger } = reportStory({
      records: stage.records,
      account,
      acknowledged: toArray(estate.state().chat.acknowledged),
      lostFiles: 0,
    });
    const story = storyOf(stage.records);
    expect(begun(stage, 'failover')).toEqual(SEED);
    expect(begun(stage, 'failback')).toEqual(SEED);
    expect(ledger.unnamedLost, `${JSON.stringify(account.lost)}\n${story}`).toBe(0);
    expect(account.writableAtTwoSitesMs).toBe(0);
    expect(doneOtherwise(account.counts), story).toEqual([]);
    expect(restoredTwice(estate.state())).toEqual([]);
    const notDone = stage.records.filter((record) => record.kind === 'outcome' && record.result !== 'done');
    expect(lost.hits).toBeGreaterThanOrEqual(LEAST_HITS);
    expect(notDone.length).toBeGreaterThanOrEqual(LEAST_HITS);
  },
);
