import { describe, expect, test } from 'vitest';
import { createGitHook } from '../../src/desired-state/git-hook.ts';
import type { Forge } from '../../src/desired-state/git-settings-schema.ts';
import type { HookResult } from '../../src/ports/git-hook.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { pushOf, SIGNING_TOKEN, type PushOptions, type SentDelivery } from '../support/git-deliveries.ts';

const NOW_MS = Date.parse('2026-11-24T02:00:00Z');
const WINDOW_MS = 300_000;

/** Every way in which a forge shows who it is, with a secret of that way. */
const WAYS: readonly (readonly [string, Forge, string])[] = [
  ['GitHub, signed', 'github', 'a-shared-secret'],
  ['Gitea and Forgejo, signed', 'gitea', 'a-shared-secret'],
  ['GitLab, by a secret token', 'gitlab', 'a-shared-secret'],
  ['GitLab, signed', 'gitlab', SIGNING_TOKEN],
  ['Azure DevOps, by a password', 'azure-devops', 'a-shared-secret'],
];
const TIMED = WAYS.filter(([, forge, secret]) => forge === 'azure-devops' || secret === SIGNING_TOKEN);
const SIGNED = WAYS.filter(([name]) => name.endsWith('signed'));

function hookOf(forge: Forge, secret: string) {
  const clock = new SimulatedClock(NOW_MS);
  const woken: number[] = [];
  const hook = createGitHook({
    forge,
    branch: 'main',
    secret: () => secret,
    replayWindowMs: WINDOW_MS,
    clock,
    wake: () => woken.push(clock.now()),
  });
  const send = ({ headers, body }: SentDelivery): HookResult =>
    hook.receive({ headers, body: Buffer.from(body) });
  const push = (more: PushOptions = {}): SentDelivery =>
    pushOf(forge, secret, { sentAtMs: clock.now(), ...more });
  const wait = (ms: number): Promise<void> => {
    const signal = new AbortController().signal;
    const slept = clock.sleep(ms, signal);
    return clock.run(() => clock.now() >= NOW_MS + ms, ms + 1).then(() => slept);
  };
  return { send, push, woken, wait, clock };
}

/** Another value of the header that carries the proof. */
function forged({ headers, body }: SentDelivery): SentDelivery {
  const name = [
    'x-hub-signature-256',
    'x-gitea-signature',
    'webhook-signature',
    'x-gitlab-token',
    'authorization',
  ];
  const carrier = name.find((one) => one in headers) ?? '';
  const value = headers[carrier] ?? '';
  const at = Math.floor(value.length * 0.7);
  const other = value[at] === 'A' ? 'B' : 'A';
  return { body, headers: { ...headers, [carrier]: value.slice(0, at) + other + value.slice(at + 1) } };
}
const without = ({ body, headers }: SentDelivery): SentDelivery => ({
  body,
  headers: { 'content-type': headers['content-type'] ?? '' },
});

describe('a delivery', () => {
  test.each(WAYS)('of %s wakes the fetch', (_, forge, secret) => {
    const { send, push, woken } = hookOf(forge, secret);
    expect(send(push())).toBe('woken');
    expect(woken).toHaveLength(1);
  });

  test.each(WAYS)('of %s that shows another secret, or none, wakes nothing', (_, forge, secret) => {
    const { send, push, woken } = hookOf(forge, secret);
    const other = pushOf(forge, secret.replace(/^(whsec_)?.../, '$1xyz'), { sentAtMs: NOW_MS });
    for (const delivery of [forged(push()), without(push()), other]) expect(send(delivery)).toBe('refused');
    expect(woken).toEqual([]);
    expect(send(push())).toBe('woken');
  });

  test.each(SIGNED)('of %s whose body was changed on its way wakes nothing', (_, forge, secret) => {
    const { send, push, woken } = hookOf(forge, secret);
    const { headers, body } = push();
    expect(send({ headers, body: body.replace('main', 'maim') })).toBe('refused');
    expect(woken).toEqual([]);
  });

  test.each(WAYS)('of %s to another branch is left alone', (_, forge, secret) => {
    const { send, push, woken } = hookOf(forge, secret);
    expect(send(push({ ref: 'refs/heads/mains' }))).toBe('ignored');
    expect(woken).toEqual([]);
  });

  test.each(WAYS)('of %s is had once within the replay window', async (_, forge, secret) => {
    const { send, push, woken, wait } = hookOf(forge, secret);
    const first = push();
    expect(send(first)).toBe('woken');
    expect(send(first)).toBe('replayed');
    expect(send(push({ id: 'delivery-1', after: 'another' }))).toBe('replayed');
    expect(send(push({ id: 'delivery-2', after: 'a third' }))).toBe('woken');
    await wait(WINDOW_MS + 1_000);
    expect(send(push())).toBe('woken');
    expect(woken).toHaveLength(3);
  });

  test.each(TIMED)('of %s that is older than the replay window is refused', async (_, forge, secret) => {
    const { send, push, woken, wait } = hookOf(forge, secret);
    const kept = push();
    await wait(WINDOW_MS + 1_000);
    expect(send(kept)).toBe('stale');
    expect(send(push({ sentAtMs: NOW_MS + 3 * WINDOW_MS }))).toBe('stale');
    expect(woken).toEqual([]);
  });

  test.each(['github', 'gitea'] as const)(
    'of %s cannot be sent again under another id, which is not signed there',
    (forge) => {
      const { send, push } = hookOf(forge, 'a-shared-secret');
      const { headers, body } = push();
      expect(send({ headers, body })).toBe('woken');
      expect(send({ headers: { ...headers, [`x-${forge}-delivery`]: 'fresh' }, body })).toBe('replayed');
    },
  );

  test('of Forgejo with headers of its own wakes the fetch', () => {
    const { send, push } = hookOf('gitea', 'a-shared-secret');
    const { headers, body } = push();
    const own = { 'x-forgejo-signature': headers['x-gitea-signature'] ?? '', 'x-forgejo-delivery': 'f-1' };
    expect(send({ headers: own, body })).toBe('woken');
  });

  test('of GitLab may carry several signatures, one of which is right', () => {
    const { send, push } = hookOf('gitlab', SIGNING_TOKEN);
    const { headers, body } = push();
    const signature = `v1,AAAA ${headers['webhook-signature'] ?? ''}`;
    expect(send({ headers: { ...headers, 'webhook-signature': signature }, body })).toBe('woken');
  });

  test('that is authentic and names no branch, or is no JSON, wakes the fetch', () => {
    const { send, woken } = hookOf('gitlab', 'a-shared-secret');
    const headers = { 'x-gitlab-token': 'a-shared-secret' };
    for (const body of ['{"zen":"ping"}', 'payload=%7B%7D', '', 'null', '{"resource":{"refUpdates":[7]}}'])
      expect(send({ headers, body })).toBe('woken');
    expect(woken).toHaveLength(5);
  });

  test('lets nobody in by an empty secret', () => {
    const { send, push, woken } = hookOf('gitlab', '');
    expect(send(push())).toBe('refused');
    expect(send({ headers: {}, body: '{}' })).toBe('refused');
    expect(woken).toEqual([]);
  });

  test('is forgotten when a thousand came after it, so that none can fill the memory', () => {
    const { send, push } = hookOf('github', 'a-shared-secret');
    const first = push({ id: 'first', after: 'first' });
    expect(send(first)).toBe('woken');
    for (let index = 0; index < 1_000; index += 1)
      expect(send(push({ id: String(index), after: String(index) }))).toBe('woken');
    expect(send(first)).toBe('woken');
  });
});
