/** What the POST of each decision may hold. Site names are home and backup; the CLI translates datacenter names. */
import { z } from 'zod';
import { savedPlanSchema } from '../topology/saved-plan.ts';

const site = z.enum(['home', 'backup']);
const base = {
  by: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe('the person who decides; a token of the settings fills in its name and allows no other'),
  reason: z.string().trim().min(1).max(1_000),
  expiresAt: z.iso.datetime().nullable().default(null),
};

export const holdBody = z.strictObject(base);
export const approveBody = z.strictObject({ plan: savedPlanSchema.optional(), ...base });
export const attestBody = z.strictObject({
  site,
  instance: z.string().trim().min(1).max(200).optional(),
  ...base,
});
export const acceptLossBody = z.strictObject({
  lossMinutes: z.number().min(0).max(100_000).nullable().describe('null: whatever it is'),
  ...base,
});
export const keepBody = z.strictObject({ site, ...base });
