/** What the settings may say of the people who are told directly: where, by which form, of what, and how often at most. */
import { z } from 'zod';
import { noticeEvents, type NoticeEvent } from '../topology/notice-event.ts';
import { secretSchema } from './settings-parts.ts';

const DEFAULT_PER_HOUR = 20;
const MOST_PER_HOUR = 200;
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
};

const secretUrl = secretSchema.describe(
  'Where the address is: {env: NAME} or {file: PATH}. It holds the right to post and is a secret.',
);

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
export const notificationsSchema = z
  .array(z.discriminatedUnion('kind', [webhookSchema, slackSchema, teamsSchema]))
  .default([])
  .describe('Who is told directly; left out: nobody.');

export type NotificationSettings = z.infer<typeof notificationsSchema>[number];
