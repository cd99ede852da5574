/** What a POST to a pool's decisions may hold. Site names are home and backup; the CLI translates datacenter names. */
import { z } from 'zod';
import { savedPlanSchema } from '../topology/saved-plan.ts';

const site = z.enum(['home', 'backup']);
const base = {
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(1_000),
  expiresAt: z.iso.datetime().nullable().default(null),
};

export const decisionBodySchema = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('approve'), plan: savedPlanSchema.optional(), ...base }),
  z.strictObject({
    decision: z.literal('attest-down'),
    site,
    instance: z.string().trim().min(1).max(200).optional(),
    ...base,
  }),
  z.strictObject({
    decision: z.literal('accept-loss'),
    lossMinutes: z.number().min(0).max(100_000).nullable(),
    ...base,
  }),
  z.strictObject({ decision: z.literal('keep'), site, ...base }),
  z.strictObject({ decision: z.literal('cancel'), ...base }),
  z.strictObject({ decision: z.literal('suspend'), ...base }),
  z.strictObject({ decision: z.literal('resume'), ...base }),
]);
