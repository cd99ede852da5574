/**
 * When the next thing happens by itself, part by part. Parts of the state are frozen and replaced whole, so what was worked out
 * for one is remembered with it: most steps change few of them.
 */
import { nextAgentWakeAt } from '../agent/agent.ts';
import { nextClientWakeAt } from '../chat/chat-clients.ts';
import { nextServerWakeAt } from '../chat/chat-servers.ts';
import { databasesDueAt, operationsDueAt } from '../instance/advance.ts';
import { nextReplicationAt } from '../management-shell/cms-state.ts';
import type { EstateDraft, EstateState } from './estate-state.ts';
import { nextCmdletAt } from './run-cmdlets.ts';

type PlainInstance = EstateState['instances'][string];
type InstanceDraft = EstateDraft['instances'][string];

export const due = (at: number | undefined, nowMs: number): boolean => at !== undefined && at <= nowMs;

export function earliest(instants: Iterable<number | undefined>): number | undefined {
  let first: number | undefined;
  for (const at of instants) if (at !== undefined && (first === undefined || at < first)) first = at;
  return first;
}

/** Remembers the answer for a part that can no longer change. */
function remembered<K extends object, V>(work: (part: K) => V): (part: K) => V {
  const known = new WeakMap<K, { readonly answer: V }>();
  return (part) => {
    const found = known.get(part);
    if (found !== undefined) return found.answer;
    const answer = work(part);
    if (Object.isFrozen(part)) known.set(part, { answer });
    return answer;
  };
}

const ofDatabases = remembered((databases: PlainInstance['databases']) =>
  databasesDueAt(databases as InstanceDraft['databases']),
);
const ofOperations = remembered((operations: PlainInstance['operations']) =>
  operationsDueAt(operations as InstanceDraft['operations']),
);
const someWait = remembered((operations: PlainInstance['operations']) =>
  Object.values(operations).some(({ finishesAtMs }) => finishesAtMs === null),
);
const ofClients = remembered((chat: EstateState['chat']) => nextClientWakeAt(chat as EstateDraft['chat']));
const ofCmdlets = remembered(nextCmdletAt);

const instanceDueAt = ({ status, databases, operations }: PlainInstance): number | undefined =>
  status === 'running' ? earliest([ofOperations(operations), ofDatabases(databases)]) : undefined;

/** Waiting statements (no end of their own) are tried in every step. */
export const instanceDue = (instance: PlainInstance, nowMs: number): boolean =>
  due(instanceDueAt(instance), nowMs) || someWait(instance.operations);

export function agentWakeAt(state: EstateState, name: string, instance: PlainInstance): number | undefined {
  const host = state.hosts[name];
  if (host === undefined || !instance.agentRunning) return undefined;
  const agent = host.agent as EstateDraft['hosts'][string]['agent'];
  return nextAgentWakeAt(agent, host.msdb.jobSchedules, instance.clockOffsetMs);
}

interface ServerWake {
  readonly sites: EstateState['sites'];
  readonly atMs: number | undefined;
}
const serverWakes = new WeakMap<EstateState['chat']['servers'], ServerWake>();

export function serverWakeAt({ chat, sites }: EstateState): number | undefined {
  const known = serverWakes.get(chat.servers);
  if (known?.sites === sites) return known.atMs;
  const atMs = nextServerWakeAt(chat as EstateDraft['chat'], (server) => sites[server.site].up);
  if (Object.isFrozen(chat.servers) && Object.isFrozen(sites)) serverWakes.set(chat.servers, { sites, atMs });
  return atMs;
}

export const clientWakeAt = ({ chat }: EstateState): number | undefined => ofClients(chat);
export const cmdletWakeAt = ({ cmdlets }: EstateState): number | undefined => ofCmdlets(cmdlets);

/** All but the cmdlets. Instances that do not run or hang do nothing by themselves. */
const besideCmdlets = remembered((state: EstateState): number | undefined => {
  let first = earliest([nextReplicationAt(state.cms), serverWakeAt(state), clientWakeAt(state)]);
  for (const { dueAtMs } of state.delayed) first = earliest([first, dueAtMs]);
  for (const [name, instance] of Object.entries(state.instances)) {
    if (instance.status !== 'running' || state.hosts[name]?.hung === true) continue;
    first = earliest([first, instanceDueAt(instance), agentWakeAt(state, name, instance)]);
  }
  return first;
});

export const estateWakeAt = (state: EstateState): number | undefined =>
  earliest([cmdletWakeAt(state), besideCmdlets(state)]);

/** Nothing but cmdlets is due, and no statement waits for something that this step might bring. */
export const onlyCmdletsDue = (state: EstateState, nowMs: number): boolean =>
  !due(besideCmdlets(state), nowMs) &&
  Object.values(state.instances).every(({ operations }) => !someWait(operations)) &&
  Object.values(state.hosts).every(({ hung }) => !hung);
