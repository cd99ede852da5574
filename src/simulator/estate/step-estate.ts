/**
 * The estate's step: one input at one instant, then everything that is due. Pure: (state, input, time, folders) -> (state,
 * outputs). Time never goes back. What happens within one step has a fixed order, so one seed gives one run.
 */
import { createDraft, finishDraft } from 'immer';
import { advanceAgent, agentOperationFinished, agentSessionEnded, nextAgentWakeAt } from '../agent/agent.ts';
import { advanceChatClients, nextClientWakeAt, post } from '../chat/chat-clients.ts';
import { advanceChatServers, chatSessionEnded, nextServerWakeAt } from '../chat/chat-servers.ts';
import type { EstateFiles, EstateInput, EstateOutput } from '../estate-contract.ts';
import { advanceInstance, nextDueAt } from '../instance/advance.ts';
import { attention, login, request } from '../instance/requests.ts';
import { advanceReplication, nextReplicationAt } from '../management-shell/cms-state.ts';
import { agentEnv } from './agent-doors.ts';
import { applyFault } from './apply-faults.ts';
import { chatEnv } from './chat-doors.ts';
import { replicationTiming } from './cmdlet-doors.ts';
import type { EstateDraft, EstateState } from './estate-state.ts';
import {
  acceptCmdlet,
  advanceCmdlets,
  cmdletOperationFinished,
  cmdletSessionEnded,
  nextCmdletAt,
} from './run-cmdlets.ts';
import { answers, createWorld, pathStands, type InternalEvent, type World } from './world.ts';
import { writableAtTwoSites } from './writable-sites.ts';

export interface EstateStep {
  readonly state: EstateState;
  readonly outputs: readonly EstateOutput[];
}

/** More than any chain of events within one instant; beyond it the estate has a defect. */
const MAX_ROUNDS = 100;
const MAX_HELD_INPUTS = 1_000;

export function stepEstate(state: EstateState, input: EstateInput, nowMs: number, files: EstateFiles): EstateStep {
  const draft = createDraft(state as EstateDraft) as EstateDraft;
  const now = Math.max(state.nowMs, nowMs);
  if (state.writable.atTwoSites) draft.writable.totalMs += now - state.nowMs;
  draft.nowMs = now;
  const world = createWorld(draft, now, files);
  take(world, input);
  advance(world);
  draft.writable.atTwoSites = writableAtTwoSites(draft as EstateState);
  return { state: finishDraft(draft) as EstateState, outputs: world.outputs };
}

function take(world: World, input: EstateInput): void {
  switch (input.kind) {
    case 'login':
    case 'request':
    case 'attention':
    case 'disconnect':
      takeConnection(world, input);
      return;
    case 'cmdlet':
      acceptCmdlet(world, input);
      return;
    case 'post': {
      const result = post(world.draft.chat, chatEnv(world), input.client, input.text);
      world.outputs.push({ kind: 'post-answer', client: input.client, ...result });
      return;
    }
    case 'fault': {
      const problem = applyFault(world, input.command);
      if (problem !== undefined) world.outputs.push({ kind: 'note', text: `fault refused: ${problem}` });
      replayHeld(world);
      return;
    }
    case 'tick':
  }
}

type ConnectionInput = Extract<EstateInput, { readonly connection: string }>;

/** Silence where packets do not pass or nobody answers; a reset where a machine runs and the instance does not. */
function takeConnection(world: World, input: ConnectionInput): void {
  const { draft } = world;
  const { connection } = input;
  const instance = world.instance(input.instance);
  if (instance === undefined) {
    if (input.kind === 'login') world.outputs.push({ kind: 'drop', instance: input.instance, connection, how: 'reset' });
    return;
  }
  const host = world.host(instance.name);
  if (input.kind === 'disconnect') {
    host.held = host.held.filter((held) => !('connection' in held) || held.connection !== connection);
    world.endConnection(connection);
    return;
  }
  if (input.kind === 'login')
    draft.connections[connection] = { instance: instance.name, party: input.party, severed: false };
  const entry = draft.connections[connection];
  if (entry === undefined) return;
  if (!pathStands(world, connection)) entry.severed = true;
  if (entry.severed) return;
  if (host.hung) {
    if (host.held.length < MAX_HELD_INPUTS) host.held.push(input);
    return;
  }
  serve(world, input);
}

function serve(world: World, input: Exclude<ConnectionInput, { readonly kind: 'disconnect' }>): void {
  const instance = world.instance(input.instance);
  if (instance === undefined) return;
  const ctx = world.context(instance);
  if (instance.status !== 'running') {
    ctx.emit({ kind: 'drop', instance: instance.name, connection: input.connection, how: 'reset' });
    return;
  }
  switch (input.kind) {
    case 'login':
      login(instance, ctx, input.connection, input.request);
      return;
    case 'request':
      request(instance, ctx, input.connection, input.request);
      return;
    case 'attention':
      attention(instance, ctx, input.connection);
  }
}

/** An instance that answers again handles what reached it while it hung. */
function replayHeld(world: World): void {
  for (const [name, host] of Object.entries(world.draft.hosts)) {
    if (host.hung || host.held.length === 0) continue;
    const { held } = host;
    host.held = [];
    for (const input of held)
      if (input.kind === 'login' || input.kind === 'request' || input.kind === 'attention') serve(world, { ...input, instance: name });
  }
}

function advance(world: World): void {
  const { draft } = world;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (const instance of Object.values(draft.instances))
      if (!world.host(instance.name).hung) advanceInstance(instance, world.context(instance));
    hearEvents(world);
    for (const instance of Object.values(draft.instances))
      if (answers(world, instance) && instance.agentRunning) advanceAgent(agentEnv(world, instance));
    advanceReplication(draft.cms, draft.chat, replicationTiming(world));
    advanceCmdlets(world);
    advanceChatServers(draft.chat, chatEnv(world));
    advanceChatClients(draft.chat, chatEnv(world));
    releaseDelayed(world);
    if (world.events.length === 0) return;
  }
  throw new Error('the estate does not come to rest within one instant');
}

function hearEvents(world: World): void {
  for (let event = world.events.shift(); event !== undefined; event = world.events.shift()) hear(world, event);
}

function hear(world: World, event: InternalEvent): void {
  const instance = world.instance(event.instance);
  if (instance === undefined) return;
  if (event.kind === 'operation-finished') {
    if (event.owner.startsWith('job:')) agentOperationFinished(agentEnv(world, instance), event.operation, event.outcome);
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
  const due = draft.delayed.filter(({ dueAtMs }) => dueAtMs <= world.nowMs);
  if (due.length === 0) return;
  draft.delayed = draft.delayed.filter(({ dueAtMs }) => dueAtMs > world.nowMs);
  world.outputs.push(...due.map(({ output }) => output));
}

/** True UTC, ms, of the next thing that happens by itself; undefined: nothing will. */
export function nextWakeAt(state: EstateState): number | undefined {
  const instants: (number | undefined)[] = [
    nextReplicationAt(state.cms),
    nextCmdletAt(state.cmdlets),
    nextServerWakeAt(state.chat as EstateDraft['chat'], (server) => state.sites[server.site].up),
    nextClientWakeAt(state.chat as EstateDraft['chat']),
    ...state.delayed.map(({ dueAtMs }) => dueAtMs),
  ];
  for (const [name, instance] of Object.entries(state.instances)) {
    const host = state.hosts[name];
    if (instance.status !== 'running' || host === undefined || host.hung) continue;
    instants.push(nextDueAt(instance as EstateDraft['instances'][string]));
    if (instance.agentRunning)
      instants.push(
        nextAgentWakeAt(host.agent as EstateDraft['hosts'][string]['agent'], host.msdb.jobSchedules, instance.clockOffsetMs),
      );
  }
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
