/**
 * Steps in which nothing happens but cmdlets that only read: most of what a daemon asks. They need no draft of the estate, only
 * a new list of running cmdlets. Whatever else is due, or may change something, is left to the ordinary step.
 */
import { freeze } from 'immer';
import type { EstateFiles, EstateInput, EstateOutput } from '../estate-contract.ts';
import { runCmdlet } from '../management-shell/cmdlets.ts';
import type { RunningCmdlet } from '../management-shell/running-cmdlet.ts';
import { SWEEP_MS } from './advance-estate.ts';
import { cmdletEnv } from './cmdlet-doors.ts';
import { due, instanceDue, wakeBesideCmdlets } from './due-times.ts';
import type { EstateDraft, EstateState } from './estate-state.ts';
import { acceptance } from './run-cmdlets.ts';
import { createWorld } from './world.ts';

interface QuietStep {
  readonly cmdlets: EstateState['cmdlets'];
  readonly outputs: readonly EstateOutput[];
}

/** undefined: this is not such a step. */
export function quietStep(
  state: EstateState,
  input: EstateInput,
  nowMs: number,
  files: EstateFiles,
): QuietStep | undefined {
  if (input.kind !== 'cmdlet' && input.kind !== 'tick') return undefined;
  if (!isQuiet(state, nowMs)) return undefined;
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
  return { cmdlets: freeze(cmdlets), outputs: [...outputs, ...answersOf(state, ending, nowMs, files)] };
}

const isQuiet = (state: EstateState, nowMs: number): boolean =>
  nowMs - state.sweptAtMs < SWEEP_MS &&
  !due(
    wakeBesideCmdlets(state, () => false),
    nowMs,
  ) &&
  !Object.values(state.instances).some((instance) => instanceDue(instance, nowMs));

const onlyReads = ({ cmdlet, install }: EstateState['cmdlets'][number]): boolean =>
  install === undefined && /^get-/i.test(cmdlet);

function answersOf(
  state: EstateState,
  ending: EstateState['cmdlets'],
  nowMs: number,
  files: EstateFiles,
): readonly EstateOutput[] {
  if (ending.length === 0 || state.shell !== 'up') return [];
  // The frozen state stands in for a draft: a cmdlet that changed something after all would throw.
  const env = cmdletEnv(createWorld(state as EstateDraft, nowMs, files));
  return ending.flatMap((running): readonly EstateOutput[] => {
    const answer = runCmdlet(env, running as RunningCmdlet);
    return 'ok' in answer ? [{ kind: 'cmdlet-answer', id: running.id, answer }] : [];
  });
}
