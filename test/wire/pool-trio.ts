/**
 * Three pools of one daemon: an estate for each, their documents in one directory, one management shell over all, and the backup
 * site's witness shared by all three. Everything is ended and removed by `await using`.
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { TurnCounter } from '../../bench/turn-counter.ts';
import { findDaemon, type DaemonClient } from '../../src/cli/daemon-client.ts';
import { DaemonProcess } from '../../src/cli/estate-story/daemon-process.ts';
import { JournalTail } from '../../src/cli/estate-story/journal-file.ts';
import { openPlayground, type Playground } from '../../src/cli/estate-story/playground.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { DaemonStatus, PoolStatus } from '../../src/reconciler/pool-status.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';

export const TRIO = ['contoso', 'fabrikam', 'adatum'] as const;
export type TrioName = (typeof TRIO)[number];

const FACTOR = 60;
const LIMIT_MS = 60_000;
const LOOK_MS = 20;
const END_LIMIT_MS = 10_000;
/** As the documents of all three name it. */
export const SHARED_WITNESS = 'sql-lyo-w.contoso.com';
const ROUTER = path.resolve(import.meta.dirname, '../support/shell-router.mjs');

/** Names in a domain of its own; folders too, because the settings map them by name. */
function overridesFor(name: TrioName): EstateOverrides {
  const sites = JSON.stringify(DEFAULT_ESTATE.sites)
    .replaceAll('contoso.com', `${name}.com`)
    .replaceAll('Quarantine', `Quarantine-${name}`)
    .replaceAll('fs02', `fs02-${name}`);
  return {
    poolFqdn: `pchat.${name}.com`,
    sites: JSON.parse(sites) as typeof DEFAULT_ESTATE.sites,
    share: `\\\\fs01-${name}\\mgc-logs`,
    mirroringShare: `\\\\fs01-${name}\\mgc-mirroring`,
    copyFolder: `D:\\LSCopy-${name}`,
    backupEveryMinutes: 1,
  };
}

interface PlainSettings {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly instances: Record<string, Record<string, unknown>>;
  readonly pathMap: readonly unknown[];
  readonly shell: { readonly command: readonly string[] };
}

export class PoolTrio implements AsyncDisposable {
  readonly directory: string;
  readonly records: JournalRecord[] = [];
  readonly #estates: Readonly<Record<TrioName, Playground>>;
  readonly #witness: TurnCounter;
  readonly #journal: string;
  readonly #tail: JournalTail;
  #daemon: DaemonProcess | undefined;

  private constructor(directory: string, estates: Record<TrioName, Playground>, witness: TurnCounter) {
    this.directory = directory;
    this.#estates = estates;
    this.#witness = witness;
    this.#journal = path.join(directory, 'state');
    this.#tail = new JournalTail(this.#journal);
  }

  static async open(): Promise<PoolTrio> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-trio-'));
    mkdirSync(path.join(directory, 'pools'));
    const open = (name: TrioName): Promise<Playground> =>
      openPlayground({
        directory: path.join(directory, name),
        shareSite: 'backup',
        nowMs: hostClock.now(),
        document: { drainTimeout: '0s' },
        seed: name,
        factor: FACTOR,
        overrides: overridesFor(name),
      });
    const estates = {
      contoso: await open('contoso'),
      fabrikam: await open('fabrikam'),
      adatum: await open('adatum'),
    };
    const witness = new TurnCounter(estates.contoso.estate.instances[SHARED_WITNESS]?.port ?? 0);
    const trio = new PoolTrio(directory, estates, witness);
    for (const name of TRIO) trio.#writeDocument(name);
    writeFileSync(trio.#settingsFile, stringify(trio.#settings(await witness.listen())));
    trio.#daemon = await DaemonProcess.start(
      trio.#settingsFile,
      path.join(directory, 'daemon.log'),
      hostClock,
    );
    return trio;
  }

  get #settingsFile(): string {
    return path.join(this.directory, 'settings.yaml');
  }

  file(name: TrioName): string {
    return path.join(this.directory, 'pools', `${name}.yaml`);
  }

  estate(name: TrioName): Playground['estate'] {
    return this.#estates[name].estate;
  }

  /** Round trips with the shared witness so far. */
  get witnessTurns(): number {
    return this.#witness.turns;
  }

  #writeDocument(name: TrioName): void {
    const text = readFileSync(this.#estates[name].documents.desiredFile, 'utf8');
    writeFileSync(
      this.file(name),
      text.replace('name: contoso-chat', `name: ${name}`).replace(`sql-lyo-w.${name}.com`, SHARED_WITNESS),
    );
  }

  #settings(witnessPort: number): unknown {
    const each = TRIO.map((name) => ({
      name,
      settings: parse(readFileSync(this.#estates[name].documents.settingsFile, 'utf8')) as PlainSettings,
    }));
    const [first] = each;
    const instances = Object.assign(
      {},
      ...each.map(({ settings: { defaults, instances: own } }) =>
        Object.fromEntries(Object.entries(own).map(([name, one]) => [name, { ...defaults, ...one }])),
      ),
    ) as PlainSettings['instances'];
    instances[SHARED_WITNESS] = { ...instances[SHARED_WITNESS], port: witnessPort };
    const shells = each.map(({ name, settings }) => [`${name}.com`, ...settings.shell.command]);
    return {
      ...first?.settings,
      desiredState: { directory: 'pools' },
      defaults: {},
      instances,
      pathMap: each.flatMap(({ settings }) => settings.pathMap),
      shell: { command: [process.execPath, ROUTER, JSON.stringify(shells)], startDeadline: '20s' },
      maxConcurrentTransitions: 3,
    };
  }

  /** As an editor saves: a new file under the old name. */
  rewrite(name: TrioName, change: (text: string) => string): void {
    const file = this.file(name);
    writeFileSync(`${file}.new`, change(readFileSync(file, 'utf8')));
    renameSync(`${file}.new`, file);
  }

  async client(): Promise<DaemonClient> {
    const client = await findDaemon(this.#journal);
    if (client === undefined) throw new Error('the daemon does not answer');
    return client;
  }

  async status(): Promise<DaemonStatus> {
    return (await this.client()).status();
  }

  async pool(name: TrioName): Promise<PoolStatus | undefined> {
    return (await this.status()).pools.find(({ pool }) => pool === name);
  }

  /** The status in which the pool was seen so: the next look, on a busy machine a failed one, may say something else. */
  async seen(what: string, name: TrioName, matches: (pool: PoolStatus) => boolean): Promise<PoolStatus> {
    let found: PoolStatus | undefined;
    await this.until(what, async () => {
      const pool = await this.pool(name);
      found = pool !== undefined && matches(pool) ? pool : undefined;
      return found !== undefined;
    });
    if (found === undefined) throw new Error(`${what} was not seen`);
    return found;
  }

  steps(name: TrioName): readonly string[] {
    this.records.push(...this.#tail.next());
    return this.records.flatMap((record) =>
      record.kind === 'outcome' && record.pool === name && record.result === 'done'
        ? [`${record.action}:${record.target}`]
        : [],
    );
  }

  async until(what: string, seen: () => Promise<boolean>): Promise<void> {
    const endMs = hostClock.monotonicMs() + LIMIT_MS;
    while (!(await seen())) {
      if (hostClock.monotonicMs() > endMs)
        throw new Error(
          `${what} was not seen: ${JSON.stringify((await this.status()).pools.map(summary), null, 1)}`,
        );
      await hostClock.sleep(LOOK_MS, new AbortController().signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.endWithin(END_LIMIT_MS, hostClock);
    await this.#witness[Symbol.asyncDispose]();
    await Promise.all(TRIO.map((name) => this.#estates[name].stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const summary = ({ pool, state, drift, conditions, lastError }: PoolStatus): unknown => ({
  pool,
  state,
  drift,
  conditions: conditions.filter(({ status }) => status === 'True'),
  lastError,
});
