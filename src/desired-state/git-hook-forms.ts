/**
 * How each forge shows that a delivery is its own. Everything is compared in constant time over the bytes as they came, before one of
 * them is read. Pure. Unverified against live forges: the forms are those of their documents.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HookDelivery } from '../ports/git-hook.ts';
import type { Forge } from './git-settings-schema.ts';

/** Proven to be from whoever knows the secret. */
export interface Authentic {
  /** As the forge numbers its deliveries; undefined: it does not. */
  readonly id: string | undefined;
  /** ms since 1970 UTC, under the signature; undefined: the forge sends no such time. */
  readonly sentAtMs: number | undefined;
}

type Form = (delivery: HookDelivery, secret: string) => Authentic | undefined;

function header({ headers }: HookDelivery, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest();

/** Over digests, so that not even the lengths tell anything. */
const same = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));

const signed = (secret: string | Uint8Array, ...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Source: GitHub Docs, "Validating webhook deliveries" (X-Hub-Signature-256) and "Webhook events and payloads" (X-GitHub-Delivery). */
const github: Form = (delivery, secret) => {
  const given = header(delivery, 'x-hub-signature-256') ?? '';
  if (!same(given, `sha256=${hex(signed(secret, delivery.body))}`)) return undefined;
  return { id: header(delivery, 'x-github-delivery'), sentAtMs: undefined };
};

/** Source: Gitea and Forgejo documentation, "Webhooks": hex without a prefix; Forgejo sends the headers of Gitea, too. */
const gitea: Form = (delivery, secret) => {
  const given = header(delivery, 'x-gitea-signature') ?? header(delivery, 'x-forgejo-signature') ?? '';
  if (!same(given, hex(signed(secret, delivery.body)))) return undefined;
  const id = header(delivery, 'x-gitea-delivery') ?? header(delivery, 'x-forgejo-delivery');
  return { id, sentAtMs: undefined };
};

const SIGNING_TOKEN = 'whsec_';
const MS_PER_SECOND = 1_000;

/**
 * Source: GitLab documentation, "Webhooks", secret token: sent as it is in X-Gitlab-Token. With a signing token, GitLab's change "Add
 * webhook HMAC signing token": `v1,` and Base64 of the HMAC over `id.timestamp.body`, keyed by what `whsec_` stands before, as the
 * specification Standard Webhooks says; several signatures are parted by blanks.
 */
const gitlab: Form = (delivery, secret) => {
  if (!secret.startsWith(SIGNING_TOKEN)) {
    if (!same(header(delivery, 'x-gitlab-token') ?? '', secret)) return undefined;
    const id = header(delivery, 'idempotency-key') ?? header(delivery, 'x-gitlab-event-uuid');
    return { id, sentAtMs: undefined };
  }
  const id = header(delivery, 'webhook-id') ?? '';
  const timestamp = header(delivery, 'webhook-timestamp') ?? '';
  const key = Buffer.from(secret.slice(SIGNING_TOKEN.length), 'base64');
  const wanted = `v1,${Buffer.from(signed(key, `${id}.${timestamp}.`, delivery.body)).toString('base64')}`;
  const given = (header(delivery, 'webhook-signature') ?? '').split(' ');
  if (!given.some((one) => same(one, wanted)) || !/^\d{1,12}$/.test(timestamp)) return undefined;
  return { id, sentAtMs: Number(timestamp) * MS_PER_SECOND };
};

/**
 * Source: Microsoft Learn, "Webhooks" of Azure DevOps: it signs nothing; a user and a password go along as basic authentication. Which
 * user it is does not count. What it says of id and time stands in the body and is as good as the password.
 */
const azureDevOps: Form = (delivery, secret) => {
  const given = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header(delivery, 'authorization') ?? '')?.[1] ?? '';
  const pair = Buffer.from(given, 'base64').toString('utf8');
  if (!same(pair.slice(pair.indexOf(':') + 1), secret) || !pair.includes(':')) return undefined;
  const { id, createdDate } = event(delivery.body);
  const sentAtMs = typeof createdDate === 'string' ? Date.parse(createdDate) : Number.NaN;
  return {
    id: typeof id === 'string' ? id : undefined,
    sentAtMs: Number.isNaN(sentAtMs) ? undefined : sentAtMs,
  };
};

const FORMS: Readonly<Record<Forge, Form>> = { github, gitlab, gitea, 'azure-devops': azureDevOps };

/** undefined: not from whoever knows the secret. An empty secret lets nobody in. */
export const authentic = (forge: Forge, delivery: HookDelivery, secret: string): Authentic | undefined =>
  secret === '' ? undefined : FORMS[forge](delivery, secret);

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Empty for what is no JSON object: a form-encoded body, for one. */
function event(body: Uint8Array): Fields {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return isFields(value) ? value : {};
  } catch {
    // The body is only a reason to look; one that cannot be read is as good a reason.
    return {};
  }
}

/** Refs that a push event names: `ref`, and `resource.refUpdates[].name` of Azure DevOps. Empty: it names none. */
export function refsOf(body: Uint8Array): readonly string[] {
  const { ref, resource } = event(body);
  if (typeof ref === 'string') return [ref];
  const updates = isFields(resource) ? resource['refUpdates'] : undefined;
  if (!Array.isArray(updates)) return [];
  return updates.flatMap((update: unknown) =>
    isFields(update) && typeof update['name'] === 'string' ? [update['name']] : [],
  );
}
