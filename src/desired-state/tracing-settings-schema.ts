/** What the settings may say of traces: the collector that takes them. */
import { z } from 'zod';
import { plainText } from './plain-text.ts';
import { secretSchema } from './settings-parts.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Encrypted, or on this machine; log-in data in an address would be shown by others. */
function isAllowed(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const safe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  return safe && username === '' && password === '';
}

export const tracingSchema = z
  .strictObject({
    endpoint: plainText()
      .refine(isAllowed, 'https:// without log-in data, or http:// on loopback')
      .describe('Where spans are posted (OTLP over HTTP, JSON), path included.')
      .meta({ examples: ['http://127.0.0.1:4318/v1/traces'] }),
    token: secretSchema.optional().describe('Sent as bearer token.'),
    serviceName: plainText().default('pchat-operator').describe('service.name of the spans.'),
  })
  .optional()
  .describe('Traces of rounds and steps for a collector; left out: none.');
