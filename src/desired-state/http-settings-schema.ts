/** Where the daemon listens and who may ask it. Beyond loopback only with TLS and with callers that are known. */
import { z } from 'zod';
import { plainText } from './plain-text.ts';
import { HOST } from './settings-parts.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
const LONGEST_NAME = 200;

const host = () => z.string().regex(HOST, 'a host name or an address');
const who = {
  name: plainText().max(LONGEST_NAME).describe('The person of its decisions.'),
  role: z.enum(['view', 'operate', 'approve']).describe('Each may do what those before it may.'),
};

const token = z.strictObject({
  name: who.name,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'the hash that pchat token create prints'),
  role: who.role,
  expires: z.iso.datetime().optional().describe('ISO 8601 UTC.'),
});

const tls = z.strictObject({
  cert: plainText().describe('PEM file of the certificate with its chain; relative to the settings file.'),
  key: plainText().describe('PEM file of its private key; relative to the settings file.'),
  clientCa: plainText()
    .optional()
    .describe('PEM file of the authority whose client certificates are known by http.clients.'),
});

const client = z.strictObject({
  subject: plainText().max(LONGEST_NAME).describe('Common name (CN) of the client certificate.'),
  ...who,
});

const differ = (names: readonly string[]): boolean => new Set(names).size === names.length;

export const httpSchema = z
  .strictObject({
    host: host().default('127.0.0.1').describe('Beyond loopback only with tls, and tokens or clients.'),
    port: z.number().int().min(0).max(65_535).default(9473).describe('0: any free port.'),
    names: z
      .array(host())
      .default([])
      .describe('Names that requests may come under, besides loopback ones and host.'),
    tls: tls.optional().describe('HTTPS at host and port; local commands keep a loopback port of their own.'),
    tokens: z
      .array(token)
      .refine((all) => differ(all.map(({ name }) => name)), 'one token for each name')
      .default([])
      .describe(
        'Bearer tokens, known by their hash; with one of them here, a GET of the API needs a token, too.',
      ),
    clients: z
      .array(client)
      .refine((all) => differ(all.map(({ subject }) => subject)), 'one entry for each subject')
      .default([])
      .describe('Who has a client certificate of tls.clientCa.'),
  })
  .superRefine(({ host: at, tls: secured, tokens, clients }, context) => {
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (clients.length > 0 && secured?.clientCa === undefined)
      refuse('clients', 'http.tls.clientCa beside them: they are known by their certificates');
    if (LOOPBACK.has(at)) return;
    if (secured === undefined) refuse('tls', `cert and key: ${at} is not loopback`);
    if (tokens.length + clients.length === 0) refuse('tokens', `a token or a client: ${at} is not loopback`);
  })
  .prefault({})
  .describe('Health, metrics, status and control.');

export type HttpSettings = z.infer<typeof httpSchema>;
