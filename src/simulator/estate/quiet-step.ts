/**
 * Steps in which nothing happens but reading: requests and cmdlets that only look, most of what a daemon asks. They need no
 * draft of the estate. Whatever else is due, or may change something, is left to the ordinary step; both come to the same.
 */
import { freeze } from 'immer';
import type { EstateFiles, EstateInput, EstateOutput } from '../estate-contract.ts';
import { readingRequest } from '../instance/reading-request.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { runCmdlet } from '../management-shell/cmdlets.ts';
import type { RunningCmdlet } from '../management-shell/running-cmdlet.ts';
import { SWEEP_MS } from './advance-estate.ts';
import { cmdletEnv } from './cmdlet-doors.ts';
import { onlyCmdletsDue } from './due-times.ts';
import type { EstateDraft, EstateState } from './estate-state.ts';
import { acceptance, answersCaller } from './run-cmdlets.ts';
import { createWorld, pathStands, type World } from './world.ts';

interface QuietStep {
  readonly changes: Partial<Pick<EstateState, 'cmdlets' | 'instances'>>;
  readonly outputs: readonly EstateOutput[];
}

type Input<K extends EstateInput['kind']> = Extract<EstateInput, { readonly kind: K }>;

/** undefined: this is not such a step. */
export function quietStep(
  state: EstateState,
  input: EstateInput,
  nowMs: number,
  files: EstateFiles,
): QuietStep | undefined {
  if (input.kind !== 'cmdlet' && input.kind !== 'tick' && input.kind !== 'request') return undefined;
  if (nowMs - state.sweptAtMs >= SWEEP_MS || !onlyCmdletsDue(state, nowMs)) return undefined;
  // The frozen state stands in for a draft: a reader that changed something after all would throw.
  const world = createWorld(state as EstateDraft, nowMs, files, state);
  return input.kind === 'request' ? quietRequest(world, state, input) : quietCmdlets(world, state, input);
}

function quietRequest(world: World, state: EstateState, input: Input<'request'>): QuietStep | undefined {
  const { connection } = input;
  const instance = state.instances[input.instance];
  const host = state.hosts[input.instance];
  const open = state.connections[connection]?.severed === false && pathStands(world, connection);
  if (!open || instance?.status !== 'running' || host === undefined || host.hung || host.slowMs > 0)
    return undefined;
  if (!state.cmdlets.every(({ dueAtMs }) => dueAtMs > world.nowMs)) return undefined;
  const ctx = world.context(instance as InstanceDraft);
  const read = readingRequest(instance, ctx, connection, input.request);
  if (read === undefined) return undefined;
  const { tokens } = read;
  return {
    changes: { instances: freeze({ ...state.instances, [instance.name]: read.instance }) },
    outputs: tokens.length === 0 ? [] : [{ kind: 'tokens', instance: instance.name, connection, tokens }],
  };
}

function quietCmdlets(
  world: World,
  state: EstateState,
  input: Input<'cmdlet'> | Input<'tick'>,
): QuietStep | undefined {
  const { nowMs } = world;
  const outputs: EstateOutput[] = [];
  let cmdlets = state.cmdlets;
  const accepted = input.kind === 'cmdlet' ? acceptance(state, input, nowMs) : undefined;
  if (accepted !== undefined && input.kind === 'cmdlet') {
    if ('ok' in accepted) outputs.push({ kind: 'cmdlet-answer', id: input.id, answer: accepted });
    else cmdlets = [...cmdlets, freeze(accepted, true)];
  }
  const ending = cmdlets.filter(({ dueAtMs }) => dueAtMs <= nowMs);
  if (!ending.every(onlyReads)) return undefined;
  if (ending.length > 0) cmdlets = cmdlets.filter(({ dueAtMs }) => dueAtMs > nowMs);
  return { changes: { cmdlets: freeze(cmdlets) }, outputs: [...outputs, ...answersOf(world, ending)] };
}

const onlyReads = ({ cmdlet, install }: EstateState['cmdlets'][number]): boolean =>
  install === undefined && /^get-/i.test(cmdlet);

function answersOf(world: World, ending: EstateState['cmdlets']): readonly EstateOutput[] {
  if (ending.length === 0 || !answersCaller(world)) return [];
  const env = cmdletEnv(world);
  return ending.flatMap((running): readonly EstateOutput[] => {
    const answer = runCmdlet(env, running as RunningCmdlet);
    return 'ok' in answer ? [{ kind: 'cmdlet-answer', id: running.id, answer }] : [];
  });
}
