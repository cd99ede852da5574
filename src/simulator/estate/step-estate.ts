/**
 * The estate's step: one input at one instant, then everything that is due. Pure: (state, input, time, folders) -> (state,
 * outputs). Time never goes back. What happens within one step has a fixed order, so one seed gives one run.
 */
import { createDraft, finishDraft, freeze } from 'immer';
import { post } from '../chat/chat-clients.ts';
import type { EstateFiles, EstateInput, EstateOutput } from '../estate-contract.ts';
import { attention, login, request } from '../instance/requests.ts';
import { plain } from '../instance/plain.ts';
import { advanceEstate } from './advance-estate.ts';
import { applyFault } from './apply-faults.ts';
import { chatEnv } from './chat-doors.ts';
import { estateWakeAt } from './due-times.ts';
import type { EstateDraft, EstateState } from './estate-state.ts';
import { quietStep } from './quiet-step.ts';
import { acceptCmdlet } from './run-cmdlets.ts';
import { createWorld, hostAround, pathStands, type World } from './world.ts';
import { writableAtTwoSites } from './writable-sites.ts';

export interface EstateStep {
  readonly state: EstateState;
  readonly outputs: readonly EstateOutput[];
}

const MAX_HELD_INPUTS = 1_000;

export function stepEstate(
  state: EstateState,
  input: EstateInput,
  nowMs: number,
  files: EstateFiles,
): EstateStep {
  const now = Math.max(state.nowMs, nowMs);
  const quiet = quietStep(state, input, now, files);
  if (quiet !== undefined) {
    const totalMs = state.writable.totalMs + (state.writable.atTwoSites ? now - state.nowMs : 0);
    const writable = freeze({ ...state.writable, totalMs });
    return { state: freeze({ ...state, nowMs: now, writable, ...quiet.changes }), outputs: quiet.outputs };
  }
  const draft = createDraft(state as EstateDraft) as EstateDraft;
  if (state.writable.atTwoSites) draft.writable.totalMs += now - state.nowMs;
  const world = createWorld(draft, now, files, input.kind === 'fault' ? draft : state);
  take(world, input);
  advanceEstate(world, state, input);
  draft.nowMs = now;
  const finished = finishDraft(draft) as EstateState;
  const atTwoSites = writableAtTwoSites(finished);
  if (atTwoSites === finished.writable.atTwoSites) return { state: finished, outputs: world.outputs };
  return { state: { ...finished, writable: { ...finished.writable, atTwoSites } }, outputs: world.outputs };
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
    if (input.kind === 'login')
      world.outputs.push({ kind: 'drop', instance: input.instance, connection, how: 'reset' });
    return;
  }
  if (input.kind === 'disconnect') {
    const host = world.host(instance.name);
    if (host.held.length > 0)
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
  if (hostAround(world, instance.name).hung) {
    const host = world.host(instance.name);
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
    const held = host.held.map((input) => plain(input));
    host.held = [];
    for (const input of held)
      if (input.kind === 'login' || input.kind === 'request' || input.kind === 'attention')
        serve(world, { ...input, instance: name });
  }
}

/** True UTC, ms, of the next thing that happens by itself; undefined: nothing will. */
export const nextWakeAt = estateWakeAt;
