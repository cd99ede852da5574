/** What the daemon knows of its pools; nothing here changes anything. */
import { z } from 'zod';
import type { JournalRecord } from '../ports/journal.ts';
import type { PoolStatus } from '../reconciler/pool-status.ts';
import {
  driftSchema,
  evidenceSchema,
  factsSchema,
  historySchema,
  ledgerSchema,
  planSchema,
  poolSchema,
  poolsSchema,
  rowsSchema,
  whySchema,
} from './answer-schemas.ts';
import { apiRoute, notFound, success, type Answer, type ApiRoute } from './api-route.ts';
import { poolRow } from './pool-row.ts';
import { whatIfQuery, whatIfSchema } from './what-if.ts';

export const nameParams = z.strictObject({ name: z.string().min(1).max(200) });
export const noQuery = z.strictObject({});
export const noParams = z.strictObject({});
/** Records, or pools, of one page. */
const PAGE_LIMIT = 500;
const PAGE = 100;
const limit = z.coerce.number().int().min(1).max(PAGE_LIMIT);
const poolsQuery = z.strictObject({
  limit: limit.optional().describe('left out: all'),
  cursor: z.string().min(1).max(200).optional().describe('`next` of the page before'),
});
/** Once, or as often as there are names. */
const names = z.union([z.string().min(1).max(200), z.array(z.string().min(1).max(200)).max(PAGE)]);
const rowsQuery = z.strictObject({
  limit: limit.default(PAGE_LIMIT),
  cursor: z.string().min(1).max(200).optional().describe('`next` of the page before'),
  name: names.optional().describe('only these pools, as often as there are some; left out: all'),
});
const historyQuery = z.strictObject({
  limit: limit.default(PAGE),
  cursor: z.coerce.number().int().min(1).optional().describe('`next` of the page before'),
});

const NOTHING = 'was not observed yet';
export const noPool = (name: string): Answer => notFound(`there is no pool ${name}`);

const pools = apiRoute({
  method: 'GET',
  path: '/api/v1/pools',
  summary: 'The daemon and its pools',
  params: noParams,
  query: poolsQuery,
  answer: { status: 200, schema: poolsSchema },
  run: ({ query, services }) => {
    const status = services.status.status();
    if (query.limit === undefined && query.cursor === undefined) return success({ ...status, next: null });
    const { shown, next } = pageOf(status.pools, query.limit ?? PAGE, query.cursor ?? '');
    return success({ ...status, pools: shown, next });
  },
});

/** By name, so that a page stays where it is when pools come and go. */
function pageOf(
  all: readonly PoolStatus[],
  size: number,
  after: string,
): { readonly shown: readonly PoolStatus[]; readonly next: string | null } {
  const rest = all.filter(({ pool }) => pool > after).sort((one, other) => (one.pool < other.pool ? -1 : 1));
  const shown = rest.slice(0, size);
  return { shown, next: rest.length > size ? (shown.at(-1)?.pool ?? null) : null };
}

const rows = apiRoute({
  method: 'GET',
  path: '/api/v1/rows',
  summary: 'The pools in short form, as a list shows them',
  params: noParams,
  query: rowsQuery,
  answer: { status: 200, schema: rowsSchema },
  run: ({ query: { limit: size, cursor = '', name }, services: { status } }) => {
    // Each by its name: to look at a few of a thousand must not cost as much as to look at all.
    const named = name === undefined ? undefined : [...new Set([name].flat())];
    const all = named?.flatMap((one) => status.pool(one) ?? []) ?? status.status().pools;
    const { shown, next } = pageOf(all, size, cursor);
    return success({ pools: shown.map(poolRow), next });
  },
});

function poolRoute(
  part: string,
  summary: string,
  schema: z.ZodType,
  select: (pool: PoolStatus) => unknown,
): ApiRoute {
  return apiRoute({
    method: 'GET',
    path: `/api/v1/pools/{name}${part}`,
    summary,
    params: nameParams,
    query: noQuery,
    answer: { status: 200, schema },
    tagged: true,
    run: ({ params: { name }, services }) => {
      const pool = services.status.pool(name);
      if (pool === undefined) return noPool(name);
      const selected = select(pool);
      return selected === null ? notFound(`${name} ${NOTHING}`) : success(selected, pool);
    },
  });
}

const why = apiRoute({
  method: 'GET',
  path: '/api/v1/pools/{name}/why',
  summary: 'What stands in its way',
  params: nameParams,
  query: noQuery,
  answer: { status: 200, schema: whySchema },
  tagged: true,
  run: ({ params: { name }, services: { status } }) => {
    const pool = status.pool(name);
    if (pool === undefined) return noPool(name);
    const answer = status.why(name);
    return answer === undefined ? notFound(`${name} ${NOTHING}`) : success(answer, pool);
  },
});

const whatIf = apiRoute({
  method: 'GET',
  path: '/api/v1/pools/{name}/what-if',
  summary: 'What a fault would bring now: nothing is changed, and nothing is asked of the estate',
  params: nameParams,
  query: whatIfQuery,
  answer: { status: 200, schema: whatIfSchema },
  run: ({ params: { name }, query: { fault, goal }, services: { status, suppose } }) => {
    if (status.pool(name) === undefined) return noPool(name);
    const answer = suppose(name, { fault, goal });
    return answer === undefined ? notFound(`${name} ${NOTHING}`) : success(answer);
  },
});

const history = apiRoute({
  method: 'GET',
  path: '/api/v1/pools/{name}/history',
  summary: 'The records of the present journal that name the pool, newest first',
  params: nameParams,
  query: historyQuery,
  answer: { status: 200, schema: historySchema },
  run: ({ params: { name }, query, services: { status } }) => {
    const pool = status.pool(name);
    if (pool === undefined) return noPool(name);
    const before = query.cursor ?? Infinity;
    const records = status
      .history(name)
      .filter(({ seq }) => seq < before)
      .sort((one: JournalRecord, other: JournalRecord) => other.seq - one.seq);
    const shown = records.slice(0, query.limit);
    return success({
      records: shown.map(withoutDocuments),
      next: records.length > shown.length ? (shown.at(-1)?.seq ?? null) : null,
    });
  },
});

/** Whole desired states stay in the journal: they would fill every page. */
export function withoutDocuments(record: JournalRecord): object {
  if (record.kind === 'break-glass') return { ...record, text: undefined };
  return record.kind === 'generation' ? { ...record, declared: undefined } : record;
}

export const POOL_ROUTES: readonly ApiRoute[] = [
  pools,
  rows,
  poolRoute('', 'A pool as it is seen', poolSchema, (pool) => pool),
  poolRoute('/facts', 'What was observed last', factsSchema, ({ facts }) => facts),
  poolRoute('/drift', 'Where it is not as desired', driftSchema, ({ observedAt, drift }) =>
    observedAt === null ? null : drift,
  ),
  poolRoute('/plan', 'The present plan', planSchema, ({ plan }) => plan),
  poolRoute('/evidence', 'Whether each site can still write', evidenceSchema, ({ evidence }) => evidence),
  poolRoute('/ledger', 'What a failover would lose now', ledgerSchema, ({ ledger }) => ledger),
  why,
  whatIf,
  history,
];
