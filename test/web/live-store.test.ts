import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { RefusedError, type Surroundings } from '../../web/src/live/api-client.ts';
import type { LiveState } from '../../web/src/live/live-state.ts';
import { LiveStore } from '../../web/src/live/live-store.ts';
import { sendDecision } from '../../web/src/live/send-decision.ts';
import { facts } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { servedApi, sha256, type ServedApi } from '../support/served-api.ts';

const LIMIT_MS = 10_000;
const pool = observed(facts());
const shown = (state: string, drift: PoolStatus['drift'] = []): PoolStatus => ({ ...pool, state, drift });
const DRIFT = [{ path: 'backup.mgc', wanted: 'restoring', actual: 'online' }];

class Desk {
  readonly store: LiveStore;
  readonly storage = new Map<string, string>();
  #address = '';

  constructor(more: Partial<Surroundings> = {}) {
    const { storage } = this;
    this.store = new LiveStore({
      fetch: (path, init) => fetch(new URL(path, this.#address), init),
      now: () => hostClock.now(),
      sleep: (ms, signal) => hostClock.sleep(ms, signal),
      uniqueKey: () => String(hostClock.monotonicMs()),
      storage: {
        getItem: (key) => storage.get(key) ?? null,
        setItem: (key, value) => void storage.set(key, value),
        removeItem: (key) => void storage.delete(key),
      },
      ...more,
    });
  }

  /** @returns port */
  async serves({ server }: ServedApi, port = 0): Promise<number> {
    this.#address = await server.listen({ host: '127.0.0.1', port });
    return (server.server.address() as AddressInfo).port;
  }

  open(watched: string | null = null): void {
    const end = new AbortController();
    onTestFinished(() => end.abort());
    this.store.watch(watched);
    void this.store.run(end.signal);
  }

  address(): string {
    return this.#address;
  }

  async sees(what: string, seen: (state: LiveState) => boolean): Promise<LiveState> {
    const { signal } = new AbortController();
    const end = hostClock.monotonicMs() + LIMIT_MS;
    while (!seen(this.store.state())) {
      if (hostClock.monotonicMs() > end)
        throw new Error(`${what} was not seen: ${JSON.stringify(this.store.state().link)}`);
      await hostClock.sleep(5, signal);
    }
    return this.store.state();
  }
  live(): Promise<LiveState> {
    return this.sees('a live connection', ({ link }) => link.kind === 'live');
  }
}

describe('what the page keeps', () => {
  test('follows the events of the daemon', async () => {
    const api = servedApi(shown('converged'));
    const desk = new Desk();
    await desk.serves(api);
    desk.open();
    const { rows } = await desk.live();
    expect([...rows.values()]).toMatchObject([{ pool: 'chat', drift: 0 }]);
    api.show(shown('blocked', DRIFT));
    api.events.poolChanged(shown('blocked', DRIFT));
    await desk.sees('the drift', (state) => state.rows.get('chat')?.drift === 1);
  });

  test('reads what many events name in few readings, one at a time, and ends with the newest of it', async () => {
    const api = servedApi(shown('converged'));
    let open = 0;
    let most = 0;
    const readings: string[] = [];
    const desk: Desk = new Desk({
      fetch: async (path, init) => {
        if (!path.startsWith('api/v1/rows?name')) return fetch(new URL(path, desk.address()), init);
        readings.push(path);
        most = Math.max(most, (open += 1));
        const response = await fetch(new URL(path, desk.address()), init);
        open -= 1;
        return response;
      },
    });
    await desk.serves(api);
    desk.open();
    await desk.live();
    const events = 200;
    for (let count = 1; count <= events; count += 1) {
      const drift = Array.from({ length: count }, () => DRIFT[0] ?? { path: '', wanted: '', actual: '' });
      api.show(shown('blocked', drift));
      api.events.poolChanged(shown('blocked', drift));
    }
    await desk.sees('the newest', (state) => state.rows.get('chat')?.drift === events);
    expect(readings.length).toBeLessThan(events / 10);
    expect(most).toBe(1);
  });

  test('keeps no piece of a stream that is open for months', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const pieces = 5_000;
    const piece = new TextEncoder().encode(`: ${'x'.repeat(8_000)}\n\n`);
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      // A piece a turn, as they come over a wire.
      pull: async (controller) => {
        await new Promise((resolve) => setImmediate(resolve));
        if ((sent += 1) <= pieces) controller.enqueue(piece);
        else await new Promise(() => undefined);
      },
    });
    const desk: Desk = new Desk({
      fetch: (path, init) =>
        path === 'api/v1/events'
          ? Promise.resolve(new Response(stream))
          : fetch(new URL(path, desk.address()), init),
    });
    await desk.serves(servedApi(shown('converged')));
    collect();
    const before = process.memoryUsage().heapUsed;
    desk.open();
    await desk.sees('every piece', () => sent > pieces);
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    expect(grown / (pieces * piece.length)).toBeLessThan(0.25);
  });

  test('does not let a first reading that comes late cover what an event has brought', async () => {
    const api = servedApi(shown('converged'));
    const asked = Promise.withResolvers<undefined>();
    const late = Promise.withResolvers<undefined>();
    const desk = new Desk({
      fetch: async (path, init) => {
        const response = await fetch(new URL(path, desk.address()), init);
        if (path.startsWith('api/v1/rows?limit')) {
          asked.resolve(undefined);
          await late.promise;
        }
        return response;
      },
    });
    await desk.serves(api);
    desk.open();
    await asked.promise;
    api.show(shown('blocked', DRIFT));
    api.events.poolChanged(shown('blocked', DRIFT));
    await desk.sees('the drift', (state) => state.rows.get('chat')?.drift === 1);
    late.resolve(undefined);
    await desk.live();
    await desk.sees('the drift still', (state) => state.rows.get('chat')?.drift === 1);
  });

  test('is called lost when the daemon ends, and is read anew from the one that comes after it', async () => {
    const first = servedApi(shown('converged'));
    const desk = new Desk();
    const port = await desk.serves(first);
    desk.open('chat');
    await desk.live();
    await first.server.close();
    const { rows } = await desk.sees('the loss', ({ link }) => link.kind === 'lost');
    expect(rows.size).toBe(1);
    const second = servedApi(shown('blocked', DRIFT));
    await desk.serves(second, port);
    expect((await desk.live()).rows.get('chat')?.drift).toBe(1);
  });

  test('is called lost when nothing comes for longer than two comments take', async () => {
    const silence = Promise.withResolvers<undefined>();
    const desk = new Desk({
      sleep: async (ms, signal) => {
        if (ms !== 40_000) return hostClock.sleep(ms, signal);
        const ended = once(signal, 'abort').then(() => Promise.reject(new Error('ended')));
        await Promise.race([silence.promise, ended]);
      },
    });
    await desk.serves(servedApi(shown('converged')));
    desk.open();
    await desk.live();
    silence.resolve(undefined);
    const { link } = await desk.sees('the loss', (state) => state.link.kind === 'lost');
    expect(link).toMatchObject({ because: 'nothing came from the daemon for 40 s' });
  });

  test('is the whole pool that is open, with the tag of its plan, until it is declared no more', async () => {
    const api = servedApi(shown('converged'));
    const desk = new Desk();
    await desk.serves(api);
    desk.open('chat');
    const { watched } = await desk.sees('the pool', (state) => state.watched?.pool != null);
    expect(watched).toMatchObject({ name: 'chat', pool: { state: 'converged' }, why: { code: 'AsDesired' } });
    expect(watched?.tag).toMatch(/^"\w{32}"$/);
    await desk.live();
    api.events.poolRemoved('chat');
    const gone = await desk.sees('its end', (state) => state.watched?.pool === 'gone');
    expect(gone.rows.size).toBe(0);
  });
});

describe('a token', () => {
  const tokens = [{ name: 'ann', sha256: sha256('right'), role: 'approve' as const }];

  test('is asked for where the daemon wants one, again when it is not in force, and goes along then', async () => {
    const api = servedApi(shown('converged'), { tokens });
    const desk = new Desk();
    await desk.serves(api);
    desk.open();
    await desk.sees('the question', ({ link }) => link.kind === 'token' && !link.refused);
    expect(desk.store.state().rows.size).toBe(0);
    desk.store.giveToken('wrong');
    await desk.sees('the refusal', ({ link }) => link.kind === 'token' && link.refused);
    desk.store.giveToken('right');
    await desk.live();
  });

  test('names the person of a decision, which is sent with the tag of the plan that was seen', async () => {
    const api = servedApi(shown('converged'), { tokens });
    const desk = new Desk();
    await desk.serves(api);
    desk.store.client.setToken('right');
    desk.open('chat');
    const { watched } = await desk.sees('the tag', (state) => state.watched?.tag != null);
    const approve = { decision: 'approve', site: null, by: '', reason: 'seen', lossMinutes: null } as const;
    await sendDecision(desk.store.client, 'chat', { ...approve, tag: watched?.tag ?? null });
    expect(api.decided).toMatchObject([{ decision: 'approve', by: 'ann', reason: 'seen' }]);
    const stale = sendDecision(desk.store.client, 'chat', { ...approve, tag: '"other"' });
    await expect(stale).rejects.toSatisfy(
      (error) => error instanceof RefusedError && error.problem.code === 'PCO_PLAN_MOVED',
    );
    expect(api.decided).toHaveLength(1);
  });

  test('decides about a site under the path that the API has for it', async () => {
    const api = servedApi(shown('converged'), { tokens });
    const desk = new Desk();
    await desk.serves(api);
    desk.store.client.setToken('right');
    const sent = { by: '', reason: 'I saw it burn', lossMinutes: null, tag: null } as const;
    await sendDecision(desk.store.client, 'chat', { ...sent, decision: 'attest-down', site: 'home' });
    expect(api.decided).toMatchObject([{ decision: 'attest-down', site: 'home', by: 'ann' }]);
    desk.open('chat');
    const { watched } = await desk.sees('the tag', (state) => state.watched?.tag != null);
    const keep = { ...sent, decision: 'keep', site: 'backup', tag: watched?.tag ?? null } as const;
    await sendDecision(desk.store.client, 'chat', keep);
    expect(api.decided[1]).toMatchObject({ decision: 'keep', site: 'backup' });
  });
});
