/**
 * What a chat database holds and how one log record changes it. Immutable values: a change makes a new value that shares
 * all messages with the old one. Tables and columns: skype reference 1.2 (Lync 2013 pages; 2015 schema unverified).
 */
import { append, noChunks, type Chunks } from './chunks.ts';

export interface Message {
  readonly channelId: string;
  readonly chatId: string;
  /** .NET ticks, decimal text. */
  readonly chatDate: string;
  readonly userId: string;
  readonly content: string;
}

export interface ServerIdentity {
  readonly serverId: number;
  readonly serverAddress: string;
  /** serverLastPingTime: ISO text without zone, UTC of the instance (zone unverified). */
  readonly lastPingTime: string;
}

/** A user of the database: it belongs to the login with its SID, on whatever instance the database is opened. */
export interface DatabaseUser {
  readonly name: string;
  /** Hex. */
  readonly sid: string;
  readonly roles: readonly string[];
  readonly grants: readonly DatabaseGrant[];
}

export interface DatabaseGrant {
  readonly permission: string;
  /** In lower case; null: the whole database. */
  readonly object: string | null;
  readonly denied: boolean;
}

export interface Content {
  readonly messages: Chunks<Message>;
  readonly servers: readonly ServerIdentity[];
  /** sysRevision, decimal text. */
  readonly systemRevision: string;
  readonly configPoolId: string;
  readonly users: readonly DatabaseUser[];
  /** SID of the login that owns it, as the database itself records it: that of its user dbo. Hex. */
  readonly ownerSid: string;
  /** Rows of tblComplianceData. */
  readonly complianceEvents: number;
}

export type ContentChange =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'heartbeat'; readonly server: ServerIdentity }
  | { readonly kind: 'revision'; readonly systemRevision: string }
  | { readonly kind: 'pool-id'; readonly configPoolId: string }
  /** Database options travel with the log: a restored copy has them as they were at its position. */
  | { readonly kind: 'options'; readonly access: 'MULTI_USER' | 'SINGLE_USER' | 'RESTRICTED_USER' }
  | { readonly kind: 'user'; readonly user: DatabaseUser }
  | { readonly kind: 'drop-user'; readonly name: string }
  | { readonly kind: 'owner'; readonly sid: string }
  | { readonly kind: 'compliance'; readonly events: number }
  /** Checkpoints, recovery: log without content. */
  | { readonly kind: 'nothing' };

export interface LogRecord {
  readonly lsn: string;
  readonly change: ContentChange;
}

/** That of sa on every server. */
export const SA_SID = '0x01';

export const noContent = (configPoolId: string): Content => ({
  messages: noChunks,
  servers: [],
  systemRevision: '1',
  configPoolId,
  users: [],
  ownerSid: SA_SID,
  complianceEvents: 0,
});

export function applyChange(content: Content, change: ContentChange): Content {
  switch (change.kind) {
    case 'message':
      return { ...content, messages: append(content.messages, change.message) };
    case 'heartbeat': {
      const others = content.servers.filter((server) => server.serverId !== change.server.serverId);
      return { ...content, servers: [...others, change.server].sort((a, b) => a.serverId - b.serverId) };
    }
    case 'revision':
      return { ...content, systemRevision: change.systemRevision };
    case 'pool-id':
      return { ...content, configPoolId: change.configPoolId };
    case 'user': {
      const others = content.users.filter(({ name }) => name !== change.user.name);
      return { ...content, users: [...others, change.user] };
    }
    case 'drop-user':
      return { ...content, users: content.users.filter(({ name }) => name !== change.name) };
    case 'owner':
      return { ...content, ownerSid: change.sid };
    case 'compliance':
      return { ...content, complianceEvents: change.events };
    case 'options':
    case 'nothing':
      return content;
  }
}

const RECORD_OVERHEAD_BYTES = 200;

/** Log bytes of one change, an estimate. */
export const bytesOf = (change: ContentChange): number =>
  RECORD_OVERHEAD_BYTES +
  (change.kind === 'message' ? 2 * (change.message.content.length + change.message.userId.length) : 0);
