/** A few instances, the links between them, folders in memory and a clock that the test moves: the smallest estate. */
import { produce } from 'immer';
import { MemoryFolders } from '../../../src/simulation/memory-folders.ts';
import type {
  EngineContext,
  EngineModules,
  EngineOutput,
} from '../../../src/simulator/instance/engine-modules.ts';
import type { DatabaseDraft, InstanceDraft } from '../../../src/simulator/instance/instance-state.ts';
import {
  createDatabase,
  createInstance,
  endpointAddress,
  type InstanceOptions,
} from '../../../src/simulator/instance/create-instance.ts';
import {
  advanceInstance,
  nextDueAt,
  restartInstance,
  startInstance,
  stopInstance,
} from '../../../src/simulator/instance/advance.ts';
import { insertMessage } from '../../../src/simulator/instance/chat-doors.ts';
import { toArray } from '../../../src/simulator/instance/chunks.ts';
import { attention, disconnect, login, request } from '../../../src/simulator/instance/requests.ts';
import { openInternalSession, closeInternalSession } from '../../../src/simulator/instance/sessions.ts';
import type { SqlToken } from '../../../src/simulator/sql-tokens.ts';

export const START_MS = Date.UTC(2026, 10, 23, 12, 0, 0);
const NO_MODULES: EngineModules = { tables: {}, procedures: {} };

interface World {
  readonly instances: Record<string, InstanceDraft>;
}

export class Instances {
  nowMs = START_MS;
  readonly folders = new MemoryFolders();
  readonly outputs: EngineOutput[] = [];
  readonly cut = new Set<string>();
  modules: EngineModules = NO_MODULES;
  #world: World = { instances: {} };

  constructor(
    options: readonly (Omit<InstanceOptions, 'startedAtMs'> & { readonly databases?: readonly string[] })[],
  ) {
    const instances: Record<string, InstanceDraft> = {};
    for (const one of options) {
      const instance = createInstance({
        ...one,
        startedAtMs: START_MS,
        logins: one.logins ?? [
          { name: 'sa', password: 'secret', roles: ['sysadmin'] },
          { name: 'CONTOSO\\chat', password: '', users: ['mgc'] },
          { name: 'plain', password: 'plain' },
        ],
      });
      for (const name of one.databases ?? []) createDatabase(instance, name, START_MS);
      instances[one.name] = instance;
    }
    this.#world = produce({ instances }, () => undefined);
  }

  /** Changes one instance in one step; outputs are kept. */
  step<T>(name: string, change: (instance: InstanceDraft, ctx: EngineContext) => T): T {
    let result: T | undefined;
    this.#world = produce(this.#world, (draft) => {
      const instance = draft.instances[name];
      if (instance === undefined) throw new Error(`no instance ${name}`);
      result = change(instance, this.#context(draft.instances));
      for (const each of Object.values(draft.instances))
        advanceInstance(each, this.#context(draft.instances));
    });
    return result as T;
  }

  #context(instances: Record<string, InstanceDraft>): EngineContext {
    return {
      nowMs: this.nowMs,
      files: this.folders,
      emitFile: (operation) => this.folders.apply(operation),
      emit: (output) => this.outputs.push(output),
      peer: (from, address) => {
        const other = Object.values(instances).find((each) => endpointAddress(each) === address);
        if (other === undefined || other.status !== 'running') return undefined;
        return this.cut.has(`${from.name}-${other.name}`) || this.cut.has(`${other.name}-${from.name}`)
          ? undefined
          : other;
      },
      modules: this.modules,
    };
  }

  advance(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const due = Object.values(this.#world.instances).map((instance) => nextDueAt(instance) ?? Infinity);
      const next = Math.min(...due, end);
      this.nowMs = Math.max(this.nowMs, next);
      this.step(Object.keys(this.#world.instances)[0] ?? '', () => undefined);
      if (this.nowMs >= end) return;
    }
  }

  instance(name: string): InstanceDraft {
    const found = this.#world.instances[name];
    if (found === undefined) throw new Error(`no instance ${name}`);
    return found;
  }

  database(instance: string, name = 'mgc'): DatabaseDraft {
    const found = this.instance(instance).databases[name];
    if (found === undefined) throw new Error(`no database ${name} on ${instance}`);
    return found;
  }

  messages(instance: string): readonly string[] {
    return toArray(this.database(instance).content.messages).map((message) => message.content);
  }

  login(
    instance: string,
    connection: string,
    user = 'sa',
    password = 'secret',
    database = '',
  ): EngineOutput[] {
    const from = this.outputs.length;
    this.step(instance, (draft, ctx) =>
      login(draft, ctx, connection, { login: user, password, database, host: 'test', program: 'vitest' }),
    );
    return this.outputs.slice(from);
  }

  /** Sends a batch and moves time until it is answered. */
  run(instance: string, text: string, connection = `${instance}/admin`): Answer {
    const known = Object.values(this.instance(instance).sessions).some(
      (session) => session.connection === connection,
    );
    if (!known) this.login(instance, connection);
    const from = this.outputs.length;
    this.send(instance, connection, text);
    for (let tries = 0; tries < 1000 && !this.#ended(from, connection); tries += 1) {
      const due = nextDueAt(this.instance(instance));
      if (due === undefined) break;
      this.advance(Math.max(0, due - this.nowMs));
    }
    return answerOf(this.#tokens(from, connection));
  }

  send(instance: string, connection: string, text: string): void {
    this.step(instance, (draft, ctx) => request(draft, ctx, connection, { kind: 'batch', text }));
  }

  /** The instances notice it in the same step, as the estate makes them. */
  cutLink(link: string): void {
    this.cut.add(link);
    this.advance(0);
  }

  restart(instance: string): void {
    this.step(instance, (draft, ctx) => restartInstance(draft, ctx));
  }

  stop(instance: string): void {
    this.step(instance, (draft, ctx) => stopInstance(draft, ctx, 'crash'));
  }

  start(instance: string): void {
    this.step(instance, (draft, ctx) => startInstance(draft, ctx));
  }

  attention(instance: string, connection: string): void {
    this.step(instance, (draft, ctx) => attention(draft, ctx, connection));
  }

  disconnect(instance: string, connection: string): void {
    this.step(instance, (draft) => disconnect(draft, connection));
  }

  #tokens(from: number, connection: string): SqlToken[] {
    return this.outputs
      .slice(from)
      .flatMap((output) =>
        output.kind === 'tokens' && output.connection === connection ? output.tokens : [],
      );
  }

  #ended(from: number, connection: string): boolean {
    const ended = this.#tokens(from, connection).some(
      (token) => token.kind === 'end' || token.kind === 'close',
    );
    return (
      ended ||
      this.outputs.slice(from).some((output) => output.kind === 'drop' && output.connection === connection)
    );
  }

  /** A chat server's session; posts and returns what became of it. */
  post(instance: string, content: string): string {
    return this.step(instance, (draft, ctx) => {
      const opened = openInternalSession(draft, ctx, {
        owner: 'chat-1',
        login: 'CONTOSO\\chat',
        host: 'chat-1',
        program: 'ChannelService',
        database: 'mgc',
      });
      if (opened.kind === 'failure') return `refused ${opened.errors.map((error) => error.number).join(' ')}`;
      const outcome = insertMessage(draft, ctx, opened.sessionId, {
        channelId: '1',
        chatId: content,
        chatDate: String(this.nowMs),
        userId: 'u',
        content,
      });
      closeInternalSession(draft, opened.sessionId);
      return outcome.kind;
    });
  }

  /** All in one step. */
  postMany(instance: string, sessionId: number, count: number): void {
    this.step(instance, (draft, ctx) => {
      for (let n = 0; n < count; n += 1)
        insertMessage(draft, ctx, sessionId, {
          channelId: '1',
          chatId: String(n),
          chatDate: String(this.nowMs),
          userId: 'u',
          content: `message ${n}`,
        });
    });
  }

  openChat(instance: string): number {
    return this.step(instance, (draft, ctx) => {
      const opened = openInternalSession(draft, ctx, {
        owner: 'chat-1',
        login: 'CONTOSO\\chat',
        host: 'chat-1',
        program: 'ChannelService',
        database: 'mgc',
      });
      return opened.kind === 'open' ? opened.sessionId : -1;
    });
  }
}

export interface Answer {
  readonly errors: readonly number[];
  readonly infos: readonly number[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly columns: readonly string[];
  readonly tokens: readonly SqlToken[];
}

export function answerOf(tokens: readonly SqlToken[]): Answer {
  const errors: number[] = [];
  const infos: number[] = [];
  const rows: Record<string, unknown>[] = [];
  let columns: readonly string[] = [];
  for (const token of tokens) {
    if (token.kind === 'error') errors.push(token.number);
    if (token.kind === 'info') infos.push(token.number);
    if (token.kind === 'columns') columns = token.columns.map((column) => column.name);
    if (token.kind === 'row')
      rows.push(
        Object.fromEntries(token.values.map((value, index) => [columns[index] ?? String(index), value])),
      );
  }
  return { errors, infos, rows, columns, tokens };
}

/** home with a database of three messages, a full backup and a log backup on the share. */
export function homeAndBackup(): Instances {
  const world = new Instances([
    { name: 'HOME', databases: ['mgc'] },
    { name: 'BACKUP', timeZoneMinutes: 60 },
    { name: 'WITNESS' },
  ]);
  world.post('HOME', 'm1');
  world.run('HOME', String.raw`BACKUP DATABASE mgc TO DISK = N'\\fs01\s\full.bak' WITH INIT, CHECKSUM`);
  world.post('HOME', 'm2');
  world.run('HOME', String.raw`BACKUP LOG mgc TO DISK = N'\\fs01\s\log1.trn' WITH INIT, CHECKSUM`);
  world.post('HOME', 'm3');
  world.run('HOME', String.raw`BACKUP LOG mgc TO DISK = N'\\fs01\s\log2.trn' WITH INIT, CHECKSUM`);
  return world;
}

export const restoreFull = String.raw`RESTORE DATABASE mgc FROM DISK = N'\\fs01\s\full.bak' WITH NORECOVERY, REPLACE`;
export const restoreLog = (file: string, end = 'NORECOVERY'): string =>
  `RESTORE LOG mgc FROM DISK = N'\\\\fs01\\s\\${file}.trn' WITH ${end}`;

/** Restores everything on BACKUP and makes it HOME's mirror. */
export function mirror(world: Instances): void {
  world.run('BACKUP', restoreFull);
  world.run('BACKUP', restoreLog('log1'));
  world.run('BACKUP', restoreLog('log2'));
  world.run('BACKUP', "ALTER DATABASE mgc SET PARTNER = 'TCP://home.contoso.com:5022'");
  world.run('HOME', "ALTER DATABASE mgc SET PARTNER = 'TCP://backup.contoso.com:5022'");
  world.advance(5000);
}
