/** Chat servers, chat clients and the messages that were acknowledged to them: plain data, changed by chat-servers.ts and chat-clients.ts. */
import type { Chunks } from '../instance/chunks.ts';

export type ChatSite = 'home' | 'backup';
export type PoolStateName = 'Normal' | 'FailedOver';

/** What a chat server's replica of the Central Management Store says; arrives with a delay. */
export interface ReplicaView {
  revision: number;
  poolState: PoolStateName;
  activeServers: string[];
}

export interface ChatServerDraft {
  fqdn: string;
  /** tblServerIdentity.serverID. */
  serverId: number;
  site: ChatSite;
  service: 'Running' | 'Stopped';
  replica: ReplicaView;
  /** Session on the database in use. A removed server keeps it until the service stops or the session is ended. */
  session: { instance: string; sessionId: number } | null;
  /** True UTC, ms. */
  nextConnectAtMs: number;
  nextHeartbeatAtMs: number;
}

export interface ChatClientDraft {
  name: string;
  /** Server that it is connected to; kept while that server has a session. */
  server: string | null;
  posting: boolean;
  nextPostAtMs: number;
  posted: number;
  acknowledged: number;
}

/** One message that a client saw committed. */
export interface AcknowledgedMessage {
  readonly channelId: string;
  readonly chatId: string;
  /** .NET ticks, decimal text. */
  readonly chatDate: string;
  readonly client: string;
  readonly server: string;
  readonly instance: string;
  readonly site: ChatSite;
  /** True UTC, ms. */
  readonly acknowledgedAtMs: number;
}

export interface ChatDraft {
  servers: Record<string, ChatServerDraft>;
  clients: Record<string, ChatClientDraft>;
  acknowledged: Chunks<AcknowledgedMessage>;
  /** Posts that were refused or lost on the way; the client knows that they are not in. */
  refused: number;
  nextMessage: number;
  timing: ChatTiming;
}

export interface ChatTiming {
  heartbeatMs: number;
  connectRetryMs: number;
  /** One client's pause between two posts. */
  postEveryMs: number;
}
