/**
 * Chat servers: who connects to which database. Active servers go where their replica's pool state points; servers removed from
 * the list keep the session they have and take no new clients (skype reference 4.3); after a lost session only active ones
 * come back. That an active server switches databases live when the state arrives is unverified (skype reference 8 #4).
 */
import { plain, unlessChanged } from '../instance/plain.ts';
import type { ChatEnv } from './chat-env.ts';
import type { ChatDraft, ChatServerDraft, ChatSite } from './chat-state.ts';

export const storeSite = (server: ChatServerDraft): ChatSite =>
  server.replica.poolState === 'Normal' ? 'home' : 'backup';

/** By its own replica, not by the Central Management Store. */
export const isActive = (server: ChatServerDraft): boolean =>
  plain(server.replica).activeServers.some((name) => name.toLowerCase() === server.fqdn.toLowerCase());

export function advanceChatServers(chat: ChatDraft, env: ChatEnv): void {
  for (const seen of Object.values(unlessChanged(chat.servers))) {
    const leaving = leaves(seen, env);
    const server = leaving || joins(seen, env) || beats(seen, env) ? chat.servers[seen.fqdn] : undefined;
    if (server === undefined) continue;
    if (leaving) leave(server, env);
    if (joins(unlessChanged(server), env)) join(chat, server, env);
    if (beats(unlessChanged(server), env)) beat(chat, server, env);
  }
}

function leaves(server: ChatServerDraft, env: ChatEnv): boolean {
  if (server.session === null) return false;
  const running = env.machineUp(server) && server.service === 'Running';
  const elsewhere = isActive(server) && env.siteOf(server.session.instance) !== storeSite(server);
  return !running || elsewhere || !env.sessionAlive(server);
}

function leave(server: ChatServerDraft, env: ChatEnv): void {
  if (server.session !== null) env.closeSession(server.session);
  server.session = null;
}

const joins = (server: ChatServerDraft, env: ChatEnv): boolean =>
  server.session === null &&
  server.service === 'Running' &&
  isActive(server) &&
  env.machineUp(server) &&
  env.nowMs >= server.nextConnectAtMs;

function join(chat: ChatDraft, server: ChatServerDraft, env: ChatEnv): void {
  const opened = env.connect(server, storeSite(server));
  server.session = opened === undefined ? null : { ...opened };
  if (opened === undefined) server.nextConnectAtMs = env.nowMs + chat.timing.connectRetryMs;
  else server.nextHeartbeatAtMs = env.nowMs;
}

const beats = ({ session, nextHeartbeatAtMs }: ChatServerDraft, env: ChatEnv): boolean =>
  session !== null && env.nowMs >= nextHeartbeatAtMs;

function beat(chat: ChatDraft, server: ChatServerDraft, env: ChatEnv): void {
  if (server.session === null) return;
  server.nextHeartbeatAtMs = env.nowMs + chat.timing.heartbeatMs;
  if (env.heartbeat(server, server.session)) return;
  env.closeSession(server.session);
  server.session = null;
  server.nextConnectAtMs = env.nowMs + chat.timing.connectRetryMs;
}

/** The engine ended a session (KILL, ROLLBACK IMMEDIATE, crash). */
export function chatSessionEnded(chat: ChatDraft, instance: string, sessionId: number, nowMs: number): void {
  for (const server of Object.values(chat.servers)) {
    if (server.session?.instance !== instance || server.session.sessionId !== sessionId) continue;
    server.session = null;
    server.nextConnectAtMs = nowMs + chat.timing.connectRetryMs;
  }
}

/** Instant of the next thing that a server does by itself; only servers that will act. */
export function nextServerWakeAt(
  chat: ChatDraft,
  machineUp: (server: ChatServerDraft) => boolean,
): number | undefined {
  let wake = Number.POSITIVE_INFINITY;
  for (const server of Object.values(chat.servers)) {
    if (server.session !== null) wake = Math.min(wake, server.nextHeartbeatAtMs);
    else if (isActive(server) && server.service === 'Running' && machineUp(server))
      wake = Math.min(wake, server.nextConnectAtMs);
  }
  return Number.isFinite(wake) ? wake : undefined;
}
