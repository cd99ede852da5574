/**
 * A plan as a file: what was decided, for which generation, and the facts that it rests on. The zod schema is the only definition.
 * Its fingerprint guards against accidents and edits by hand; it is no signature, and nobody trusts the file: a plan is approved only
 * where the present plan is the same.
 */
import { z } from 'zod';

const site = z.enum(['home', 'backup']);
const seconds = z.strictObject({ p50: z.number().min(0), p95: z.number().min(0) }).nullable();

/** A fact by its name (`home.mgc`, `evidence.home`), its value and the sentence with the source behind it. */
const usedFactSchema = z.strictObject({ name: z.string(), value: z.string(), because: z.string() });

export const SAVED_PLAN_VERSION = 1;

export const savedPlanSchema = z.strictObject({
  kind: z.literal('pchat-plan'),
  v: z.literal(SAVED_PLAN_VERSION),
  pool: z.string().min(1),
  generation: z.strictObject({ counter: z.number().int().min(0), hash: z.string().min(1) }),
  primarySite: site,
  /** The daemon's wall clock when the facts were seen, ISO 8601 UTC. */
  seenAt: z.string(),
  steps: z.array(z.strictObject({ action: z.string(), target: z.string(), risk: z.string() })).min(1),
  /** What needs, done and gates of the steps spoke of, as it was before the first step. */
  facts: z.array(usedFactSchema),
  loss: z.strictObject({ minutes: z.number().min(0).nullable(), files: z.number().int().min(0) }),
  /** Seconds; null: nothing of this installation's history tells. */
  predicted: z.strictObject({ duration: seconds, outage: seconds }),
  /** SHA-256 of everything else, hex. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});

export type UsedFact = z.infer<typeof usedFactSchema>;
export type SavedPlan = z.infer<typeof savedPlanSchema>;
