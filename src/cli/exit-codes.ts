/** What the exit codes of pchat mean; docs and `pchat --help` print this table. */
import type { Level } from '../doctor/finding.ts';
import type { ErrorCode } from '../topology/pool-error.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  changes: 2,
  usage: 3,
  lease: 4,
  journal: 5,
  runtime: 6,
  unauthorised: 7,
  defect: 70,
  secondSignal: 143,
} as const;

export const EXIT_MEANINGS: readonly (readonly [number, string])[] = [
  [EXIT.ok, 'done; for plan, runbook and follow: nothing to change; for replay: decided alike; doctor: ok'],
  [
    EXIT.failed,
    'the world said no: unreachable, refused, timed out; doctor: warnings; simulate: an invariant was broken',
  ],
  [
    EXIT.changes,
    'plan, runbook, follow: there are changes, or what is wanted is blocked; replay: decided otherwise; adopt: lines are left to fill in; doctor: errors',
  ],
  [EXIT.usage, 'arguments, desired state or settings are not valid; doctor: something could not be asked'],
  [EXIT.lease, 'another daemon holds the lease, or it was lost'],
  [EXIT.journal, 'the journal cannot be read or written'],
  [EXIT.runtime, 'Node.js or the SQL Server driver is too old'],
  [EXIT.unauthorised, 'the request came without the token of the daemon'],
  [EXIT.defect, 'a defect of this program'],
  [EXIT.secondSignal, 'run: a second signal ended the daemon before its running step'],
];

/** Of doctor alone, as monitoring plug-ins have them: an error is critical. Arguments that do not fit end with 3 as everywhere. */
export const NAGIOS: Readonly<Record<Level, number>> = { ok: 0, warning: 1, error: 2, unknown: 3 };

export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'PCO_USAGE':
    case 'PCO_DESIRED_INVALID':
    case 'PCO_COMMIT_REFUSED':
    case 'PCO_SETTINGS_INVALID':
    case 'PCO_PLAN_INVALID':
      return EXIT.usage;
    case 'PCO_LEASE_HELD':
    case 'PCO_LEASE_LOST':
    case 'PCO_EPOCH_PASSED':
      return EXIT.lease;
    case 'PCO_JOURNAL_UNREADABLE':
    case 'PCO_JOURNAL_UNWRITABLE':
      return EXIT.journal;
    case 'PCO_UNSUPPORTED_RUNTIME':
      return EXIT.runtime;
    case 'PCO_NOT_AUTHORISED':
      return EXIT.unauthorised;
    case 'PCO_INTERNAL':
      return EXIT.defect;
    default:
      return EXIT.failed;
  }
}
