/**
 * The whole estate as plain data: instances, msdb and Agents, chat, the Central Management Store, links, and what the checker
 * counts. Draft types; `EstateState` is what is kept between steps. Changed only inside step-estate.ts.
 */
import type { Immutable } from 'immer';
import type { AgentState } from '../agent/agent-state.ts';
import type { ChatDraft } from '../chat/chat-state.ts';
import type { EstateInput, EstateOutput, Party } from '../estate-contract.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import type { CmsDraft } from '../management-shell/cms-state.ts';
import type { EventLogDraft } from '../management-shell/event-log-cmdlets.ts';
import type { RunningCmdlet } from '../management-shell/running-cmdlet.ts';
import type { MsdbState } from '../msdb/msdb-state.ts';
import type { EstateOptions, EstateSite } from './estate-options.ts';

export type EstateState = Immutable<EstateDraft>;

export interface HostDraft {
  site: EstateSite;
  part: 'primary' | 'mirror' | 'witness';
  msdb: MsdbState;
  agent: AgentState;
  /** Stopped by a fault of its own, apart from its site. */
  stopped: boolean;
  hung: boolean;
  /** Answers come this much later, ms. */
  slowMs: number;
  /** The Agent service was stopped by a fault. */
  agentStopped: boolean;
  /** Inputs that arrived while it hung; handled when it is up again. */
  held: EstateInput[];
}

export interface EstateDraft {
  options: EstateOptions;
  nowMs: number;
  /** When everything looked again last; see advance-estate.ts. */
  sweptAtMs: number;
  sites: Record<EstateSite, { up: boolean }>;
  instances: Record<string, InstanceDraft>;
  hosts: Record<string, HostDraft>;
  /** `full`: its disk has no room; what is there can be read. */
  share: { site: EstateSite; up: boolean; full: boolean };
  /** `daemon-home`, `daemon-home mirror`; the two ends in alphabetical order. */
  cutLinks: string[];
  shell: 'up' | 'down' | 'hung';
  cms: CmsDraft;
  chat: ChatDraft;
  /** Of the computer where the shell runs. */
  eventLog: EventLogDraft;
  cmdlets: RunningCmdlet[];
  connections: Record<string, { instance: string; party: Party; severed: boolean }>;
  /** Outputs of slow instances. */
  delayed: { dueAtMs: number; output: EstateOutput }[];
  /** Deed -> how often it succeeded, for example `set-partner@sql-par-1.contoso.com` and `Set-CsPersistentChatState`. */
  counts: Record<string, number>;
  writable: {
    /** Copies at both sites writable, reachable and of one family, now. */
    atTwoSites: boolean;
    totalMs: number;
  };
  nextGuid: number;
}
