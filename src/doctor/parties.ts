/** Who is asked: the instances of a pool with the part they play, and what a silent one means for a check. */
import { isKnown } from '../topology/known.ts';
import type { DatabaseFacts, InstanceFacts } from '../topology/pool-facts.ts';
import { instancesOf, type InstanceName, type Site, type SqlStore } from '../topology/pool-topology.ts';
import type { DoctorEvidence } from './evidence.ts';
import { unknown, type Verdict } from './finding.ts';

export const DAEMON = 'daemon';
export const SHELL = 'management shell';
/** Where commands are typed that are not T-SQL. */
export const HERE = 'this computer';
export const SETTINGS = 'settings';
export const DESIRED = 'desired state';
export const MANAGEMENT_SHELL = 'Management Shell';

export type Part = 'primary' | 'mirror' | 'witness';
export interface Member {
  readonly instance: InstanceName;
  readonly site: Site;
  readonly part: Part;
}

export const poolParty = ({ topology }: DoctorEvidence): string => `pool ${topology.name}`;

export function factsOf({ facts }: DoctorEvidence, instance: InstanceName): InstanceFacts | undefined {
  const answer = facts.instances[instance];
  return answer?.kind === 'value' ? answer.value : undefined;
}

export const holdsData = ({ part }: Member): boolean => part !== 'witness';

const SILENT = 'not asked: the instance does not answer';

/** One look at every instance; those that do not answer are said to be so, once a check. */
export const ofInstances = (
  evidence: DoctorEvidence,
  judge: (facts: InstanceFacts, member: Member) => readonly Verdict[],
  wanted: (member: Member) => boolean = () => true,
): readonly Verdict[] =>
  instancesOf(evidence.topology)
    .filter(wanted)
    .flatMap((member) => {
      const facts = factsOf(evidence, member.instance);
      return facts === undefined ? [unknown(member.instance, SILENT)] : judge(facts, member);
    });

export const notAsked = (instance: InstanceName): Verdict => unknown(instance, SILENT);

/** Where the pool serves: by its state, else where it is wanted. */
export function servingSite({ facts, primarySite }: DoctorEvidence): Site {
  const state = facts.poolState.kind === 'value' ? facts.poolState.value.poolState : 'unknown';
  if (!isKnown(state)) return primarySite;
  return state === 'Normal' ? 'home' : 'backup';
}

export interface NamedStore {
  readonly store: SqlStore;
  readonly database: string;
  /** `DatabaseType` of Install-CsMirrorDatabase. */
  readonly type: 'PersistentChat' | 'PersistentChatCompliance';
}

/** The chat store of a site and, where compliance is on, the other one. */
export function storesOf({ topology }: DoctorEvidence, site: Site): readonly NamedStore[] {
  const { chat, compliance } = topology.sites[site];
  const chatStore = { store: chat, database: topology.chatDatabase, type: 'PersistentChat' } as const;
  if (compliance === undefined) return [chatStore];
  const { complianceDatabase: database } = topology;
  return [chatStore, { store: compliance, database, type: 'PersistentChatCompliance' }];
}

export const databaseOf = (facts: InstanceFacts, name: string): DatabaseFacts | undefined =>
  facts.databases[name];
