import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reportedToStream } from '../../src/daemon/reported-to-stream.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { eventSchemas, type EventType } from '../../src/http/event-data.ts';
import { EventRing } from '../../src/http/event-ring.ts';
import { EventStream } from '../../src/http/event-stream.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { DaemonScene, toBackup } from '../support/daemon-scene.ts';
import { facts, homeLost, NOW_MS } from '../support/facts.ts';
import { ask, tokensOf } from '../support/asked-api.ts';
import { observed } from '../support/pool-status.ts';
import { servedApi, type ServedApi } from '../support/served-api.ts';

const whole = observed(facts());
const lost = observed(homeLost());
const name = whole.pool;

interface Heard {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

/** Reads until the stream has said so many events, or ended. */
class Listener {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error('an answer without a body');
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    onTestFinished(() => this.#reader.cancel());
  }

  get comments(): number {
    return this.#text.split('\n\n').filter((block) => block === ':').length;
  }

  get ids(): readonly string[] {
    return [...this.#text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');
  }

  get heard(): readonly Heard[] {
    return [...this.#text.matchAll(/^id: (.*)\nevent: (.*)\ndata: (.*)\n\n/gm)].map(
      ([, id = '', type = '', data = '']) => ({
        id,
        type,
        data: eventSchemas[type as EventType].parse(JSON.parse(data)),
      }),
    );
  }

  /** false: it ended before. */
  async until(seen: () => boolean): Promise<boolean> {
    while (!seen()) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      this.#text += value;
    }
    return true;
  }

  async hear(count: number): Promise<readonly Heard[]> {
    await this.until(() => this.heard.length >= count);
    return this.heard;
  }
}

const portOf = (api: ServedApi): number => (api.server.server.address() as AddressInfo).port;

async function listening(api: ServedApi, path = '/api/v1/events', lastId?: string): Promise<Listener> {
  if (!api.server.server.listening) await api.server.listen({ host: '127.0.0.1', port: 0 });
  const address = `http://127.0.0.1:${String(portOf(api))}`;
  const listener = new Listener(
    await fetch(`${address}${path}`, lastId === undefined ? {} : { headers: { 'last-event-id': lastId } }),
  );
  await listener.until(() => listener.ids.length > 0);
  return listener;
}

describe('the stream of events', () => {
  test('names the fields that have moved, and tells nothing when nothing has', async () => {
    const api = servedApi(whole);
    const listener = await listening(api);
    api.events.poolChanged(whole);
    api.events.poolChanged({ ...whole, round: 'e1-r2' });
    api.events.poolChanged({ ...whole, state: 'observing', round: 'e1-r3' });
    api.events.poolChanged({ ...whole, state: 'observing', observedAt: 'later' });
    const [first, second, third] = await listener.hear(3);
    expect(first).toMatchObject({ id: '1-1', type: 'pool' });
    expect((first?.data as { changed: string[] }).changed).toContain('plan');
    expect(second?.data).toMatchObject({
      pool: name,
      state: 'observing',
      round: 'e1-r3',
      changed: ['state'],
    });
    expect(third?.data).toMatchObject({ changed: ['facts'] });
  });

  test('of one pool leaves out the others and the daemon', async () => {
    const api = servedApi(whole);
    const listener = await listening(api, `/api/v1/pools/${name}/events`);
    api.events.poolChanged({ ...whole, pool: 'other' });
    api.events.sourceChanged();
    api.events.poolRemoved(name);
    expect(await listener.hear(1)).toMatchObject([{ id: '1-3', type: 'removed', data: { pool: name } }]);
  });

  test('goes on after the last event that was had, in both streams', async () => {
    const api = servedApi(whole);
    for (const state of ['a', 'b', 'c']) api.events.poolChanged({ ...whole, state });
    const listener = await listening(api, '/api/v1/events', '1-1');
    expect((await listener.hear(2)).map(({ id }) => id)).toEqual(['1-2', '1-3']);
    const ofPool = await listening(api, `/api/v1/pools/${name}/events`, '1-2');
    expect((await ofPool.hear(1)).map(({ id }) => id)).toEqual(['1-3']);
    // From now on: what was missed comes before the id of the newest.
    expect(listener.ids).toEqual(['1-2', '1-3', '1-3']);
  });

  test.each([
    ['of another daemon', '2-1'],
    ['that was never given', '1-9'],
    ['that is none', 'x'],
  ])('says reset to an id %s', async (_name, lastId) => {
    const api = servedApi(whole);
    api.events.poolChanged(whole);
    const listener = await listening(api, '/api/v1/events', lastId);
    expect(await listener.hear(1)).toMatchObject([{ id: '1-1', type: 'reset' }]);
    api.events.poolChanged(lost);
    expect((await listener.hear(2))[1]).toMatchObject({ id: '1-2', type: 'pool' });
  });

  test('keeps a bound on what it remembers', () => {
    const ring = new EventRing(3, { events: 4, characters: 300 });
    for (let count = 0; count < 9; count += 1) ring.add('removed', name, { pool: name, at: 'x' });
    expect(ring.since('3-5')?.map(({ id }) => id)).toEqual(['3-6', '3-7', '3-8', '3-9']);
    expect(ring.since('3-9')).toEqual([]);
    expect(ring.since('3-4')).toBeUndefined();
    ring.add('removed', name, { pool: 'x'.repeat(400), at: 'x' });
    expect([ring.since('3-9'), ring.since('3-10')]).toEqual([undefined, []]);
  });

  test('drops a client that takes nothing, and goes on for the others', async () => {
    const api = servedApi(whole);
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const [deaf, other] = [connect(portOf(api), '127.0.0.1'), connect(portOf(api), '127.0.0.1')];
    let newest = '';
    other.setEncoding('utf8').on('data', (text: string) => {
      newest = /.*event: (\w+)/s.exec(text)?.[1] ?? newest;
    });
    onTestFinished(() => {
      deaf.destroy();
      other.destroy();
    });
    deaf.pause();
    for (const socket of [deaf, other]) {
      await once(socket, 'connect');
      socket.write('GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    }
    const { signal } = new AbortController();
    while (api.events.clients < 2) await hostClock.sleep(2, signal);
    // The system's own buffers take some megabytes before anything waits here.
    for (let told = 0; api.events.clients === 2 && told < 2_000; told += 1) {
      api.events.poolChanged({ ...whole, state: `${'x'.repeat(60_000)}${String(told)}` });
      await hostClock.sleep(1, signal);
    }
    expect([api.events.clients, newest]).toEqual([1, 'pool']);
    api.events.poolRemoved(name);
    while (newest !== 'removed') await hostClock.sleep(2, signal);
  });

  test('refuses more clients than it serves, and says when to come back', async () => {
    const api = servedApi(whole);
    for (let count = 0; count < 500; count += 1)
      api.events.open(new PassThrough(), null, undefined, String(count));
    const answer = await api.server.inject({ url: '/api/v1/events' });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '10']);
  });

  test('lets proxies see life while nothing moves, and rests while nobody listens', async () => {
    let beat = Promise.withResolvers<undefined>();
    let waiting = 0;
    const clock = {
      now: () => NOW_MS,
      sleep: async (_ms: number, signal: AbortSignal) => {
        waiting += 1;
        const aborted = once(signal, 'abort');
        await Promise.race([beat.promise, aborted]);
        waiting -= 1;
        signal.throwIfAborted();
      },
    };
    const events = new EventStream({ epoch: 1, clock, afterTurn: setImmediate });
    const client = new PassThrough();
    events.open(client, null, undefined, 'ann');
    expect(waiting).toBe(1);
    const before = String(client.read());
    beat.resolve(undefined);
    beat = Promise.withResolvers();
    await once(client, 'readable');
    expect([before, String(client.read())]).toEqual(['retry: 2000\n\nid: 1-0\n\n', ':\n\n']);
    client.destroy();
    await once(client, 'close');
    await Promise.resolve();
    await Promise.resolve();
    expect([events.clients, waiting]).toEqual([0, 0]);
  });

  test('is written after what told of the event, for fifty clients at a time, several events at once, none twice', () => {
    const turns: (() => void)[] = [];
    const events = new EventStream({ epoch: 1, clock: hostClock, afterTurn: (work) => turns.push(work) });
    const clients = Array.from({ length: 120 }, (_, index) => {
      const written: string[] = [];
      const target = {
        write: (text: string) => written.push(text),
        writableLength: 0,
        end: () => 0,
        destroy: () => 0,
        once: () => 0,
      };
      events.open(target, index === 0 ? 'other' : null, undefined, 'ann');
      written.length = 0;
      return written;
    });
    const idsOf = (written: readonly string[]): readonly string[] =>
      written.map((text) => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id).join(' '));
    events.sourceChanged();
    events.poolRemoved(name);
    expect([turns.length, clients.flat()]).toEqual([1, []]);
    turns.shift()?.();
    expect(clients.map(idsOf).filter((ids) => ids.length > 0)).toHaveLength(49);
    events.sourceChanged();
    while (turns.length > 0) turns.shift()?.();
    const [other, first, ...rest] = clients.map(idsOf);
    expect([other, first, rest.at(-1)]).toEqual([[], ['1-1 1-2', '1-3'], ['1-1 1-2 1-3']]);
    expect(new Set(rest.map((ids) => ids.join(' ')))).toEqual(new Set(['1-1 1-2 1-3']));
    events.close();
  });

  test('what was told right before the end still goes out', () => {
    const turns: (() => void)[] = [];
    const events = new EventStream({ epoch: 1, clock: hostClock, afterTurn: (work) => turns.push(work) });
    const client = new PassThrough({ highWaterMark: 1_048_576 });
    events.open(client, null, undefined, 'ann');
    events.sourceChanged();
    events.close();
    for (const turn of turns) turn();
    expect(String(client.read()).match(/^id: 1-1$/gm)).toHaveLength(1);
  });

  test('ends with the server', async () => {
    const api = servedApi(whole);
    const listener = await listening(api);
    await api.server.close();
    expect(await listener.until(() => false)).toBe(false);
    expect(api.events.full).toBe(true);
  });

  test('tells the steps of a failover as they begin and how far they are', async () => {
    const events = new EventStream({
      epoch: 1,
      clock: { ...hostClock, now: () => NOW_MS },
      afterTurn: (work) => {
        work();
      },
    });
    const scene = new DaemonScene(homeLost(), new MemoryDisk(), NOW_MS, (metrics) =>
      reportedToStream(metrics, events),
    );
    scene.act = (context) => {
      context.progress('half of it', 0.5);
      return Promise.resolve({});
    };
    const client = new PassThrough({ highWaterMark: 1_048_576 });
    events.open(client, null, undefined, 'ann');
    scene.desire(toBackup({ mode: 'act', maxDataLossMinutes: 100_000 }));
    await scene.until(() => scene.records().some(({ kind }) => kind === 'outcome'));
    const text = String(client.read());
    const told = [...text.matchAll(/^event: progress\ndata: (.*)$/gm)].map(([, data]) =>
      eventSchemas.progress.parse(JSON.parse(data ?? '')),
    );
    expect(told[0]).toMatchObject({ pool: 'chat', running: [{ progress: null, fraction: null }] });
    expect(told[1]).toMatchObject({ running: [{ progress: 'half of it', fraction: 0.5 }] });
    expect(text).toMatch(/event: pool\ndata: .*"changed":\[[^\]]*"plan"/);
    events.close();
    await scene.daemon.stop();
  });

  test('has an end of streams for each caller, which shuts out nobody else', async () => {
    const api = servedApi(whole, { tokens: tokensOf() });
    const get = (role: string) =>
      ask(api, {
        method: 'GET',
        url: '/api/v1/events',
        headers: { authorization: `Bearer secret-${role}` },
      });
    for (let count = 0; count < 250; count += 1)
      api.events.open(new PassThrough(), null, undefined, 'name viewer');
    expect((await get('view')).statusCode).toBe(429);
    expect((await get('operate')).statusCode).toBe(200);
  });
});
