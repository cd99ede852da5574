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
  /** Full class names of the exception and those inside it. */
  readonly exceptions?: readonly string[];
  /** false: the cmdlet went on after it. */
  readonly terminating?: boolean;
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

/** Hosts without a person say so by this class; powershell.exe with -NonInteractive by the text (skype reference 9, channel). */
const PROMPT_CLASS = 'System.Management.Automation.Host.HostException';
const PROMPT_TEXT = /Read and Prompt functionality is not available/;
const PERMISSION_CATEGORY = /^(PermissionDenied|SecurityError)$/i;

/** A cmdlet that answered, though with an error of its own. */
const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>([
  'PCO_CMDLET_FAILED',
  'PCO_CMDLET_INCOMPLETE',
  'PCO_CMDLET_NOT_PERMITTED',
  'PCO_SHELL_NOT_ELEVATED',
  'PCO_SHELL_PROMPT',
  'PCO_ANSWER_TOO_LONG',
]);

export const isCmdletRefusal = (code: ErrorCode): boolean => REFUSALS.has(code);

export function classifyCmdletFailure(record: CmdletFailureRecord): ErrorCode {
  const { message, errorId, category, exceptions = [], terminating } = record;
  if (UNREACHABLE_CATEGORY.test(category) || UNREACHABLE_ID.test(errorId)) return 'PCO_COMPUTER_UNREACHABLE';
  if (READ_ONLY.test(`${message} ${errorId}`)) return 'PCO_CMS_READ_ONLY';
  if (errorId === 'AnswerTooLong,Channel') return 'PCO_ANSWER_TOO_LONG';
  if (exceptions.includes(PROMPT_CLASS) || PROMPT_TEXT.test(message)) return 'PCO_SHELL_PROMPT';
  if (PERMISSION_CATEGORY.test(category)) return 'PCO_CMDLET_NOT_PERMITTED';
  return terminating === false ? 'PCO_CMDLET_INCOMPLETE' : 'PCO_CMDLET_FAILED';
}

/** `errorId` of a shell that says why it does not start. The ids of PSSession are unverified. */
export function classifyStartFailure(errorId: string): ErrorCode {
  if (errorId === 'ModuleMissing') return 'PCO_SHELL_MODULE_MISSING';
  if (/AccessDenied/i.test(errorId)) return 'PCO_CMDLET_NOT_PERMITTED';
  return 'PCO_SHELL_UNAVAILABLE';
}
