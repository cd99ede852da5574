/**
 * The Central Management Store and how it reaches the chat servers: a change makes a new revision; every server's replica gets
 * it after a delay of its own. Servers of a dead site stay behind.
 */
import type { ChatDraft, ChatServerDraft, PoolStateName } from '../chat/chat-state.ts';

export interface CmsDraft {
  /** read-only: every cmdlet that changes is refused (it is being moved, or its master is lost). */
  mode: 'writable' | 'read-only';
  revision: number;
  poolState: PoolStateName;
  activeServers: string[];
  lastUpdateAtMs: number;
  /** One entry per server at most: the newest revision on its way. */
  pending: { fqdn: string; dueAtMs: number }[];
  /** Server -> instant of its last status report. */
  reports: Record<string, number>;
}

export interface ReplicationTiming {
  readonly nowMs: number;
  readonly delayMs: number;
  machineUp(server: ChatServerDraft): boolean;
}

const RETRY_MS = 10_000;

export function changeCms(
  cms: CmsDraft,
  chat: ChatDraft,
  timing: ReplicationTiming,
  change: Partial<Pick<CmsDraft, 'poolState' | 'activeServers'>>,
): void {
  Object.assign(cms, change);
  cms.revision += 1;
  cms.lastUpdateAtMs = timing.nowMs;
  replicate(cms, chat, timing);
}

/** Sends the present revision to every server; the further down the list, the later it arrives. */
export function replicate(cms: CmsDraft, chat: ChatDraft, timing: ReplicationTiming): void {
  cms.pending = Object.values(chat.servers).map(({ fqdn, serverId }) => ({
    fqdn,
    dueAtMs: timing.nowMs + timing.delayMs + Math.floor((timing.delayMs * (serverId % 8)) / 8),
  }));
}

export function advanceReplication(cms: CmsDraft, chat: ChatDraft, timing: ReplicationTiming): void {
  for (const entry of [...cms.pending]) {
    if (entry.dueAtMs > timing.nowMs) continue;
    const server = chat.servers[entry.fqdn];
    if (server !== undefined && !timing.machineUp(server)) {
      entry.dueAtMs = timing.nowMs + RETRY_MS;
      continue;
    }
    cms.pending = cms.pending.filter((other) => other !== entry);
    if (server === undefined) continue;
    server.replica = {
      revision: cms.revision,
      poolState: cms.poolState,
      activeServers: [...cms.activeServers],
    };
    cms.reports[entry.fqdn] = timing.nowMs;
  }
}

export const nextReplicationAt = (cms: {
  readonly pending: readonly { readonly dueAtMs: number }[];
}): number | undefined =>
  cms.pending.length === 0 ? undefined : Math.min(...cms.pending.map(({ dueAtMs }) => dueAtMs));
