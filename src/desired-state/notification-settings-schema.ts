/** What the settings may say of the people who are told directly: where, by which form, of what, and how often at most. */
import { z } from 'zod';
import { noticeEvents, type NoticeEvent } from '../topology/notice-event.ts';
import { plainText } from './plain-text.ts';
import { duration, HOST, plainDuration, secretSchema } from './settings-parts.ts';

const DEFAULT_PER_HOUR = 20;
const MOST_PER_HOUR = 200;
const SMTP_PORT = 587;
/** It comes and goes with every transition. */
const NOT_BY_DEFAULT: ReadonlySet<NoticeEvent> = new Set<NoticeEvent>(['drift']);

const common = {
  events: z
    .array(z.enum(noticeEvents))
    .min(1)
    .default(noticeEvents.filter((event) => !NOT_BY_DEFAULT.has(event)))
    .describe('What this receiver is told of; left out: all but drift.'),
  maxPerHour: z
    .int()
    .min(2)
    .max(MOST_PER_HOUR)
    .default(DEFAULT_PER_HOUR)
    .describe('Most messages in any hour; the last one says that more are held back.'),
  beginAfter: plainDuration(
    'How long anything must stand before it is told; left out: as the event says.',
    '5m',
  ).optional(),
  endAfter: duration('How long it must be over before its end is told.', '1m'),
};

const secretUrl = secretSchema.describe(
  'Where the address is: {env: NAME} or {file: PATH}. It holds the right to post and is a secret.',
);

/** One address, or a name with one in angle brackets; that it exists is seen by the server. */
const MAIL_ADDRESS = /^([^<>,;"]*<)?[^\s<>@,;"]+@[^\s<>@,;"]+>?$/;
const mailAddress = (): z.ZodString => plainText().regex(MAIL_ADDRESS, 'an e-mail address');

const webhookSchema = z.strictObject({
  kind: z.literal('webhook').describe('CloudEvents 1.0 over HTTP.'),
  url: secretUrl,
  token: secretSchema.optional().describe('Sent as bearer token.'),
  ...common,
});
const slackSchema = z.strictObject({
  kind: z.literal('slack').describe('An incoming webhook of Slack.'),
  url: secretUrl,
  ...common,
});
const teamsSchema = z.strictObject({
  kind: z.literal('teams').describe('A workflow of Microsoft Teams that takes webhooks.'),
  url: secretUrl,
  ...common,
});
const smtpSchema = z
  .strictObject({
    kind: z.literal('smtp').describe('E-mail.'),
    host: z.string().regex(HOST, 'a host name or an address').describe('The server that takes the mail.'),
    port: z.int().min(1).max(65_535).default(SMTP_PORT),
    tls: z
      .enum(['starttls', 'implicit'])
      .default('starttls')
      .describe('starttls: the server must offer it (default). implicit: TLS first, usually port 465.'),
    caFile: plainText()
      .optional()
      .describe("PEM file with the certificate authority of the server; left out: Node's own."),
    serverName: z
      .string()
      .regex(HOST, 'a host name or an address')
      .optional()
      .describe('Name in the certificate, when it differs from host.'),
    user: plainText().optional(),
    password: secretSchema.optional().describe('Where the password is: {env: NAME} or {file: PATH}.'),
    from: mailAddress(),
    to: z.array(mailAddress()).min(1),
    ...common,
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    message: 'user and password, or none of both',
  });

const eventLogSchema = z.strictObject({
  kind: z
    .literal('event-log')
    .describe('The Windows event log of the computer on which the management shell runs.'),
  logName: plainText().default('Application').describe('A classic log.'),
  source: plainText().default('pchat-operator').describe('Registered there once with New-EventLog.'),
  ...common,
});

export const notificationsSchema = z
  .array(z.discriminatedUnion('kind', [webhookSchema, slackSchema, teamsSchema, smtpSchema, eventLogSchema]))
  .default([])
  .describe('Who is told directly; left out: nobody.');

export type NotificationSettings = z.infer<typeof notificationsSchema>[number];
