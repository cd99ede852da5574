/** What an event of the stream tells: which fields of a pool have moved, and what is small enough to come along. */
import { z } from 'zod';
import type { PoolStatus } from '../reconciler/pool-status.ts';

/** Fields of a pool that are named when they move. */
const TOLD = [
  'state',
  'mode',
  'primarySite',
  'generation',
  'observedGeneration',
  'origin',
  'revision',
  'breakGlass',
  'drift',
  'plan',
  'conditions',
  'gate',
  'running',
  'lastError',
  'decisions',
] as const satisfies readonly (keyof PoolStatus)[];

const running = z.array(
  z.looseObject({
    since: z.string(),
    progress: z.string().nullable(),
    fraction: z.number().nullable(),
    step: z.looseObject({ action: z.string(), target: z.string() }),
  }),
);
const at = z.string().describe('ISO 8601 UTC');

/** Data of each event by its name. */
export const eventSchemas = {
  pool: z.strictObject({
    pool: z.string(),
    at,
    state: z.string(),
    round: z.string().nullable(),
    changed: z
      .array(z.enum([...TOLD, 'facts']))
      .describe(
        'fields of GET /api/v1/pools/{name} to read again; facts stands for ledger, evidence, variables, uses and forecast, too',
      ),
  }),
  progress: z.strictObject({ pool: z.string(), at, running }),
  removed: z.strictObject({ pool: z.string(), at }),
  daemon: z.strictObject({
    at,
    changed: z.array(z.literal('desiredSource')).describe('fields of GET /api/v1/pools to read again'),
  }),
  reset: z.strictObject({ at }).describe('events were missed that are no longer kept: read everything again'),
};
export type EventType = keyof typeof eventSchemas;
export type EventData<T extends EventType> = z.infer<(typeof eventSchemas)[T]>;

type Changed = EventData<'pool'>['changed'];

/** What moves of a pool, to be compared with its next status. */
export type PoolGist = ReadonlyMap<Changed[number], string>;

/** Text of each told field; of facts only when they were seen, for they are large. */
export const gistOf = (status: PoolStatus): PoolGist =>
  new Map<Changed[number], string>([
    ...TOLD.map((field) => [field, JSON.stringify(status[field])] as const),
    ['facts', String(status.observedAt)],
  ]);

/** @param before undefined: the pool is new */
export const changedFields = (before: PoolGist | undefined, now: PoolGist): Changed =>
  [...now].filter(([field, text]) => before?.get(field) !== text).map(([field]) => field);
