/**
 * A daemon that may only observe tells two receivers on loopback of a broken mirror: one takes what comes, the other takes the connection
 * and never answers. Nothing is shortened but the waits, which are settings.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { WireStage } from '../wire/wire-stage.ts';

const MIRROR = 'sql-par-2.contoso.com';
/** Looks that must follow upon another without anything new being told. */
const MORE_LOOKS = 5;

interface Event {
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

class Receiver implements AsyncDisposable {
  readonly taken: Event[] = [];
  /** Requests that were not answered and wait still. */
  waiting = 0;
  readonly #server: Server;

  private constructor(answers: boolean) {
    this.#server = createServer((request, response) => {
      if (answers) void this.#take(request, response);
      else this.#keepWaiting(request);
    });
  }

  static async listen(answers: boolean): Promise<Receiver> {
    const receiver = new Receiver(answers);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get address(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/`;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.taken.push(JSON.parse(await text(request)) as Event);
    response.writeHead(204).end();
  }

  #keepWaiting(request: IncomingMessage): void {
    this.waiting += 1;
    request.socket.once('close', () => (this.waiting -= 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function tell(settingsFile: string, folder: string, receivers: readonly Receiver[]): void {
  const of = { events: ['unprotected'], beginAfter: '0s', endAfter: '1s' };
  const webhooks = receivers.map(({ address }, at) => {
    const file = `${folder}/receiver-${String(at)}`;
    writeFileSync(file, `${address}\n`, { mode: 0o600 });
    return { kind: 'webhook', url: { file }, ...of };
  });
  const settings = parse(readFileSync(settingsFile, 'utf8')) as object;
  const notifications = [...webhooks, { kind: 'event-log', ...of }];
  writeFileSync(settingsFile, stringify({ ...settings, notifications }));
}

/** So many more rounds have looked at the pool, each of them `meanwhile`. */
async function moreLooks(stage: WireStage, meanwhile: () => boolean = () => true): Promise<void> {
  const seen = new Set<string | null>();
  await stage.until(`${String(MORE_LOOKS)} more looks`, async () => {
    const at = (await stage.status())?.observedAt ?? null;
    if (meanwhile()) seen.add(at);
    return seen.size > MORE_LOOKS;
  });
}

test('a webhook and the event log are told once of a broken mirror and of its repair, while another receiver is dead', async () => {
  await using receiver = await Receiver.listen(true);
  await using dead = await Receiver.listen(false);
  await using stage = await WireStage.open({
    seed: 'notifications',
    factor: 20,
    overrides: {},
    durations: { pollInterval: '400ms' },
    document: { mode: 'observe' },
  });
  const { settingsFile } = stage.playground.documents;
  tell(settingsFile, stage.playground.directory, [dead, receiver]);
  await stage.startDaemon();
  await stage.converged('home');
  expect(receiver.taken).toEqual([]);

  await stage.estate.fault(`down instance ${MIRROR}`);
  await stage.until('a message', () => receiver.taken.length > 0 && dead.waiting > 0);
  // Its first try ends after 15 s; the looks go on beside it.
  await moreLooks(stage, () => dead.waiting > 0);
  const unprotected = (await stage.status())?.conditions.find(({ type }) => type === 'Unprotected');
  expect(unprotected).toMatchObject({ status: 'True' });
  const about = { type: 'pchat-operator.unprotected.raised', subject: 'contoso-chat' };
  const { reason, message, since } = unprotected ?? {};
  expect(receiver.taken).toMatchObject([{ ...about, data: { reason, message, since, severity: 'warning' } }]);

  const entries = () => stage.estate.state().eventLog.entries;
  const begun = { source: 'pchat-operator', eventId: 1005, entryType: 'Warning' };
  expect(entries()).toMatchObject([{ ...begun, message: expect.stringContaining(message ?? '?') as string }]);

  await stage.estate.fault(`up instance ${MIRROR}`);
  await stage.until('its end', () => receiver.taken.length > 1);
  await moreLooks(stage);
  expect(receiver.taken.slice(1)).toMatchObject([{ ...about, type: 'pchat-operator.unprotected.resolved' }]);
  expect(entries().slice(1)).toMatchObject([{ ...begun, entryType: 'Information' }]);
});
