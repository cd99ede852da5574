/** Deliveries as the documents of the forges describe them, made with the forge's secret; values of bodies are shortened. */
import { createHmac } from 'node:crypto';
import type { Forge } from '../../src/desired-state/git-settings-schema.ts';

export interface SentDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const JSON_TYPE = { 'content-type': 'application/json' };

export const SIGNING_TOKEN = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const AFTER = 'bffeb74224043ba2feb48d137756c8a9331c449a';

export interface PushOptions {
  readonly id?: string;
  readonly ref?: string;
  readonly sentAtMs?: number;
  readonly after?: string;
}

type Send = (secret: string, push: Required<PushOptions>) => SentDelivery;

const body = ({ ref, after }: Required<PushOptions>): string => JSON.stringify({ ref, after });

const FORGES: Readonly<Record<Forge, Send>> = {
  github: (secret, push) => ({
    body: body(push),
    headers: {
      ...JSON_TYPE,
      'x-github-event': 'push',
      'x-github-delivery': push.id,
      'x-hub-signature-256': `sha256=${hmac(secret, body(push)).toString('hex')}`,
    },
  }),
  gitea: (secret, push) => ({
    body: body(push),
    headers: {
      ...JSON_TYPE,
      'x-gitea-event': 'push',
      'x-gitea-delivery': push.id,
      'x-gitea-signature': hmac(secret, body(push)).toString('hex'),
    },
  }),
  gitlab: (secret, push) => {
    const common = { ...JSON_TYPE, 'x-gitlab-event': 'Push Hook', 'idempotency-key': push.id };
    if (!secret.startsWith('whsec_'))
      return { body: body(push), headers: { ...common, 'x-gitlab-token': secret } };
    const timestamp = String(Math.floor(push.sentAtMs / 1_000));
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signature = hmac(key, `${push.id}.${timestamp}.${body(push)}`).toString('base64');
    return {
      body: body(push),
      headers: {
        ...common,
        'webhook-id': push.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    };
  },
  'azure-devops': (secret, { id, ref, sentAtMs, after }) => ({
    body: JSON.stringify({
      id,
      eventType: 'git.push',
      resource: { refUpdates: [{ name: ref, newObjectId: after }] },
      createdDate: new Date(sentAtMs).toISOString(),
    }),
    headers: { ...JSON_TYPE, authorization: `Basic ${Buffer.from(`forge:${secret}`).toString('base64')}` },
  }),
};

export const pushOf = (
  forge: Forge,
  secret: string,
  push: PushOptions & { sentAtMs: number },
): SentDelivery => FORGES[forge](secret, { id: 'delivery-1', ref: 'refs/heads/main', after: AFTER, ...push });
