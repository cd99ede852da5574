/** What a POST of a break-glass may hold: the desired state as text, checked by the daemon as it checks the file. */
import { z } from 'zod';

/** As much as is read of a desired-state file. */
const TEXT_LIMIT = 1_048_576;
/** Bytes; JSON writes a line break and a quote with two. */
export const BREAK_GLASS_BODY_LIMIT = 2 * TEXT_LIMIT + 16_384;

export const breakGlassBodySchema = z.strictObject({
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(1_000),
  expiresAt: z.iso.datetime(),
  file: z.string().trim().min(1).max(1_000),
  text: z.string().max(TEXT_LIMIT),
});
