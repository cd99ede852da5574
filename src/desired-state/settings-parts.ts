/** Forms that several parts of the settings share: durations, references to secrets, hosts. */
import { z } from 'zod';
import { DURATION_PATTERN, durationMs } from './duration-text.ts';
import { plainText } from './plain-text.ts';

/** Without a default. */
export const plainDuration = (what: string, example: string) =>
  z
    .string()
    .regex(DURATION_PATTERN, 'a duration such as 500ms, 30s or 5m')
    .transform((text) => durationMs(text) ?? 0)
    .describe(what)
    .meta({ examples: [example] });

export const duration = (what: string, fallback: string) => plainDuration(what, fallback).prefault(fallback);

export const secretSchema = z.union([
  z.strictObject({
    env: plainText()
      .regex(/^[^=]*$/, 'the name of an environment variable')
      .describe('Name of the environment variable.'),
  }),
  z.strictObject({
    file: plainText().describe('File whose first line is the secret; relative to the settings file.'),
  }),
]);

export type SecretReference = z.infer<typeof secretSchema>;

/** A name or an address of IPv4 or IPv6; what is asked of DNS and shown to a server. */
export const HOST = /^(?=.{1,253}$)[a-z0-9:]([a-z0-9._:-]*[a-z0-9])?$/i;
