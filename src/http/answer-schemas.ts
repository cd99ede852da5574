/**
 * What the API answers, as docs/openapi.json shows it. Loose: an answer may hold more than what is promised here, and a client
 * must not mind.
 */
import { z } from 'zod';
import { poolFactsSchema } from '../topology/pool-facts.ts';

const generation = z.looseObject({ counter: z.number().int(), hash: z.string() });
const site = z.enum(['home', 'backup']);
const step = z.looseObject({ action: z.string(), target: z.string(), risk: z.string(), reason: z.string() });

export const planSchema = z.looseObject({
  kind: z.enum(['converged', 'steps', 'waiting', 'blocked', 'too-large']),
  steps: z.array(step).optional(),
});
export const driftSchema = z.array(
  z.looseObject({ path: z.string(), wanted: z.string(), actual: z.string() }),
);
export const ledgerSchema = z.looseObject({
  lossMinutes: z.number().nullable(),
  lostFiles: z.number().int(),
});
export const evidenceSchema = z.looseObject({ home: z.looseObject({}), backup: z.looseObject({}) });
export const factsSchema = poolFactsSchema;

export const poolSchema = z.looseObject({
  pool: z.string(),
  state: z.string(),
  mode: z.string(),
  primarySite: site,
  datacenters: z.looseObject({ home: z.string(), backup: z.string() }),
  declared: z.looseObject({ share: z.string() }),
  generation,
  observedGeneration: generation.nullable(),
  origin: z.string(),
  round: z.string().nullable(),
  observedAt: z.string().nullable(),
  facts: factsSchema.nullable(),
  drift: driftSchema,
  plan: planSchema.nullable(),
  ledger: ledgerSchema.nullable(),
  evidence: evidenceSchema.nullable(),
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string() })),
  gate: z.looseObject({ kind: z.enum(['proceed', 'await-approval', 'hold']) }).nullable(),
  running: z.array(z.looseObject({ step, since: z.string() })),
  decisions: z.array(z.looseObject({ decision: z.string(), by: z.string(), at: z.string() })),
});

export const poolsSchema = z.looseObject({
  version: z.string(),
  epoch: z.number().int(),
  startedAt: z.string(),
  desiredStateProblems: z.array(z.string()),
  desiredStateReachable: z.boolean(),
  pools: z.array(poolSchema),
  next: z.string().nullable().describe('cursor of the next page; null: this was the last'),
});

const verdict = z.looseObject({ verdict: z.string() });
const rowSchema = z.looseObject({
  ...poolSchema.pick({
    pool: true,
    state: true,
    mode: true,
    primarySite: true,
    datacenters: true,
    generation: true,
    observedGeneration: true,
    round: true,
    observedAt: true,
    drift: true,
    plan: true,
    conditions: true,
    gate: true,
    running: true,
  }).shape,
  evidence: z.looseObject({ home: verdict, backup: verdict }).nullable(),
  forecast: z
    .looseObject({ readiness: z.looseObject({ answer: z.enum(['yes', 'no', 'unknown']) }) })
    .nullable(),
});
export const rowsSchema = z.looseObject({
  pools: z.array(rowSchema),
  next: z.string().nullable().describe('cursor of the next page; null: this was the last'),
});

export const whySchema = z.looseObject({
  pool: z.string(),
  free: z.boolean(),
  code: z.string(),
  reason: z.string(),
  nextAction: z.string().nullable(),
  step: z.string().nullable(),
});

export const recordSchema = z.looseObject({
  v: z.literal(1),
  seq: z.number().int(),
  epoch: z.number().int(),
  at: z.string(),
  kind: z.string(),
});

export const historySchema = z.strictObject({
  records: z.array(recordSchema),
  next: z.number().int().nullable().describe('cursor of the next page; null: this was the last'),
});

/** Of a decision: as it is in the journal. */
export const decisionSchema = z.looseObject({ pool: z.string(), decision: z.string(), by: z.string() });
export const resyncSchema = z.strictObject({ pool: z.string() });
