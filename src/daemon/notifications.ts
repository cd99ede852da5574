/** What the loop reports goes on to people, where the settings ask for it. Wires; decides nothing. */
import type { NotificationSettings } from '../desired-state/notification-settings-schema.ts';
import { cloudEvent, CLOUD_EVENT_TYPE } from '../notify/cloud-event.ts';
import { eventLogSender } from '../notify/event-log-sender.ts';
import { allowedUrl, httpSender, type HttpReceiver } from '../notify/http-sender.ts';
import { Notifier } from '../notify/notifier.ts';
import type { Receiver, Sender } from '../notify/receiver.ts';
import { slackMessage } from '../notify/slack-message.ts';
import { smtpSender } from '../notify/smtp-sender.ts';
import { teamsCard } from '../notify/teams-card.ts';
import type { Clock } from '../ports/clock.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import type { Random } from '../ports/random.ts';
import type { ReceiverKind } from '../topology/notice-event.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { Reporting } from './git-forge.ts';
import type { Log } from './log.ts';
import type { LoopMetrics } from './loop-metrics.ts';
import { readSecret, readSetting } from './read-secret.ts';

/** What a receiver needs of the daemon. */
export interface NotifyChannels {
  readonly shell: Pick<ManagementShell, 'invoke'>;
}

export interface NotifyOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly count: (receiver: ReceiverKind, notification: 'sent' | 'given-up') => void;
}

/** Throws PCO_SETTINGS_INVALID when a secret is not there: that shall be told at the start. */
export function reportedToPeople(
  metrics: LoopMetrics,
  settings: readonly NotificationSettings[],
  options: NotifyOptions & NotifyChannels,
): Reporting {
  const receivers = settings.map((one) => receiverOf(one, options));
  return reportedTo(metrics, receivers, options);
}

export function reportedTo(
  metrics: LoopMetrics,
  receivers: readonly Receiver[],
  { clock, random, log, count }: NotifyOptions,
): Reporting {
  if (receivers.length === 0) return { metrics, close: () => Promise.resolve() };
  const notifier = new Notifier({
    receivers,
    clock,
    random,
    ended: (receiver, { notice: { id, kind, event, pool }, problem }) => {
      count(receiver, problem === undefined ? 'sent' : 'given-up');
      if (problem === undefined) log.debug('notification sent', { receiver, id, kind, event, pool });
      else log.warn('notification not taken', { receiver, id, kind, event, pool, problem });
    },
  });
  return {
    metrics: {
      ...metrics,
      statusChanged: (status, pool) => {
        metrics.statusChanged(status, pool);
        notifier.poolChanged(status);
      },
      sourceChanged: (view) => {
        metrics.sourceChanged(view);
        notifier.sourceChanged(view);
      },
      poolRemoved: (pool) => {
        metrics.poolRemoved(pool);
        notifier.poolRemoved(pool);
      },
    },
    close: () => notifier.close(),
  };
}

export function receiverOf(settings: NotificationSettings, channels: NotifyChannels): Receiver {
  const { kind, events, maxPerHour, beginAfter, endAfter } = settings;
  const bounds = { maxPerHour, beginAfterMs: beginAfter, endAfterMs: endAfter };
  return { kind, events: new Set(events), ...bounds, sender: senderOf(settings, channels) };
}

const JSON_TYPE = 'application/json; charset=utf-8';
type Form = Pick<HttpReceiver, 'contentType' | 'body'>;
const FORMS: Readonly<Record<Exclude<ReceiverKind, 'smtp' | 'event-log'>, Form>> = {
  webhook: { contentType: CLOUD_EVENT_TYPE, body: cloudEvent },
  slack: { contentType: JSON_TYPE, body: slackMessage },
  teams: { contentType: JSON_TYPE, body: teamsCard },
};

function senderOf(settings: NotificationSettings, { shell }: NotifyChannels): Sender {
  if (settings.kind === 'smtp') return mailSenderOf(settings);
  if (settings.kind === 'event-log') {
    const { logName, source } = settings;
    return eventLogSender({ logName, source, shell });
  }
  const { kind } = settings;
  const url = (): string => readSecret(settings.url).trim();
  const reference = settings.kind === 'webhook' ? settings.token : undefined;
  const token = reference === undefined ? undefined : (): string => readSecret(reference);
  token?.();
  if (allowedUrl(url()) === undefined)
    throw new PoolError(
      'PCO_SETTINGS_INVALID',
      `the address of the ${kind} receiver is not https:// without log-in data`,
    );
  return httpSender({ ...FORMS[kind], url, token });
}

function mailSenderOf(settings: Extract<NotificationSettings, { readonly kind: 'smtp' }>): Sender {
  const { host, port, tls, caFile, serverName, user, password: reference, from, to } = settings;
  const password = reference === undefined ? undefined : (): string => readSecret(reference);
  password?.();
  const ca = caFile === undefined ? undefined : readSetting(caFile);
  return smtpSender({ host, port, tls, serverName: serverName ?? host, ca, user, password, from, to });
}
