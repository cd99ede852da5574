/** The streams of events: of everything, and of one pool. */
import { z } from 'zod';
import { apiRoute, type Answer, type ApiRoute } from './api-route.ts';
import { nameParams, noParams, noPool, noQuery } from './pool-routes.ts';

const answer = { status: 200, schema: z.string(), type: 'text/event-stream' };

const full: Answer = {
  kind: 'refusal',
  status: 503,
  code: 'PCO_USAGE',
  detail: 'as many clients as may listen do so already',
};

export const EVENT_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/events',
    summary: 'What moves, of every pool and of the daemon: server-sent events',
    params: noParams,
    query: noQuery,
    answer,
    run: ({ services: { events } }) => (events.full ? full : { kind: 'stream', pool: null }),
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/pools/{name}/events',
    summary: 'What moves of one pool: server-sent events',
    params: nameParams,
    query: noQuery,
    answer,
    run: ({ params: { name }, services: { status, events } }) => {
      if (status.pool(name) === undefined) return noPool(name);
      return events.full ? full : { kind: 'stream', pool: name };
    },
  }),
];
