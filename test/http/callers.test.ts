import { describe, expect, test } from 'vitest';
import { ROLES, type Role, type TokenSettings } from '../../src/http/callers.ts';
import { API_ROUTES } from '../../src/http/open-api.ts';
import { homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { pchat } from '../support/pchat.ts';
import { CONTROL_TOKEN, servedApi, sha256 } from '../support/served-api.ts';

const lost = observed(homeLost());
const at = `/api/v1/pools/${lost.pool}`;
const ENDS_MS = 86_400_000;
const tokens: readonly TokenSettings[] = ROLES.map((role) => ({
  name: `${role}er`,
  sha256: sha256(`secret-${role}`),
  role,
  expires: new Date(ENDS_MS).toISOString(),
}));
const of = (role: Role) => ({ authorization: `Bearer secret-${role}` });
const reason = 'Paris is gone';

const cases = API_ROUTES.flatMap((route) =>
  ROLES.map((role) => ({ route, role, path: route.path, method: route.method })),
);

describe('a token of the settings', () => {
  test.each(cases)(
    'of the role $role at $method $path does what its role allows',
    async ({ route, role }) => {
      const api = servedApi(lost, { tokens });
      const allowed = ROLES.indexOf(role) >= ROLES.indexOf(route.role ?? 'view');
      if (allowed && route.answer.type !== undefined) return;
      const etag = String((await api.server.inject({ url: at, headers: of('view') })).headers['etag']);
      const given = await api.server.inject({
        method: route.method,
        url: route.path.replace('{name}', lost.pool),
        headers: { ...of(role), 'if-match': etag },
        ...(route.body === undefined ? {} : { payload: { reason } }),
      });
      if (!allowed) expect(given.statusCode).toBe(403);
      else expect([200, 201, 202, 400]).toContain(given.statusCode);
      const changed = api.decided.length + api.broken.length + api.resynced.length;
      if (!allowed || route.method === 'GET') expect(changed).toBe(0);
    },
  );

  test.each(API_ROUTES)('makes $method $path ask everybody for one', async ({ method, path, body }) => {
    const api = servedApi(lost, { tokens });
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const given = await api.server.inject({
        method,
        url: path.replace('{name}', lost.pool),
        headers,
        ...(body === undefined ? {} : { payload: {} }),
      });
      expect(given.statusCode).toBe(401);
    }
  });

  test('gives its name to the decision, and lets the body name nobody else', async () => {
    const api = servedApi(lost, { tokens });
    const post = (headers: Record<string, string>, payload: object) =>
      api.server.inject({ method: 'POST', url: `${at}/suspend`, headers, payload });
    expect((await post(of('operate'), { reason })).statusCode).toBe(201);
    expect((await post(of('operate'), { reason, by: 'eve' })).statusCode).toBe(403);
    const control = { authorization: `Bearer ${CONTROL_TOKEN}` };
    expect((await post(control, { reason })).statusCode).toBe(400);
    expect((await post(control, { reason, by: 'eve' })).statusCode).toBe(201);
    expect(api.decided.map(({ by }) => by)).toEqual(['operateer', 'eve']);
  });

  test('does not answer for a key that another token has used', async () => {
    const api = servedApi(lost, { tokens });
    const post = (role: Role) =>
      api.server.inject({
        method: 'POST',
        url: `${at}/resync`,
        headers: { ...of(role), 'idempotency-key': 'k1' },
      });
    expect((await post('operate')).statusCode).toBe(202);
    expect((await post('approve')).statusCode).toBe(422);
    expect(api.resynced).toHaveLength(1);
  });

  test('ends when its time is over', async () => {
    const api = servedApi(lost, { tokens });
    const get = () => api.server.inject({ url: at, headers: of('view') });
    api.nowMs = ENDS_MS - 1;
    expect((await get()).statusCode).toBe(200);
    api.nowMs = ENDS_MS;
    expect((await get()).statusCode).toBe(401);
  });

  test('is printed once by pchat token create, with the hash that the settings hold', async () => {
    const { stdout } = await pchat('token', 'create', 'ann', '--role', 'operate', '--output', 'json');
    const { token, settings } = JSON.parse(stdout) as { token: string; settings: TokenSettings };
    expect(settings).toEqual({ name: 'ann', sha256: sha256(token), role: 'operate' });
    const api = servedApi(lost, { tokens: [settings] });
    const given = await api.server.inject({ url: at, headers: { authorization: `Bearer ${token}` } });
    expect(given.statusCode).toBe(200);
  });
});
