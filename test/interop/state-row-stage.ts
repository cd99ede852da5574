/**
 * An estate on the wire that one client brings into the states of the refusal table, row after row. Time stands still there
 * and goes on only while an answer needs it, so that what runs beside a statement still runs when the statement comes.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import { changedFile } from '../support/changed-file.ts';
import type { StateRow } from '../support/state-rows.ts';
import {
  KEPT_OUT,
  LOGIN_NAMES,
  type StateSession,
  type StateStatement,
  type StateStep,
} from '../support/state-steps.ts';
import type { Answer, Client, Login, Opened, Said } from './client.ts';

const LIMIT_MS = 30_000;
const LOOK_MS = 1;
/** Jumps of the clock for one answer: some ten for a WAITFOR on an estate whose chat servers are at work. */
const MAX_SKIPS = 20_000;
const WINDOWS_PASSWORD = 'pä ss';
const [DOMAIN = '', ACCOUNT = ''] = LOGIN_NAMES.ordinary.split('\\');

/** What the statement of a row was answered, in order; where that is a login, what became of it. */
export interface RowAnswer {
  readonly opened: Opened;
  readonly messages: readonly Said[];
}

interface Held {
  /** The client's name for the session. */
  readonly name: string;
  readonly on: string;
  readonly id: number;
  /** The estate's name for the connection: ids are given out again. */
  readonly connection: string;
  running: Promise<Answer> | undefined;
  /** It may be in another database than master. */
  moved: boolean;
}

type Asked = StateSession & { readonly database?: string; readonly password?: string };

export class StateRowStage {
  readonly #estate: WireEstate;
  readonly #client: Client;
  readonly #held = new Map<string, Held>();
  #count = 0;

  private constructor(estate: WireEstate, client: Client) {
    this.#estate = estate;
    this.#client = client;
  }

  static async open(
    directory: string,
    edition: string,
    start: (caFile: string) => Promise<Client>,
  ): Promise<StateRowStage> {
    const domain = { name: DOMAIN, dnsName: 'contoso.com', accounts: { [ACCOUNT]: WINDOWS_PASSWORD } };
    const options = { edition, domain, logins: KEPT_OUT };
    const estate = await startWireEstate({ directory, factor: 0, seed: edition, options });
    return new StateRowStage(estate, await start(estate.caFile));
  }

  async close(): Promise<void> {
    await this.#client.stop();
    await this.#estate.stop();
  }

  async run({ setup, statement, during, after }: StateRow): Promise<RowAnswer> {
    for (const step of setup) await this.#take(step);
    const heard =
      statement.sql === ''
        ? await this.#logIn(statement)
        : { opened: 'open' as const, messages: messagesOf(await this.#statement(statement, during)) };
    for (const step of after) await this.#take(step);
    await this.#tidy();
    return heard;
  }

  async #statement(statement: StateStatement, during: readonly StateStep[]): Promise<Answer> {
    if (during.length === 0) return this.#ask(statement, statement.sql);
    const { held, answer } = await this.#start(statement, statement.sql);
    for (const step of during) await this.#take(step);
    await this.#finish(held);
    return answer;
  }

  async #logIn(statement: StateStatement): Promise<RowAnswer> {
    const messages: Said[] = [];
    const name = this.#newName();
    const opened = await this.#client.open(name, this.#login(statement), (said) => messages.push(...said));
    if (opened === 'open') await this.#client.close(name);
    return { opened, messages };
  }

  async #take(step: StateStep): Promise<void> {
    switch (step.kind) {
      case 'sql':
        await this.#ask(step, step.sql);
        return;
      case 'start':
        await this.#start(step, step.sql);
        return;
      case 'cancel':
        await this.#cancel(step);
        return;
      case 'close':
        await this.#client.close((await this.#session(step)).name);
        return;
      case 'fault':
        await this.#estate.fault(step.command);
        return;
      case 'file':
        this.#change(step);
    }
  }

  #newName(): string {
    this.#count += 1;
    return `row-${String(this.#count)}`;
  }

  #login({ on, login, database, password }: Asked): Login {
    const { instances, caFile, passwordFile } = this.#estate;
    const account =
      login === 'ordinary'
        ? { user: ACCOUNT, domain: DOMAIN, password: WINDOWS_PASSWORD }
        : { user: LOGIN_NAMES[login], password: password ?? readFileSync(passwordFile, 'utf8').trim() };
    return {
      port: instances[on]?.port ?? 0,
      certificateName: on,
      caFile,
      encrypt: 'tds7',
      ...account,
      ...(database === undefined || database === '' ? {} : { database }),
    };
  }

  /** The open session of that name; logs in when there is none, or no longer. */
  async #session(who: Asked): Promise<Held> {
    const key = `${who.on}/${who.session}/${who.login}`;
    const known = this.#held.get(key);
    if (known !== undefined && this.#inEstate(known) !== undefined) return known;
    if (known !== undefined) await this.#client.close(known.name);
    const name = this.#newName();
    const outcome = await this.#client.open(name, this.#login(who));
    if (outcome !== 'open') throw new Error(`${key} does not open: ${outcome}`);
    const { sets } = await this.#client.batch(name, { sql: 'SELECT @@SPID AS id' });
    const id = Number(sets[0]?.rows[0]?.[0]);
    const opened = this.#estate.state().instances[who.on]?.sessions[id];
    if (opened === undefined) throw new Error(`${key}: the estate has no session ${String(id)}`);
    const { connection } = opened;
    const held = { name, on: who.on, id, connection, running: undefined, moved: false };
    this.#held.set(key, held);
    return held;
  }

  #inEstate({ on, id, connection }: Held) {
    const found = this.#estate.state().instances[on]?.sessions[id];
    return found?.connection === connection ? found : undefined;
  }

  #works(held: Held): boolean {
    return (this.#inEstate(held)?.operation ?? null) !== null;
  }

  #send(held: Held, text: string): Promise<Answer> {
    const answer = this.#client.batch(held.name, { sql: text });
    const settled = (): void => void (held.running = undefined);
    answer.then(settled, settled);
    held.running = answer;
    held.moved ||= /\bUSE\b/.test(text);
    return answer;
  }

  async #ask(who: Asked, text: string): Promise<Answer> {
    const held = await this.#session(who);
    await this.#finish(held);
    const answer = this.#send(held, text);
    await this.#finish(held);
    return answer;
  }

  /** Time goes on for as long as this session's own work needs it. */
  async #finish(held: Held): Promise<void> {
    await until(`the answer of ${held.name}`, () => {
      for (let skips = 0; this.#works(held) && skips < MAX_SKIPS; skips += 1) if (!this.#estate.skip()) break;
      return held.running === undefined;
    });
  }

  /** Begins to work, and time stands. */
  async #start(who: Asked, text: string): Promise<{ readonly held: Held; readonly answer: Promise<Answer> }> {
    const held = await this.#session(who);
    const answer = this.#send(held, text);
    await until(`${text} runs`, () => this.#works(held) || held.running === undefined);
    if (held.running === undefined) throw new Error(`over at once: ${JSON.stringify(await answer)}`);
    return { held, answer };
  }

  /** An attention; KILL by another session of this client where it has none. */
  async #cancel(step: StateSession): Promise<void> {
    const held = await this.#session(step);
    if (this.#client.cancel === undefined)
      await this.#ask({ ...step, session: 'admin' }, `KILL ${String(held.id)}`);
    else this.#client.cancel(held.name);
    await until(`${held.name} stops`, () => held.running === undefined);
  }

  #change({ change, from, to }: Extract<StateStep, { readonly kind: 'file' }>): void {
    const before = this.#estate.files.read(from);
    const after = changedFile(change, 'osError' in before ? new Uint8Array() : before);
    if (after === undefined) rmSync(this.#mounted(to));
    else writeFileSync(this.#mounted(to), after);
  }

  #mounted(windows: string): string {
    for (const [folder, mount] of this.#estate.folders)
      if (windows.startsWith(`${folder}\\`)) return path.join(mount, windows.slice(folder.length + 1));
    throw new Error(`no folder for ${windows}`);
  }

  /** Sessions serve the next rows too: idle, and in master. */
  async #tidy(): Promise<void> {
    for (const held of this.#held.values()) {
      await this.#finish(held);
      if (!held.moved || this.#inEstate(held) === undefined) continue;
      await this.#client.batch(held.name, { sql: 'USE master' });
      held.moved = false;
    }
  }
}

const messagesOf = ({ inOrder, infos, errors }: Answer): readonly Said[] => inOrder ?? [...infos, ...errors];

async function until(what: string, seen: () => boolean): Promise<void> {
  const endMs = hostClock.monotonicMs() + LIMIT_MS;
  while (!seen()) {
    if (hostClock.monotonicMs() > endMs) throw new Error(`${what}: not within ${String(LIMIT_MS)} ms`);
    await hostClock.sleep(LOOK_MS, new AbortController().signal);
  }
}
