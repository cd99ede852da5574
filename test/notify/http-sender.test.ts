import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { cloudEvent, CLOUD_EVENT_TYPE } from '../../src/notify/cloud-event.ts';
import { Courier } from '../../src/notify/courier.ts';
import { allowedUrl, httpSender, type HttpReceiver } from '../../src/notify/http-sender.ts';
import type { Notice } from '../../src/notify/notice.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { localhostCertificate } from '../simulator/tds/scripted-server.ts';
import { statusForge } from '../support/status-forge.ts';
import { notice } from './notices.ts';

const SECRET_PATH = '/services/T0/B0/secret-of-the-address';

async function bringing(differs: Partial<HttpReceiver> = {}, deadlineMs?: number) {
  const server = await statusForge();
  const waits: number[] = [];
  const ended: (string | undefined)[] = [];
  const clock = {
    ...hostClock,
    // Nothing is waited for; how long it would have been is kept.
    sleep: (ms: number, signal: AbortSignal): Promise<void> => {
      waits.push(ms);
      signal.throwIfAborted();
      return Promise.resolve();
    },
    deadline: (ms: number, parent: AbortSignal) => hostClock.deadline(deadlineMs ?? ms, parent),
  };
  const url = `${new URL(server.api).origin}${SECRET_PATH}`;
  const sender = httpSender({
    url: () => url,
    token: () => 'token-0123',
    contentType: CLOUD_EVENT_TYPE,
    body: cloudEvent,
    ...differs,
  });
  const courier = new Courier(sender, clock, ({ problem }) => ended.push(problem));
  onTestFinished(() => courier.close());
  const bring = async (...notices: readonly Notice[]): Promise<readonly (string | undefined)[]> => {
    for (const one of notices) courier.bring(one);
    await vi.waitFor(() => {
      expect(ended).toHaveLength(notices.length);
    }, 10_000);
    return ended;
  };
  return { server, courier, waits, bring };
}

test('a CloudEvent reaches a webhook with its type and the token', async () => {
  const { server, bring } = await bringing();
  expect(await bring(notice())).toEqual([undefined]);
  const [taken] = server.taken;
  expect(taken?.path).toBe(`POST ${SECRET_PATH}`);
  expect(taken?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  expect(taken?.headers.authorization).toBe('Bearer token-0123');
  expect(taken?.body).toEqual(cloudEvent(notice()));
});

test('a receiver that fails is tried again with longer waits, by the same id', async () => {
  const { server, waits, bring } = await bringing();
  server.answers.push(500, 429, 503);
  expect(await bring(notice())).toEqual([undefined]);
  expect(waits).toEqual([2_000, 10_000, 60_000]);
  expect(new Set(server.taken.map(({ body }) => body['id']))).toEqual(new Set(['abc123def456']));
  expect(server.taken).toHaveLength(4);
});

test('a receiver that keeps failing is given up after five tries, and the next message is tried', async () => {
  const { server, waits, bring } = await bringing();
  server.answers.push(500, 500, 500, 500, 502);
  expect(await bring(notice(), notice({ id: 'second' }))).toEqual(['the receiver answered 502', undefined]);
  expect([waits.length, server.taken.length]).toEqual([4, 6]);
});

test('a message that the receiver refuses is not tried again', async () => {
  const { server, waits, bring } = await bringing();
  server.answers.push(404);
  expect(await bring(notice())).toEqual(['the receiver answered 404']);
  expect(waits).toEqual([]);
});

test('a receiver that hangs is given up by its deadline', async () => {
  const { server, bring } = await bringing({}, 50);
  server.answers.push('hang', 'hang', 'hang', 'hang', 'hang');
  expect(await bring(notice())).toEqual(['not reached: TimeoutError']);
});

test('the secret of an address does not follow it to another one, and is in no problem', async () => {
  const { server, bring } = await bringing();
  const other = await statusForge();
  server.location = `${other.api}/elsewhere`;
  server.answers.push(302, 302, 302, 302, 302);
  const [problem] = await bring(notice());
  expect(problem).toMatch(/^not reached/);
  expect(problem).not.toContain('secret');
  expect(other.taken).toEqual([]);
});

test('a secret that is gone is a problem without its name', async () => {
  const gone = (): string => {
    throw new PoolError('PCO_SETTINGS_INVALID', 'the environment variable PCHAT_HOOK is not set');
  };
  const { bring } = await bringing({ url: gone });
  expect(await bring(notice())).toEqual(['a secret of the settings is not there']);
});

test('a certificate that nobody vouches for ends the try before anything is sent', async () => {
  const tls = await localhostCertificate();
  let asked = 0;
  const server = createServer({ cert: tls.cert, key: tls.key }, (_request, response) => {
    asked += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const { bring } = await bringing({ url: () => `https://localhost:${String(port)}/` });
  const [problem] = await bring(notice());
  expect(problem).toMatch(
    /^not reached: (DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
  );
  expect(asked).toBe(0);
});

test.each([
  ['https://hooks.contoso.com/x', true],
  ['http://127.0.0.1:8080/x', true],
  ['http://localhost/x', true],
  ['http://hooks.contoso.com/x', false],
  ['https://user:word@hooks.contoso.com/x', false],
  ['ftp://hooks.contoso.com/x', false],
  ['hooks.contoso.com/x', false],
])('an address such as %s is taken: %s', (url, taken) => {
  expect(allowedUrl(url) !== undefined).toBe(taken);
});

test('closing ends what hangs and sends nothing any more', async () => {
  const { server, courier } = await bringing();
  server.answers.push('hang');
  courier.bring(notice());
  courier.bring(notice());
  await vi.waitFor(() => {
    expect(server.taken).toHaveLength(1);
  }, 10_000);
  await courier.close();
  courier.bring(notice());
  expect(server.taken).toHaveLength(1);
});
