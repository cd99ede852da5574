/** A message as a CloudEvent in structured mode. Source: CloudEvents 1.0.2 (spec, JSON event format, HTTP protocol binding). */
import { headline, type Notice } from './notice.ts';

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

export function cloudEvent(notice: Notice): unknown {
  const { id, kind, event, pool, at, ...rest } = notice;
  return {
    specversion: '1.0',
    id,
    source: 'pchat-operator',
    type: event === null ? `pchat-operator.${kind}` : `pchat-operator.${event}.${kind}`,
    ...(pool === null ? {} : { subject: pool }),
    time: at,
    datacontenttype: 'application/json',
    data: { kind, event, pool, headline: headline(notice), ...rest },
  };
}
