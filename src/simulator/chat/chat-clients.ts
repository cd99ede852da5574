/**
 * Chat clients: each holds on to one server, posts at its pace, and remembers what was acknowledged. Acknowledged means
 * committed in the database (on a synchronised mirror: hardened on both); these messages are what the checker counts.
 */
import { append } from '../instance/chunks.ts';
import { plain, unlessChanged } from '../instance/plain.ts';
import type { ChatEnv } from './chat-env.ts';
import type { ChatClientDraft, ChatDraft, ChatServerDraft } from './chat-state.ts';
import { isActive } from './chat-servers.ts';

/** .NET ticks (100 ns since year 1) of 1970-01-01. */
const EPOCH_TICKS = 621_355_968_000_000_000n;
const ROOMS = 3;

export const ticksOf = (ms: number): string => (EPOCH_TICKS + BigInt(Math.trunc(ms)) * 10_000n).toString();

export interface PostResult {
  readonly acknowledged: boolean;
  readonly message: string;
}

/** The client's server if it still has a session, else any active one that has; undefined: no service. */
function serverFor(chat: ChatDraft, client: ChatClientDraft, env: ChatEnv): ChatServerDraft | undefined {
  const current = client.server === null ? undefined : chat.servers[client.server];
  if (current?.session != null && env.sessionAlive(current)) return current;
  const open = Object.values(chat.servers).filter(
    (server) => server.session !== null && isActive(server) && env.sessionAlive(server),
  );
  const index = Number(/\d+$/.exec(client.name)?.[0] ?? '0');
  const chosen = open[index % Math.max(1, open.length)];
  client.server = chosen?.fqdn ?? null;
  return chosen;
}

export function post(chat: ChatDraft, env: ChatEnv, clientName: string, text: string): PostResult {
  const client = chat.clients[clientName];
  if (client === undefined) return { acknowledged: false, message: `there is no client ${clientName}` };
  const server = serverFor(chat, client, env);
  client.posted += 1;
  if (server?.session == null) return refuse(chat, 'no chat server serves');
  const channelId = `room-${chat.nextMessage % ROOMS}`;
  const chatId = String(chat.nextMessage);
  const chatDate = ticksOf(env.nowMs);
  chat.nextMessage += 1;
  const message = { channelId, chatId, chatDate, userId: `sip:${client.name}@contoso.com`, content: text };
  if (!env.insert(server.session, message)) return refuse(chat, 'the database refused the message');
  client.acknowledged += 1;
  const { instance } = server.session;
  chat.acknowledged = append(plain(chat.acknowledged), {
    channelId,
    chatId,
    chatDate,
    client: client.name,
    server: server.fqdn,
    instance,
    site: env.siteOf(instance),
    acknowledgedAtMs: env.nowMs,
  });
  return { acknowledged: true, message: `${channelId}/${chatId}` };
}

function refuse(chat: ChatDraft, message: string): PostResult {
  chat.refused += 1;
  return { acknowledged: false, message };
}

export function advanceChatClients(chat: ChatDraft, env: ChatEnv): void {
  for (const { name, posting, nextPostAtMs } of Object.values(unlessChanged(chat.clients))) {
    const client = posting && env.nowMs >= nextPostAtMs ? chat.clients[name] : undefined;
    if (client === undefined) continue;
    client.nextPostAtMs = env.nowMs + chat.timing.postEveryMs;
    post(chat, env, client.name, `message ${client.posted + 1} of ${client.name}`);
  }
}

export function nextClientWakeAt(chat: ChatDraft): number | undefined {
  const due = Object.values(chat.clients)
    .filter(({ posting }) => posting)
    .map(({ nextPostAtMs }) => nextPostAtMs);
  return due.length === 0 ? undefined : Math.min(...due);
}
