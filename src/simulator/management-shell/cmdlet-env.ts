/** What the cmdlets see and change; the estate binds it. Drafts are changed in place. */
import type { ChatDraft, ChatServerDraft } from '../chat/chat-state.ts';
import type { CmdletOutcome } from '../estate-contract.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import type { CmsDraft, ReplicationTiming } from './cms-state.ts';
import type { BoundParameters, Declarations } from './cmdlet-parameters.ts';
import type { EventLogDraft } from './event-log-cmdlets.ts';
import type { MirrorInstallation, RunningCmdlet } from './running-cmdlet.ts';

/** One SQL store of the topology: what Topology Builder knows of a site. */
export interface PublishedStore {
  readonly site: 'home' | 'backup';
  readonly primary: string;
  readonly mirror: string | undefined;
  readonly witness: string | undefined;
}

export interface CmdletEnv {
  readonly cms: CmsDraft;
  readonly chat: ChatDraft;
  readonly eventLog: EventLogDraft;
  readonly timing: ReplicationTiming;
  readonly poolFqdn: string;
  readonly stores: readonly PublishedStore[];
  readonly chatDatabase: string;
  readonly complianceDatabase: string;
  readonly compliance: boolean;
  /** An instance that answers the machine where the shell runs; undefined: silent. */
  instance(name: string): InstanceDraft | undefined;
  /** The Windows machine of a chat server answers. */
  machineUp(server: ChatServerDraft): boolean;
  setPartnerFailover(instance: string, database: string): CmdletOutcome | undefined;
  setPartnerOff(instance: string, database: string): CmdletOutcome | undefined;
  dropDatabase(instance: string, database: string): CmdletOutcome | undefined;
  /** Effects that succeeded, for the checker. */
  count(deed: string): void;
}

export interface CmdletSpec {
  readonly name: string;
  readonly parameters: Declarations;
  /** Changes the topology or settings: refused while the Central Management Store is read-only. */
  readonly changes: boolean;
  /** Prompts unless `-Confirm:$false` is given. */
  readonly confirms: boolean;
  /** Times longer than an ordinary cmdlet. */
  readonly weight: number;
  /** An installation: the cmdlet goes on in phases and answers at its end. */
  run(
    env: CmdletEnv,
    bound: BoundParameters,
    running: Readonly<RunningCmdlet>,
  ): CmdletOutcome | MirrorInstallation;
}

export const ok = (
  objects: readonly Readonly<Record<string, unknown>>[] = [],
  warnings: readonly string[] = [],
): CmdletOutcome => ({ ok: true, objects, warnings });

export const cmdlet = (
  name: string,
  parameters: Declarations,
  run: CmdletSpec['run'],
  traits: Partial<Pick<CmdletSpec, 'changes' | 'confirms' | 'weight'>> = {},
): CmdletSpec => ({ name, parameters, changes: false, confirms: false, weight: 1, ...traits, run });

export const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
