/**
 * What time does to the estate, in a fixed order. Most steps are quiet (a heartbeat, a message, a poll): they touch only what is
 * due, judged on the plain state before the step. Faults, events and changes of the topology make everything look again.
 */
import { advanceAgent, agentOperationFinished, agentSessionEnded } from '../agent/agent.ts';
import { advanceChatClients } from '../chat/chat-clients.ts';
import { advanceChatServers, chatSessionEnded } from '../chat/chat-servers.ts';
import type { EstateInput } from '../estate-contract.ts';
import { advanceInstance } from '../instance/advance.ts';
import { plain } from '../instance/plain.ts';
import { advanceReplication, nextReplicationAt } from '../management-shell/cms-state.ts';
import { agentEnv } from './agent-doors.ts';
import { chatEnv } from './chat-doors.ts';
import { replicationTiming } from './cmdlet-doors.ts';
import { agentWakeAt, clientWakeAt, cmdletWakeAt, due, instanceDue, serverWakeAt } from './due-times.ts';
import type { EstateState } from './estate-state.ts';
import { advanceCmdlets, cmdletOperationFinished, cmdletSessionEnded } from './run-cmdlets.ts';
import { answers, hostAround, type InternalEvent, type World } from './world.ts';

/** More than any chain of events within one instant; beyond it the estate has a defect. */
const MAX_ROUNDS = 100;
/** However quiet it is, everything looks again after this long (a stopped endpoint is noticed by nobody's own timer). */
export const SWEEP_MS = 30_000;

export function advanceEstate(world: World, before: EstateState, input: EstateInput): void {
  const sweep = world.nowMs - before.sweptAtMs >= SWEEP_MS;
  if (sweep) world.draft.sweptAtMs = world.nowMs;
  let everything = sweep || input.kind === 'fault';
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    hearEvents(world);
    advanceInstances(world, before, everything);
    const heard = hearEvents(world);
    const changed = advanceTopology(world, before, heard);
    everything ||= heard || changed;
    advanceAgents(world, before, everything);
    advanceChat(world, before, everything);
    releaseDelayed(world);
    if (world.events.length === 0) return;
    everything = true;
  }
  throw new Error('the estate does not come to rest within one instant');
}

/** All or none: what ends on one instance may matter to its mirroring partners. */
function advanceInstances(world: World, before: EstateState, everything: boolean): void {
  const wanted =
    everything || Object.values(before.instances).some((instance) => instanceDue(instance, world.nowMs));
  if (!wanted) return;
  for (const name of Object.keys(before.instances)) {
    const instance = world.instance(name);
    if (instance !== undefined && !hostAround(world, name).hung)
      advanceInstance(instance, world.context(instance));
  }
}

function advanceAgents(world: World, before: EstateState, everything: boolean): void {
  for (const [name, seen] of Object.entries(before.instances)) {
    const wanted =
      everything || world.changedMsdb.has(name) || due(agentWakeAt(before, name, seen), world.nowMs);
    const instance = wanted ? world.instance(name) : undefined;
    if (instance !== undefined && answers(world, instance) && instance.agentRunning)
      advanceAgent(agentEnv(world, instance));
  }
}

/** true: something that chat servers look at may have changed. */
function advanceTopology(world: World, before: EstateState, heard: boolean): boolean {
  const { draft, nowMs } = world;
  const replication = due(nextReplicationAt(before.cms), nowMs);
  if (replication) advanceReplication(draft.cms, draft.chat, replicationTiming(world));
  const cmdlets = heard || due(cmdletWakeAt(before), nowMs);
  if (cmdlets) advanceCmdlets(world);
  return replication || cmdlets;
}

function advanceChat(world: World, before: EstateState, everything: boolean): void {
  const { draft, nowMs } = world;
  if (everything || due(serverWakeAt(before), nowMs)) advanceChatServers(draft.chat, chatEnv(world));
  if (due(clientWakeAt(before), nowMs)) advanceChatClients(draft.chat, chatEnv(world));
}

/** true: there was one. */
function hearEvents(world: World): boolean {
  const any = world.events.length > 0;
  for (let event = world.events.shift(); event !== undefined; event = world.events.shift())
    hear(world, event);
  return any;
}

function hear(world: World, event: InternalEvent): void {
  const instance = world.instance(event.instance);
  if (instance === undefined) return;
  if (event.kind === 'operation-finished') {
    if (event.owner.startsWith('job:'))
      agentOperationFinished(agentEnv(world, instance), event.operation, event.outcome);
    else cmdletOperationFinished(world, event.instance, event.operation, event.outcome);
    return;
  }
  if (event.owner.startsWith('chat:'))
    chatSessionEnded(world.draft.chat, event.instance, event.sessionId, world.nowMs);
  else if (event.owner.startsWith('job:')) agentSessionEnded(agentEnv(world, instance), event.sessionId);
  else cmdletSessionEnded(world, event.instance, event.sessionId);
}

function releaseDelayed(world: World): void {
  const { draft } = world;
  if (draft.delayed.length === 0) return;
  const ready = draft.delayed.filter(({ dueAtMs }) => dueAtMs <= world.nowMs);
  if (ready.length === 0) return;
  draft.delayed = draft.delayed.filter(({ dueAtMs }) => dueAtMs > world.nowMs);
  world.outputs.push(...ready.map(({ output }) => plain(output)));
}
