/** The streams of events: of everything, and of one pool. */
import { z } from 'zod';
import { apiRoute, type Answer, type ApiRoute } from './api-route.ts';
import type { EventStream } from './event-stream.ts';
import { nameParams, noParams, noPool, noQuery } from './pool-routes.ts';

const answer = { status: 200, schema: z.string(), type: 'text/event-stream' };

const busy = (events: EventStream, caller: string): Answer | undefined => {
  const refusal = { kind: 'refusal', code: 'PCO_USAGE' } as const;
  if (events.full) return { ...refusal, status: 503, detail: 'as many clients as may listen do so already' };
  if (!events.fullFor(caller)) return undefined;
  return { ...refusal, status: 429, detail: 'as many streams as one caller may have are open already' };
};

export const EVENT_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/events',
    summary: 'What moves, of every pool and of the daemon: server-sent events',
    params: noParams,
    query: noQuery,
    answer,
    run: ({ caller, services: { events } }) => busy(events, caller.key) ?? { kind: 'stream', pool: null },
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/pools/{name}/events',
    summary: 'What moves of one pool: server-sent events',
    params: nameParams,
    query: noQuery,
    answer,
    run: ({ params: { name }, caller, services: { status, events } }) => {
      if (status.pool(name) === undefined) return noPool(name);
      return busy(events, caller.key) ?? { kind: 'stream', pool: name };
    },
  }),
];
