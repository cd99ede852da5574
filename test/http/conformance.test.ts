/** Every route of the document, asked wrongly in every way that it names, and rightly: the answer is one that it promises. */
import { describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../src/http/callers.ts';
import { API_ROUTES, openApiDocument } from '../../src/http/open-api.ts';
import { homeLost } from '../support/facts.ts';
import {
  DOCUMENTED,
  isProblem,
  isStream,
  needs,
  undocumented,
  type DocumentedRoute,
} from '../support/open-api-checks.ts';
import { observed } from '../support/pool-status.ts';
import { ask, changesOf, tokensOf, type Asked } from '../support/asked-api.ts';
import { servedApi } from '../support/served-api.ts';

const lost = observed(homeLost());
const OVERSIZED = 3_000_000;

const RIGHT_BODIES: Readonly<Record<string, object>> = {
  approve: {},
  'accept-loss': { lossMinutes: 2 },
  decide: { site: 'backup' },
  attest: { site: 'home', expiresAt: '2027-01-01T00:00:00Z' },
  'break-glass': { file: 'local.yaml', text: 'pools: []', expiresAt: '2027-01-01T00:00:00Z' },
};
const partOf = (path: string): string => path.split('/').at(-1) ?? '';
const bodyOf = ({ path, operation }: DocumentedRoute): object | undefined =>
  operation.requestBody === undefined
    ? undefined
    : { by: 'approveer', reason: 'Paris is gone', ...RIGHT_BODIES[partOf(path)] };

/** As it must be, with the tag of the plan, by a token that may do everything. */
async function rightly(route: DocumentedRoute): Promise<{ api: ReturnType<typeof servedApi>; right: Asked }> {
  const api = servedApi(lost, { tokens: tokensOf() });
  const seen = await api.server.inject({
    url: `/api/v1/pools/${lost.pool}`,
    headers: { authorization: 'Bearer secret-view' },
  });
  const etag = String(seen.headers['etag']);
  const payload = bodyOf(route);
  const right = {
    method: route.method,
    url: route.path.replace('{name}', lost.pool),
    headers: {
      authorization: 'Bearer secret-approve',
      ...(needs(route, 'If-Match') ? { 'if-match': etag } : {}),
    },
    ...(payload === undefined ? {} : { payload }),
  };
  return { api, right };
}

const withHeaders = (asked: Asked, headers: Readonly<Record<string, string>>): Asked => ({
  ...asked,
  headers: { ...asked.headers, ...headers },
});
const below = (role: Role): readonly Role[] => ROLES.slice(0, ROLES.indexOf(role));

const signedBy = ({ payload }: Asked, by: string): object =>
  typeof payload === 'object' ? { ...payload, by } : { by };

interface Wrong {
  readonly how: string;
  readonly status: number;
  readonly applies: (route: DocumentedRoute) => boolean;
  readonly asked: (right: Asked, route: DocumentedRoute) => Asked;
}

const always = (): boolean => true;
const hasBody = ({ operation }: DocumentedRoute): boolean => operation.requestBody !== undefined;
const isPost = ({ method }: DocumentedRoute): boolean => method === 'POST';
const tagged = (route: DocumentedRoute): boolean => needs(route, 'If-Match');
const raw = (right: Asked, payload: string, type = 'application/json'): Asked =>
  withHeaders({ ...right, payload }, { 'content-type': type });

const WRONGS: readonly Wrong[] = [
  {
    how: 'without a token',
    status: 401,
    applies: always,
    asked: (right) => ({ ...right, headers: { ...right.headers, authorization: '' } }),
  },
  {
    how: 'with a token that is none',
    status: 401,
    applies: always,
    asked: (right) => withHeaders(right, { authorization: 'Bearer eve' }),
  },
  {
    how: 'with a token that has ended',
    status: 401,
    applies: always,
    asked: (right) => withHeaders(right, { authorization: 'Bearer secret-ended' }),
  },
  {
    how: 'with a role that is too small',
    status: 403,
    applies: ({ operation }) => below(operation['x-role']).length > 0,
    asked: (right, { operation }) =>
      withHeaders(right, { authorization: `Bearer secret-${below(operation['x-role']).at(-1) ?? ''}` }),
  },
  {
    how: 'in the name of somebody else',
    status: 403,
    applies: hasBody,
    asked: (right) => ({ ...right, payload: signedBy(right, 'eve') }),
  },
  {
    how: 'with a body of the wrong form',
    status: 400,
    applies: hasBody,
    asked: (right) => ({ ...right, payload: { reason: '', else: 1 } }),
  },
  {
    how: 'with a body that is no object',
    status: 400,
    applies: hasBody,
    asked: (right) => raw(right, '[1]'),
  },
  {
    how: 'with a body that is no JSON',
    status: 400,
    applies: isPost,
    asked: (right) => raw(right, '{"by": '),
  },
  {
    how: 'with a body of another type',
    status: 415,
    applies: isPost,
    asked: (right) => raw(right, 'by=ann', 'application/x-www-form-urlencoded'),
  },
  {
    how: 'with a body that is too large',
    status: 413,
    applies: isPost,
    asked: (right) => raw(right, JSON.stringify({ reason: 'x'.repeat(OVERSIZED) })),
  },
  {
    how: 'with a query that it does not know',
    status: 400,
    applies: always,
    asked: (right) => ({ ...right, url: `${right.url}?else=1` }),
  },
  {
    how: 'of a pool that is not there',
    status: 404,
    applies: ({ path }) => path.includes('{name}'),
    asked: (right) => ({ ...right, url: right.url.replace(lost.pool, 'nobody') }),
  },
  {
    how: 'of a pool whose name is too long',
    status: 400,
    applies: ({ path }) => path.includes('{name}'),
    asked: (right) => ({ ...right, url: right.url.replace(lost.pool, 'x'.repeat(201)) }),
  },
  {
    how: 'with a stale tag',
    status: 412,
    applies: tagged,
    asked: (right) => withHeaders(right, { 'if-match': '"stale"' }),
  },
  {
    how: 'with the tag that fits everything',
    status: 412,
    applies: tagged,
    asked: (right) => withHeaders(right, { 'if-match': '*' }),
  },
  {
    how: 'without a tag',
    status: 428,
    applies: tagged,
    asked: (right) => ({ ...right, headers: { authorization: right.headers['authorization'] ?? '' } }),
  },
  {
    how: 'with a key that is none',
    status: 400,
    applies: isPost,
    asked: (right) => withHeaders(right, { 'idempotency-key': 'two words' }),
  },
];

const named = (route: DocumentedRoute) => ({ route, method: route.method, path: route.path });
const wrongCases = WRONGS.flatMap((wrong) =>
  DOCUMENTED.filter(wrong.applies).map((route) => ({ ...named(route), ...wrong })),
);
const rightCases = DOCUMENTED.flatMap((route) =>
  ROLES.filter((role) => !below(route.operation['x-role']).includes(role)).map((role) => ({
    ...named(route),
    role,
  })),
);

test('the document has every route of the table, and no other', () => {
  const key = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
  expect(DOCUMENTED.map(key).sort()).toEqual(API_ROUTES.map(key).sort());
});

test('openapi.json leaves `by` to whom the token names', () => {
  const { paths } = openApiDocument() as {
    readonly paths: Readonly<Record<string, { readonly post?: unknown }>>;
  };
  const bodies = Object.values(paths).flatMap(({ post }) => {
    const { requestBody } = (post ?? {}) as { readonly requestBody?: unknown };
    return requestBody === undefined ? [] : [JSON.stringify(requestBody)];
  });
  expect(bodies.filter((body) => body.includes('"by":')).length).toBeGreaterThan(6);
  expect(bodies.filter((body) => /"required":\[[^\]]*"by"/.test(body))).toEqual([]);
});

describe('by openapi.json, a request', () => {
  test.each(wrongCases)('$how at $method $path ends with $status and changes nothing', async (wrong) => {
    const { api, right } = await rightly(wrong.route);
    const given = await ask(api, wrong.asked(right, wrong.route));
    expect([given.statusCode, undocumented(wrong.route, given)]).toEqual([wrong.status, null]);
    expect(changesOf(api)).toBe(0);
  });

  test.each(rightCases)('of the role $role at $method $path is done as promised', async ({ route, role }) => {
    const { api, right } = await rightly(route);
    const payload = right.payload === undefined ? {} : { payload: signedBy(right, `${role}er`) };
    const asked = withHeaders({ ...right, ...payload }, { authorization: `Bearer secret-${role}` });
    const given = await ask(api, asked);
    expect(undocumented(route, given)).toBeNull();
    expect(given.statusCode).toBeLessThan(300);
    expect(changesOf(api)).toBe(route.method === 'GET' ? 0 : 1);
    if (isStream(route)) expect(given.body).toMatch(/^retry: \d+\n\n/);
  });
});

test.each([
  ['of a bad escape', '/api/v1/pools/%zz'],
  ['of a lone percent sign', '/%'],
  ['of a name without end', `/api/v1/pools/${'x'.repeat(5_000)}`],
])('a path %s is answered by a problem as every other', async (_how, url) => {
  const given = await ask(servedApi(lost), { method: 'GET', url, headers: {} });
  expect(isProblem(given.body)).toBe(true);
  expect(given.headers['content-type']).toMatch(/^application\/problem\+json/);
});
