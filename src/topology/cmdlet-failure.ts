/**
 * Which error code an error record of a cmdlet stands for: by its category and id, and only where neither says it by its
 * text. Pure; shared by the real shell's channel and the simulated one, so that both tell failures apart alike.
 */
import type { ErrorCode } from './pool-error.ts';

export interface CmdletFailureRecord {
  readonly message: string;
  /** FullyQualifiedErrorId, for example `-2144108102,PSSessionOpenFailed`. */
  readonly errorId: string;
  /** CategoryInfo.Category, for example `ConnectionError`. */
  readonly category: string;
}

/** PowerShell's own categories of a connection that did not come about; they do not depend on the language of the text. */
const UNREACHABLE_CATEGORY = /^(ConnectionError|OpenError)$/i;
/** `PSSessionOpenFailed` is recorded (skype reference 9, row 5); the other ids are unverified there. */
const UNREACHABLE_ID =
  /CannotConnect|PSSessionOpenFailed|PSSessionStateBroken|ComputerNotFound|NetworkPathNotFound/i;

/**
 * While the Central Management Store is being moved or cannot be written every change is refused; the one recorded wording is
 * `###50020:XDSForceReplication: ...` (skype reference 9). The other words are a guess and marked unverified there.
 */
const READ_ONLY =
  /###50020|XDSForceReplication|central management store.*(read.?only|cannot be written|not available)/is;

export function classifyCmdletFailure({ message, errorId, category }: CmdletFailureRecord): ErrorCode {
  if (UNREACHABLE_CATEGORY.test(category) || UNREACHABLE_ID.test(errorId)) return 'PCO_COMPUTER_UNREACHABLE';
  if (READ_ONLY.test(`${message} ${errorId}`)) return 'PCO_CMS_READ_ONLY';
  return 'PCO_CMDLET_FAILED';
}
