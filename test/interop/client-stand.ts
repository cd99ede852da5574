/** Estates for the cases, the three clients, and one case through one of them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { DEFAULT_ESTATE, type EstateInstanceOptions } from '../../src/simulator/estate/estate-options.ts';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import type { Answer, Client, ClientName, Login, Opened } from './client.ts';
import type { CaseEstate, ClientCase, Step } from './client-cases.ts';
import { FreeTds } from './client-freetds.ts';
import { ProductClient } from './client-product.ts';
import { SqlClient } from './client-sqlclient.ts';

const HOST = 'sql-lyo-1.contoso.com';
const LIMIT_MS = 20_000;
const LOOK_MS = 5;

const modern = (instance: EstateInstanceOptions): EstateInstanceOptions => ({
  ...instance,
  productVersion: '16.0.4135.4',
});
const { home, backup } = DEFAULT_ESTATE.sites;
const SITES = {
  home: { ...home, primary: modern(home.primary), mirror: home.mirror && modern(home.mirror) },
  backup: { ...backup, primary: modern(backup.primary) },
};

const OPTIONS = {
  sites: SITES,
  domain: { name: 'CONTOSO', dnsName: 'contoso.com', accounts: { svc: 'pä ss', guest: 'pä ss' } },
  logins: [
    { name: 'CONTOSO\\svc', roles: ['sysadmin'] },
    { name: 'late', password: 'right', passwordState: 'expired' },
    { name: 'new', password: 'right', passwordState: 'must-change' },
    { name: 'shut', password: 'right', passwordState: 'locked' },
    { name: 'gone', password: 'right', disabled: true },
  ],
} as const;

interface Outcome {
  readonly login: Opened;
  readonly answers: readonly Answer[];
}

export class ClientStand {
  readonly #root: string;
  readonly #estates: Readonly<Record<CaseEstate, WireEstate>>;
  readonly #clients: ReadonlyMap<ClientName, Client>;
  /** Trusts another authority: SqlClient trusts one per process. */
  readonly #strangers: ReadonlyMap<ClientName, Client>;
  #count = 0;

  private constructor(
    root: string,
    estates: Readonly<Record<CaseEstate, WireEstate>>,
    clients: readonly Client[],
    stranger: Client,
  ) {
    this.#root = root;
    this.#estates = estates;
    this.#clients = new Map(clients.map((client) => [client.name, client]));
    this.#strangers = new Map([[stranger.name, stranger]]);
  }

  static async open(): Promise<ClientStand> {
    const root = mkdtempSync(path.join(os.tmpdir(), 'pchat-clients-'));
    const start = (name: CaseEstate, encryption: 'on' | 'not-supported'): Promise<WireEstate> =>
      startWireEstate({
        directory: path.join(root, name),
        factor: 1,
        seed: name,
        encryption,
        options: OPTIONS,
      });
    const tls = await start('tls', 'on');
    const plain = await start('plain', 'not-supported');
    const clients = [new ProductClient(), await SqlClient.start(tls.caFile), new FreeTds()];
    return new ClientStand(root, { tls, plain }, clients, await SqlClient.start(plain.caFile));
  }

  get passwordFile(): string {
    return this.#estates.tls.passwordFile;
  }

  client(name: ClientName): Client {
    const found = this.#clients.get(name);
    if (found === undefined) throw new Error(`no client ${name}`);
    return found;
  }

  async close(): Promise<void> {
    for (const client of [...this.#clients.values(), ...this.#strangers.values()]) await client.stop();
    await Promise.all(Object.values(this.#estates).map((estate) => estate.stop()));
    rmSync(this.#root, { recursive: true, force: true });
  }

  #login(estate: WireEstate, { login = {} }: ClientCase): Login {
    const { trust, ...other } = login;
    return {
      port: estate.instances[HOST]?.port ?? 0,
      certificateName: HOST,
      caFile: trust === undefined ? estate.caFile : this.#estates.plain.caFile,
      encrypt: 'tds7',
      user: 'operator',
      password: readFileSync(estate.passwordFile, 'utf8').trim(),
      ...other,
    };
  }

  async run(wanted: Client, one: ClientCase): Promise<Outcome> {
    const estate = this.#estates[one.estate ?? 'tls'];
    const client = one.login?.trust === undefined ? wanted : (this.#strangers.get(wanted.name) ?? wanted);
    this.#count += 1;
    const session = `case-${String(this.#count)}`;
    const login = await client.open(session, this.#login(estate, one));
    if (login !== 'open') return { login, answers: [] };
    const { sets } = await client.batch(session, { sql: 'SELECT @@SPID AS id' });
    const own = Number(sets[0]?.rows[0]?.[0]);
    const scene = new Scene(estate, client, session, own);
    try {
      for (const step of one.steps ?? []) await scene.take(step);
      return { login, answers: await scene.answers() };
    } finally {
      await client.close(session);
      await scene.mend();
    }
  }
}

class Scene {
  readonly #estate: WireEstate;
  readonly #client: Client;
  readonly #session: string;
  readonly #id: number;
  readonly #answers: Promise<Answer>[] = [];

  constructor(estate: WireEstate, client: Client, session: string, id: number) {
    this.#estate = estate;
    this.#client = client;
    this.#session = session;
    this.#id = id;
  }

  answers(): Promise<readonly Answer[]> {
    return Promise.all(this.#answers);
  }

  async take(step: Step): Promise<void> {
    if ('sql' in step) {
      await Promise.all(this.#answers);
      this.#answers.push(this.#client.batch(this.#session, step));
      await Promise.all(this.#answers);
    } else if ('begin' in step) {
      this.#answers.push(this.#client.batch(this.#session, { sql: step.begin }));
      await until('the batch runs', () => this.#own()?.running === true);
    } else if ('cancel' in step) {
      this.#client.cancel?.(this.#session);
    } else if ('kill' in step) {
      await this.#kill();
    } else {
      await this.#estate.fault(step.fault);
    }
  }

  #own() {
    return this.#estate.state().instances[HOST]?.sessions[this.#id];
  }

  async #kill(): Promise<void> {
    const { instances, caFile, passwordFile } = this.#estate;
    const person = new ProductClient();
    await person.open('person', {
      port: instances[HOST]?.port ?? 0,
      certificateName: HOST,
      caFile,
      encrypt: 'tds7',
      user: 'sa',
      password: readFileSync(passwordFile, 'utf8').trim(),
    });
    await person.batch('person', { sql: `KILL ${String(this.#id)}` });
    await until('the session is gone', () => this.#own() === undefined);
    await person.stop();
  }

  /** What a fault of the case has stopped runs again. */
  async mend(): Promise<void> {
    if (this.#estate.state().instances[HOST]?.status === 'running') return;
    await this.#estate.fault(`up instance ${HOST}`);
    await until('the instance runs', () => this.#estate.state().instances[HOST]?.status === 'running');
  }
}

async function until(what: string, seen: () => boolean): Promise<void> {
  const endMs = hostClock.monotonicMs() + LIMIT_MS;
  while (!seen()) {
    if (hostClock.monotonicMs() > endMs) throw new Error(`${what}: not within ${String(LIMIT_MS)} ms`);
    await hostClock.sleep(LOOK_MS, new AbortController().signal);
  }
}
