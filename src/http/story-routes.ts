/** What the journal tells of a pool: its transitions, its generations, its past. Files are read only where memory does not reach. */
import { z } from 'zod';
import { generationChanges } from '../story/generation-changes.ts';
import type { KeptRecords } from '../story/kept-records.ts';
import { pastMoment, recordAt } from '../story/past-moment.ts';
import { renderTransition } from '../story/render-transition.ts';
import { findTransitions, summaryOf, transitionAt } from '../story/transitions-of.ts';
import { apiRoute, notFound, success, type ApiRoute, type Services } from './api-route.ts';
import { nameParams, noPool } from './pool-routes.ts';
import { generationsSchema, pastSchema, storySchema, transitionsSchema } from './story-schemas.ts';

const MOST = 100;
const USUAL = 20;
const record = z.coerce.number().int().min(1);
const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MOST).default(USUAL),
  cursor: record.optional().describe('`next` of the page before'),
});
const storyQuery = z.strictObject({
  record: record.optional().describe('any record of the transition; left out: the newest transition'),
});
const pastQuery = z.strictObject({
  record: record.optional().describe('number of the record; left out: the newest'),
  at: z.iso.datetime({ offset: true }).optional().describe('the newest record that was written by then'),
});

/** Where nobody reads files the history is all there is. */
const recentOf = ({ past, status }: Services, name: string): KeptRecords =>
  past?.recent(name) ?? { records: status.history(name), completeFrom: 1, left: [] };

/** What is at hand, or where that does not suffice whatever the files hold. */
async function reaching(
  services: Services,
  name: string,
  suffices: (kept: KeptRecords) => boolean,
): Promise<KeptRecords> {
  const recent = recentOf(services, name);
  if (recent.completeFrom <= 1 || suffices(recent)) return recent;
  return (await services.past?.all(name)) ?? recent;
}

interface Paged<T> {
  readonly shown: readonly T[];
  readonly next: number | null;
}

/** Newest first. @param more there may be older ones than those */
function pageOf<T>(all: readonly T[], size: number, numberOf: (one: T) => number, more: boolean): Paged<T> {
  const shown = all.slice(0, size);
  const last = shown.at(-1);
  return { shown, next: last !== undefined && (all.length > size || more) ? numberOf(last) : null };
}

interface PageAsked {
  readonly limit: number;
  readonly cursor?: number | undefined;
}

/** A page from what is at hand where that is full, or the first page with something on it; else from the files. */
async function paged<T>(
  services: Services,
  name: string,
  { limit, cursor }: PageAsked,
  list: (kept: KeptRecords, whole: boolean) => readonly T[],
  numberOf: (one: T) => number,
): Promise<Paged<T> & Pick<KeptRecords, 'left'>> {
  const older = (kept: KeptRecords, whole: boolean): readonly T[] =>
    list(kept, whole)
      .filter((one) => cursor === undefined || numberOf(one) < cursor)
      .reverse();
  const recent = recentOf(services, name);
  const whole = recent.completeFrom <= 1;
  const atHand = older(recent, whole);
  if (whole || services.past === undefined || atHand.length >= (cursor === undefined ? 1 : limit))
    return { ...pageOf(atHand, limit, numberOf, !whole), left: [] };
  const kept = await services.past.all(name);
  return { ...pageOf(older(kept, true), limit, numberOf, false), left: kept.left };
}

const row = { method: 'GET', params: nameParams } as const;

const transitions = apiRoute({
  ...row,
  path: '/api/v1/pools/{name}/transitions',
  summary: 'The transitions of the pool by the journal, newest first',
  query: pageQuery,
  answer: { status: 200, schema: transitionsSchema },
  run: async ({ params: { name }, query, services }) => {
    if (services.status.pool(name) === undefined) return noPool(name);
    // One whose beginning is not at hand may be whole in the files.
    const list = (kept: KeptRecords, whole: boolean) => findTransitions(kept, name, whole);
    const { shown, next, left } = await paged(services, name, query, list, ({ first }) => first);
    return success({ transitions: shown.map((found) => summaryOf(found.read())), next, left });
  },
});

const story = apiRoute({
  ...row,
  path: '/api/v1/pools/{name}/story',
  summary: 'One transition as a whole, and its report in Markdown',
  query: storyQuery,
  answer: { status: 200, schema: storySchema },
  run: async ({ params: { name }, query, services }) => {
    if (services.status.pool(name) === undefined) return noPool(name);
    const found = (kept: KeptRecords, cutToo = true) =>
      transitionAt(findTransitions(kept, name, cutToo), query.record);
    const kept = await reaching(services, name, (recent) => found(recent, false) !== undefined);
    const transition = found(kept)?.read() ?? null;
    if (transition === null && query.record !== undefined)
      return notFound(`no transition of ${name} that is kept holds the record ${String(query.record)}`);
    const markdown = transition === null ? null : renderTransition(transition);
    return success({ transition, markdown, left: kept.left });
  },
});

const past = apiRoute({
  ...row,
  path: '/api/v1/pools/{name}/past',
  summary: 'What was declared, planned, running and decided when a record of the journal was written',
  query: pastQuery,
  answer: { status: 200, schema: pastSchema },
  run: async ({ params: { name }, query, services }) => {
    if (services.status.pool(name) === undefined) return noPool(name);
    const wanted = (kept: KeptRecords) => (query.at === undefined ? query.record : recordAt(kept, query.at));
    const asked = query.at !== undefined || query.record !== undefined;
    const reached = (kept: KeptRecords) => {
      const seq = wanted(kept);
      return asked && seq === undefined ? undefined : pastMoment(kept, seq);
    };
    const kept = await reaching(services, name, (recent) => {
      const moment = reached(recent);
      // Its generation, or what its daemon had judged, may be older than what is at hand.
      return moment !== undefined && moment.earlier !== null && moment.generation !== null && !moment.cut;
    });
    const moment = reached(kept) ?? null;
    if (moment === null && asked) return notFound(`no record of ${name} from then is kept`);
    return success({ moment, left: kept.left });
  },
});

const generations = apiRoute({
  ...row,
  path: '/api/v1/pools/{name}/generations',
  summary: 'The generations of the pool, newest first, each with what it changed',
  query: pageQuery,
  answer: { status: 200, schema: generationsSchema },
  run: async ({ params: { name }, query, services }) => {
    if (services.status.pool(name) === undefined) return noPool(name);
    // What one changed may be known from the files only.
    const list = ({ records, completeFrom }: KeptRecords, whole: boolean) =>
      generationChanges(records, completeFrom).filter(({ changes }) => whole || changes !== null);
    const { shown, next, left } = await paged(services, name, query, list, ({ seq }) => seq);
    return success({ generations: shown, next, left });
  },
});

export const STORY_ROUTES: readonly ApiRoute[] = [transitions, story, past, generations];
