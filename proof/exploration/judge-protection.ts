/**
 * What no step may give up too early, judged by what a daemon that sees everything alive would see: the log-shipping copy, the mirror,
 * the log backups. Written without the table's needs, so that a missing need is noticed. Pure.
 */
import type { Vector } from '../../src/reconciler/variables.ts';
import type { Policy } from '../../src/topology/pool-topology.ts';

export interface ProtectionRule {
  readonly step: string;
  readonly says: string;
  readonly broken: (truth: Vector, policy: Policy) => boolean;
}

const JOBS_CAN_RUN = ['running', 'partial', 'stray'];
const homeServes = (truth: Vector): boolean =>
  truth['home.mgc'] === 'online' && ['home', 'both', 'diverged-home'].includes(truth.current);

export const PROTECTION_RULES: readonly ProtectionRule[] = [
  {
    step: 'remove-log-shipping:backup',
    says: 'log shipping was removed while home serves',
    broken: homeServes,
  },
  {
    step: 'apply-log-backups:backup',
    says: 'log backups were restored while a job of log shipping could run',
    broken: (truth) => JOBS_CAN_RUN.includes(truth['shipping.secondary']),
  },
  {
    step: 'recover-backup:backup',
    says: 'the backup copy was recovered under a log-shipping secondary',
    broken: (truth) => [...JOBS_CAN_RUN, 'paused', 'jobless'].includes(truth['shipping.secondary']),
  },
  {
    step: 'activate-servers:backup',
    says: 'servers were made active on a copy without the mirror that policy asks for',
    broken: (truth, { mirrorBeforeActivation }) =>
      mirrorBeforeActivation === 'required' &&
      ['none', 'establishing', 'suspended', 'broken'].includes(truth['backup.mirror']),
  },
  {
    step: 'full-backup:backup',
    says: 'the full backup of a failback was taken while chat servers are active',
    broken: (truth) => !['none', 'unknown'].includes(truth.active),
  },
  {
    step: 'stop-log-backups:home',
    says: 'log backups were stopped while users write at home',
    broken: (truth) => homeServes(truth) && ['home', 'homeStarting', 'other'].includes(truth.active),
  },
];

/** @param silent home lives, cut off from everybody, and the edit was made: the named exception */
export const givenUpTooEarly = (
  step: string,
  truth: Vector,
  policy: Policy,
  silent: boolean,
): readonly string[] =>
  silent
    ? []
    : PROTECTION_RULES.filter((rule) => rule.step === step && rule.broken(truth, policy)).map(
        ({ says }) => says,
      );
