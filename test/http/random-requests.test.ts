/** Requests by chance, by the schemas of openapi.json: none breaks anything, and none changes anything without the right to. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROLES } from '../../src/http/callers.ts';
import { ask, changesOf, tokensOf, type Asked, type Given } from '../support/asked-api.ts';
import { WHOLE } from '../support/budget.ts';
import { homeLost } from '../support/facts.ts';
import { valuesOf } from '../support/json-schema-arbitrary.ts';
import {
  bodySchema,
  DOCUMENTED,
  fitsBody,
  isProblem,
  needs,
  undocumented,
  type DocumentedRoute,
} from '../support/open-api-checks.ts';
import { observed } from '../support/pool-status.ts';
import { CONTROL_TOKEN, servedApi } from '../support/served-api.ts';

const REQUESTS = WHOLE ? 10_000 : 300;
/** Of a hundred requests; a generator that never gets through would prove nothing. */
const LEAST_CHANGES = 1;
const PERCENT = 100;
const TIMEOUT_MS = 600_000;

const lost = observed(homeLost());
const TAG = '<tag>';

const RIGHTS: Readonly<Record<string, { readonly name: string | null; readonly rank: number }>> = {
  ...Object.fromEntries(ROLES.map((role, rank) => [`secret-${role}`, { name: `${role}er`, rank }])),
  [CONTROL_TOKEN]: { name: null, rank: ROLES.length - 1 },
};
const tokens = fc.constantFrom(...Object.keys(RIGHTS), ...Object.keys(RIGHTS), 'secret-ended', 'eve', '');
const names = fc.oneof(
  { weight: 8, arbitrary: fc.constant(lost.pool) },
  {
    weight: 1,
    arbitrary: fc
      .string({ maxLength: 300, unit: 'binary' })
      .map((text) => encodeURIComponent(text.toWellFormed())),
  },
  { weight: 1, arbitrary: fc.constantFrom('..', '%', '%zz', '%00', '%2e%2e', '__proto__', 'constructor') },
);
const queries = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.webQueryParameters().map((text) => `?${text}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer(), fc.integer())
      .map(([limit, cursor]) => `?limit=${String(limit)}&cursor=${String(cursor)}`),
  },
);
const mostly = <T extends string>(usual: T, ...rare: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...rare) });
const headerText = fc.stringMatching(/^[\x20-\x7e]{0,40}$/);
const moreHeaders = fc.record(
  {
    'if-match': fc.oneof(
      { weight: 6, arbitrary: fc.constant(TAG) },
      { weight: 1, arbitrary: fc.oneof(fc.constantFrom('*', '"stale"'), headerText) },
    ),
    'idempotency-key': fc.oneof(fc.constantFrom('k1', 'k2'), fc.uuid(), headerText),
    'last-event-id': headerText,
    'content-type': mostly('application/json', 'application/json; charset=utf-8', 'text/plain', 'a'),
    host: mostly('localhost', 'localhost:9473', '[::1]', 'eve.example'),
  },
  { requiredKeys: ['if-match'] },
);

const ROUTES = new Map(DOCUMENTED.map((route) => [`${route.method} ${route.path}`, route]));
function routeOf({ at }: Request): DocumentedRoute {
  const route = ROUTES.get(at);
  if (route === undefined) throw new Error(`${at} is not documented`);
  return route;
}

interface Request extends Omit<Asked, 'payload'> {
  readonly payload?: string;
  /** Of ROUTES: a counterexample shall not print the document. */
  readonly at: string;
  readonly token: string;
}

/** Most requests name the person of their token; what the schema makes up is nobody. */
function byWhom(value: unknown, token: string): unknown {
  const name = RIGHTS[token]?.name;
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value) && 'by' in value;
  return plain && typeof value.by === 'string' && value.by.length % 4 !== 0
    ? { ...value, by: name ?? value.by }
    : value;
}

const requestsOf = (route: DocumentedRoute): fc.Arbitrary<Request> => {
  const schema = bodySchema(route);
  const body =
    schema === undefined ? fc.constant(undefined) : fc.option(valuesOf(schema), { nil: undefined, freq: 20 });
  const broken = fc.oneof(
    { weight: 20, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.string() },
  );
  return fc
    .tuple(
      names,
      queries,
      tokens,
      moreHeaders,
      body,
      broken,
      mostly<Asked['method']>(route.method, 'PUT', 'DELETE'),
    )
    .map(([name, query, token, headers, value, text, method]) => {
      const payload = text ?? (value === undefined ? undefined : JSON.stringify(byWhom(value, token)));
      return {
        at: `${route.method} ${route.path}`,
        token,
        method,
        url: `${route.path.replace('{name}', name)}${query}`,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(payload === undefined ? {} : { payload }),
      };
    });
};
const routes = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...DOCUMENTED) },
  { weight: 1, arbitrary: fc.constantFrom(...DOCUMENTED.filter(({ method }) => method === 'POST')) },
);
const requests = routes.chain(requestsOf);

/** By the document alone: whether this request may change something. */
function mayChange(request: Request, tag: string): boolean {
  const { token, method, headers, payload } = request;
  const route = routeOf(request);
  const right = RIGHTS[token];
  const rank = ROLES.indexOf(route.operation['x-role']);
  if (method !== 'POST' || right === undefined || right.rank < rank) return false;
  if (needs(route, 'If-Match') && headers['if-match'] !== tag) return false;
  if (route.operation.requestBody === undefined) return true;
  const body = JSON.parse(payload ?? '') as { readonly by?: unknown };
  const signed = right.name === null || body.by !== undefined ? body : { ...body, by: right.name };
  return fitsBody(route, signed) && (right.name === null || signed.by === right.name);
}

function expectPromised(request: Request, given: Given): void {
  expect(given.statusCode).toBeLessThan(500);
  const refused = given.statusCode >= 400;
  if (refused) expect(isProblem(given.body)).toBe(true);
  // A path that names no route of the document ends with 404, whatever it is.
  else expect(undocumented(routeOf(request), given)).toBeNull();
}

test(
  'no request breaks anything, and none without the right changes anything',
  async () => {
    const api = servedApi(lost, { tokens: tokensOf() });
    const seen = await ask(api, {
      method: 'GET',
      url: `/api/v1/pools/${lost.pool}`,
      headers: { authorization: `Bearer ${CONTROL_TOKEN}` },
    });
    const tag = String(seen.headers['etag']);
    await fc.assert(
      fc.asyncProperty(requests, async (drawn) => {
        const { 'if-match': match, ...others } = drawn.headers;
        const headers = match === undefined ? others : { ...others, 'if-match': match === TAG ? tag : match };
        const request = { ...drawn, headers };
        const before = changesOf(api);
        // A second later each time: how often one may ask is another test.
        api.nowMs += 1_000;
        const { method, url, payload } = request;
        const given = await ask(api, { method, url, headers, ...(payload === undefined ? {} : { payload }) });
        expectPromised(request, given);
        if (changesOf(api) > before)
          expect([given.statusCode, mayChange(request, tag)]).toEqual([done(request), true]);
      }),
      { numRuns: REQUESTS },
    );
    expect(changesOf(api)).toBeGreaterThan((REQUESTS * LEAST_CHANGES) / PERCENT);
  },
  TIMEOUT_MS,
);

const done = (request: Request): number =>
  Number(Object.keys(routeOf(request).operation.responses).find((status) => status.startsWith('2')));
