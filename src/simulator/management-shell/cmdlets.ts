/** Every cmdlet of the simulated shell by name, and the checks that all of them share. Names compare without case. */
import type { CmdletOutcome } from '../estate-contract.ts';
import type { CmdletEnv, CmdletSpec } from './cmdlet-env.ts';
import { storeReadOnly, unknownCmdlet, wantsConfirmation } from './cmdlet-failures.ts';
import { bindParameters, isCmdletFailure, type BoundParameters } from './cmdlet-parameters.ts';
import { EVENT_LOG_CMDLETS } from './event-log-cmdlets.ts';
import { MIRROR_CMDLETS } from './mirror-cmdlets.ts';
import { POOL_CMDLETS } from './pool-cmdlets.ts';
import type { MirrorInstallation, RunningCmdlet } from './running-cmdlet.ts';
import { SERVER_CMDLETS } from './server-cmdlets.ts';

const CMDLETS: readonly CmdletSpec[] = [
  ...POOL_CMDLETS,
  ...SERVER_CMDLETS,
  ...MIRROR_CMDLETS,
  ...EVENT_LOG_CMDLETS,
];

const find = (name: string): CmdletSpec | undefined =>
  CMDLETS.find((spec) => spec.name.toLowerCase() === name.toLowerCase());

export const cmdletWeight = (name: string): number => find(name)?.weight ?? 1;

interface Bound {
  readonly spec: CmdletSpec;
  readonly parameters: BoundParameters;
}

function bind(running: Readonly<RunningCmdlet>): Bound | CmdletOutcome {
  const spec = find(running.cmdlet);
  if (spec === undefined) return unknownCmdlet(running.cmdlet);
  const parameters = bindParameters(spec.name, spec.parameters, running.parameters);
  if (isCmdletFailure(parameters)) return parameters;
  const confirmed = parameters.raw('Confirm') === false || parameters.flag('WhatIf');
  return spec.confirms && !confirmed ? wantsConfirmation(spec.name) : { spec, parameters };
}

/** Wrong calls are refused at once, before the cmdlet does anything. */
export function refuseCall(running: Readonly<RunningCmdlet>): CmdletOutcome | undefined {
  const bound = bind(running);
  return 'ok' in bound ? bound : undefined;
}

export function runCmdlet(
  env: CmdletEnv,
  running: Readonly<RunningCmdlet>,
): CmdletOutcome | MirrorInstallation {
  const bound = bind(running);
  if ('ok' in bound) return bound;
  if (bound.spec.changes && env.cms.mode === 'read-only') return storeReadOnly(bound.spec.name);
  return bound.spec.run(env, bound.parameters, running);
}
