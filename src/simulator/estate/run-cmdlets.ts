/** Cmdlets in time: accepted, refused at once when wrongly called, carried out when due, answered unless the shell hangs. */
import type { CmdletOutcome, EstateInput } from '../estate-contract.ts';
import { cmdletFailure } from '../management-shell/cmdlet-failures.ts';
import { cmdletWeight, refuseCall, runCmdlet } from '../management-shell/cmdlets.ts';
import type { RunningCmdlet } from '../management-shell/running-cmdlet.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { cmdletEnv } from './cmdlet-doors.ts';
import type { EstateState } from './estate-state.ts';
import { linkStands } from './links.ts';
import { advanceInstallation, installationOperationFinished } from './install-mirror.ts';
import type { World } from './world.ts';

type CmdletInput = Extract<EstateInput, { readonly kind: 'cmdlet' }>;

/** Id recorded for an endpoint that cannot be reached (skype reference 9, row 5). */
const SESSION_OPEN_FAILED = '-2144108102,PSSessionOpenFailed';

export function acceptCmdlet(world: World, input: CmdletInput): void {
  const accepted = acceptance(world.around, input, world.nowMs);
  if (accepted === undefined) return;
  if ('ok' in accepted) answer(world, input.id, accepted);
  else world.draft.cmdlets.push(accepted);
}

/** What becomes of a call: it runs, it is refused at once, or (undefined) nobody answers. Changes nothing. */
export function acceptance(
  around: Pick<EstateState, 'shell' | 'options' | 'cutLinks'>,
  input: CmdletInput,
  nowMs: number,
): RunningCmdlet | CmdletOutcome | undefined {
  const { shell, options } = around;
  if (shell === 'hung' || !linkStands(around, 'daemon', 'shell')) return undefined;
  if (shell === 'down') {
    const text = 'Connecting to remote server failed: the server is not reachable.';
    return cmdletFailure(text, SESSION_OPEN_FAILED, 'OpenError');
  }
  const { id, cmdlet, parameters, computer } = input;
  const running: RunningCmdlet = {
    id,
    cmdlet,
    parameters: { ...parameters },
    computer,
    startedAtMs: nowMs,
    dueAtMs: nowMs + options.cmdletMs * cmdletWeight(cmdlet),
    install: undefined,
  };
  return refuseCall(running) ?? running;
}

function answer(world: World, id: string, outcome: CmdletOutcome): void {
  world.outputs.push({ kind: 'cmdlet-answer', id, answer: outcome });
}

/** A hung, dead or cut off shell has done its work but nobody hears of it: the outcome is unknown to the caller. */
function end(world: World, running: RunningCmdlet, outcome: CmdletOutcome): void {
  world.draft.cmdlets = world.draft.cmdlets.filter(({ id }) => id !== running.id);
  if (outcome.ok && running.install !== undefined) world.count(running.cmdlet);
  if (answersCaller(world)) answer(world, running.id, outcome);
}

/** What the shell says is heard by the daemon. */
export const answersCaller = ({ around }: World): boolean =>
  around.shell === 'up' && linkStands(around, 'daemon', 'shell');

export function advanceCmdlets(world: World): void {
  for (const running of [...world.draft.cmdlets]) {
    if (running.dueAtMs > world.nowMs) continue;
    if (running.install === undefined) {
      const outcome = runCmdlet(cmdletEnv(world), running);
      if ('ok' in outcome) {
        end(world, running, outcome);
        continue;
      }
      running.install = outcome;
    }
    const outcome = advanceInstallation(world, running);
    if (outcome !== undefined) end(world, running, outcome);
  }
}

export function cmdletOperationFinished(
  world: World,
  instance: string,
  operation: string,
  outcome: CommandOutcome,
): void {
  const running = world.draft.cmdlets.find(({ install }) => install?.operation === operation);
  if (running === undefined) return;
  const ended = installationOperationFinished(world, running, instance, outcome);
  if (ended !== undefined) end(world, running, ended);
}

/** A session of an installation was killed or its instance crashed. */
export function cmdletSessionEnded(world: World, instance: string, sessionId: number): void {
  const running = world.draft.cmdlets.find(
    ({ install }) =>
      install?.sessionId === sessionId && [install.principal, install.mirror].includes(instance),
  );
  if (running === undefined) return;
  const failure: CommandOutcome = {
    kind: 'failure',
    errors: [
      {
        number: 596,
        state: 1,
        class: 21,
        message: 'Cannot continue the execution because the session is in the kill state.',
      },
    ],
  };
  const ended = installationOperationFinished(world, running, instance, failure);
  if (ended !== undefined) end(world, running, ended);
}

/** The process of the shell died: what it was doing on the instances is cut. */
export function dropCmdlets(world: World): void {
  world.draft.cmdlets = [];
}

export const nextCmdletAt = (
  cmdlets: readonly {
    readonly dueAtMs: number;
    readonly install?: { readonly operation: string } | undefined;
  }[],
): number | undefined => {
  const due = cmdlets
    .filter(({ install }) => install === undefined || install.operation === '')
    .map(({ dueAtMs }) => dueAtMs);
  return due.length === 0 ? undefined : Math.min(...due);
};
