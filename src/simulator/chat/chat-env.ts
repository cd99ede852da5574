/** What chat servers see of the estate at one instant; the estate binds it to the instances' direct doors. */
import type { Message } from '../instance/content.ts';
import type { ChatServerDraft, ChatSite } from './chat-state.ts';

export interface OpenSession {
  readonly instance: string;
  readonly sessionId: number;
}

export interface ChatEnv {
  /** True UTC, ms. */
  readonly nowMs: number;
  /** Its machine runs (the site is up). */
  machineUp(server: ChatServerDraft): boolean;
  siteOf(instance: string): ChatSite;
  /** Opens a session on the serving partner of a site's store as a plain database user; undefined: nobody lets it in. */
  connect(server: ChatServerDraft, site: ChatSite): OpenSession | undefined;
  /** The server can still talk to the instance and the session is still there. */
  sessionAlive(server: ChatServerDraft): boolean;
  closeSession(session: OpenSession): void;
  /** false: the database refused. */
  heartbeat(server: ChatServerDraft, session: OpenSession): boolean;
  /** true: committed, and hardened on a synchronised mirror too. */
  insert(session: OpenSession, message: Message): boolean;
}
