/**
 * How cmdlets fail: the error records that PowerShell's binder and the deployment cmdlets write. Texts of the product's own
 * errors are not recorded anywhere (skype reference 9: unverified); their ids and categories follow the recorded forms.
 */
import type { CmdletOutcome } from '../estate-contract.ts';

export type CmdletFailure = Extract<CmdletOutcome, { readonly ok: false }>;

export const cmdletFailure = (
  message: string,
  errorId: string,
  category: string,
  warnings: readonly string[] = [],
): CmdletFailure => ({ ok: false, message, errorId, category, warnings });

/** Full name of the class behind a cmdlet; the real names are not the cmdlets' (skype reference 9), these are stand-ins. */
const classOf = (cmdlet: string): string =>
  `Microsoft.Rtc.Management.${cmdlet.replaceAll('-', '').replace('Cs', 'Ocs')}Cmdlet`;

export const unknownCmdlet = (cmdlet: string): CmdletFailure =>
  cmdletFailure(
    `The term '${cmdlet}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`,
    'CommandNotFoundException',
    'ObjectNotFound',
  );

export const unknownParameter = (cmdlet: string, parameter: string): CmdletFailure =>
  cmdletFailure(
    `A parameter cannot be found that matches parameter name '${parameter}'.`,
    `NamedParameterNotFound,${classOf(cmdlet)}`,
    'InvalidArgument',
  );

export const missingParameter = (cmdlet: string, parameter: string): CmdletFailure =>
  cmdletFailure(
    `Cannot process command because of one or more missing mandatory parameters: ${parameter}.`,
    `MissingMandatoryParameter,${classOf(cmdlet)}`,
    'InvalidArgument',
  );

export const wrongValue = (
  cmdlet: string,
  parameter: string,
  value: unknown,
  allowed: string,
): CmdletFailure =>
  cmdletFailure(
    `Cannot bind parameter '${parameter}'. Cannot convert value ${JSON.stringify(value)}. Specify one of the following and try again: ${allowed}.`,
    `CannotConvertArgumentNoMessage,${classOf(cmdlet)}`,
    'InvalidArgument',
  );

export const ambiguousSets = (cmdlet: string): CmdletFailure =>
  cmdletFailure(
    'Parameter set cannot be resolved using the specified named parameters.',
    `AmbiguousParameterSet,${classOf(cmdlet)}`,
    'InvalidArgument',
  );

/** `-NonInteractive` and a forgotten `-Confirm:$false` (skype reference 9, channel). */
export const wantsConfirmation = (cmdlet: string): CmdletFailure =>
  cmdletFailure(
    'Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.',
    `InvalidOperation,${classOf(cmdlet)}`,
    'InvalidOperation',
  );

/** Skype reference 9, row 3.1: while the Central Management Store is being moved every change is refused. */
export const storeReadOnly = (cmdlet: string): CmdletFailure =>
  cmdletFailure(
    '###50020:XDSForceReplication: The Central Management Store is read-only; no change can be made.',
    `ProcessRecordFailed,${classOf(cmdlet)}`,
    'InvalidOperation',
  );

export const notFound = (cmdlet: string, what: string): CmdletFailure =>
  cmdletFailure(`Cannot find "${what}".`, `ObjectNotFound,${classOf(cmdlet)}`, 'ObjectNotFound');

export const computerUnreachable = (cmdlet: string, computer: string): CmdletFailure =>
  cmdletFailure(
    `Connecting to remote server ${computer} failed: the client cannot connect to the destination specified in the request.`,
    `CannotConnect,${classOf(cmdlet)}`,
    'ConnectionError',
  );

/** Deployment cmdlets: two warnings, then the error (skype reference 9, errors). */
export const deploymentFailure = (cmdlet: string, reason: string): CmdletFailure =>
  cmdletFailure(
    `Command execution failed: ${reason}`,
    `ProcessingFailed,Microsoft.Rtc.Management.Deployment.${cmdlet.split('-Cs').join('')}Cmdlet`,
    'InvalidOperation',
    [`${cmdlet} failed.`, `Detailed results can be found at "C:\\Temp\\${cmdlet}.html".`],
  );
