/**
 * The one error class of the product. `code` decides what happens next; nobody looks at the message.
 * docs/errors.md is generated from this table.
 */

/** backoff: try again later by itself; never: will not help until something changes; human: a person must act. */
export type Retry = 'backoff' | 'never' | 'human';

interface ErrorRow {
  readonly retry: Retry;
  readonly meaning: string;
}

// prettier-ignore
export const ERROR_CODES = {
  PCO_INSTANCE_UNREACHABLE:  { retry: 'backoff', meaning: 'A SQL Server instance refused or dropped the connection.' },
  PCO_INSTANCE_TIMEOUT:      { retry: 'backoff', meaning: 'A SQL Server instance did not answer within its deadline.' },
  PCO_LOGIN_FAILED:          { retry: 'backoff', meaning: 'A SQL Server instance answered and refused the login; it is alive.' },
  PCO_CERTIFICATE_REFUSED:   { retry: 'backoff', meaning: 'A SQL Server instance answered without TLS or with a certificate that is not trusted; something lives there.' },
  PCO_SQL_ERROR:             { retry: 'backoff', meaning: 'A statement was refused by SQL Server; its numbers are in the details.' },
  PCO_PERMISSION_DENIED:     { retry: 'human',   meaning: 'The login of an instance lacks a right that a statement needs; the right is named, and pchat grants prints the script.' },
  PCO_OUTCOME_UNKNOWN:       { retry: 'backoff', meaning: 'A statement or cmdlet was sent and its answer was lost; the world is observed again before anything else.' },
  PCO_STALLED_OPERATION:     { retry: 'human',   meaning: 'percent_complete of a BACKUP or RESTORE stood still for longer than the stall limit.' },
  PCO_UNEXPECTED_ANSWER:     { retry: 'backoff', meaning: 'An instance, a file or the management shell answered in a form that is not understood.' },
  PCO_SHARE_UNREADABLE:      { retry: 'backoff', meaning: 'A folder could not be listed or a file could not be read.' },
  PCO_COPY_MISMATCH:         { retry: 'backoff', meaning: 'A copied file differs from its source in size or checksum.' },
  PCO_PATH_UNMAPPED:         { retry: 'human',   meaning: 'The settings do not say where the daemon finds a path that SQL Server names.' },
  PCO_SHELL_UNAVAILABLE:     { retry: 'backoff', meaning: 'The management shell did not start, or said what nobody understands.' },
  PCO_SHELL_DIED:            { retry: 'backoff', meaning: 'The management shell ended while it was in use.' },
  PCO_SHELL_TIMEOUT:         { retry: 'backoff', meaning: 'The management shell did not answer within the deadline.' },
  PCO_SHELL_MODULE_MISSING:  { retry: 'human',   meaning: 'The management shell runs where the module SkypeForBusiness cannot be loaded.' },
  PCO_SHELL_NOT_ELEVATED:    { retry: 'human',   meaning: 'A cmdlet was refused for lack of rights, and the management shell does not run elevated.' },
  PCO_SHELL_PROMPT:          { retry: 'human',   meaning: 'A cmdlet wanted to ask a person; nobody is there, so it was not done.' },
  PCO_SSH_UNREACHABLE:       { retry: 'backoff', meaning: 'The ssh server of the management shell does not answer.' },
  PCO_SSH_HOST_KEY_UNKNOWN:  { retry: 'human',   meaning: 'The host key of the ssh server is not in the known-hosts file.' },
  PCO_SSH_HOST_KEY_CHANGED:  { retry: 'human',   meaning: 'The ssh server shows another host key than the known-hosts file holds for it.' },
  PCO_SSH_AUTH_REFUSED:      { retry: 'human',   meaning: 'The ssh server refused the user or the key.' },
  PCO_CMDLET_FAILED:         { retry: 'backoff', meaning: 'A cmdlet reported an error.' },
  PCO_CMDLET_INCOMPLETE:     { retry: 'backoff', meaning: 'A cmdlet reported an error and went on; not everything that was asked for was done.' },
  PCO_CMDLET_NOT_PERMITTED:  { retry: 'human',   meaning: 'A cmdlet was refused for lack of rights.' },
  PCO_ANSWER_TOO_LONG:       { retry: 'human',   meaning: 'A cmdlet returned more than the management shell hands on.' },
  PCO_REPLICATION_PENDING:   { retry: 'backoff', meaning: 'The Central Management Store holds the change, and not every chat server had it within the deadline.' },
  PCO_COMPUTER_UNREACHABLE:  { retry: 'backoff', meaning: 'The management shell could not reach a computer.' },
  PCO_CMS_READ_ONLY:         { retry: 'human',   meaning: 'The Central Management Store cannot be written; every cmdlet that changes is refused.' },
  PCO_STEP_REFUSED:          { retry: 'backoff', meaning: 'A need of the step was false in the fresh read right before its effect.' },
  PCO_IDENTITY_MISMATCH:     { retry: 'human',   meaning: 'Instance, database lineage or site is not the one that the step was planned for.' },
  PCO_DONE_NOT_SEEN:         { retry: 'backoff', meaning: 'The effect of a step did not appear within its deadline.' },
  PCO_EVIDENCE_TOO_WEAK:     { retry: 'human',   meaning: 'A site does not answer, but the signs do not reach the evidence level that the policy names.' },
  PCO_CANCELLED:             { retry: 'backoff', meaning: 'The work was cancelled by a stop, a lost lease, a newer desired state or pchat cancel.' },
  PCO_LEASE_HELD:            { retry: 'never',   meaning: 'Another daemon holds the lease of this journal.' },
  PCO_LEASE_LOST:            { retry: 'never',   meaning: 'The lease was lost; nothing may be changed until it is held again.' },
  PCO_EPOCH_PASSED:          { retry: 'never',   meaning: 'An instance keeps a newer epoch of this pool: another holder has taken over. Nothing was changed; the lease is lost.' },
  PCO_EPOCH_UNREADABLE:      { retry: 'human',   meaning: 'The epoch that an instance keeps for a pool cannot be read or raised; nothing was changed there.' },
  PCO_JOURNAL_UNREADABLE:    { retry: 'human',   meaning: 'The journal holds a record of a version or kind that this program does not know, or is damaged.' },
  PCO_JOURNAL_UNWRITABLE:    { retry: 'human',   meaning: 'The journal could not be written (disk full, permissions); no step starts without it.' },
  PCO_DESIRED_INVALID:       { retry: 'human',   meaning: 'The desired state is not valid; the last good generation stays in force.' },
  PCO_COMMIT_REFUSED:        { retry: 'human',   meaning: 'The newest commit of the desired state is not signed by an allowed key; the last good generation stays in force.' },
  PCO_SOURCE_UNREACHABLE:    { retry: 'backoff', meaning: 'The source of the desired state (file, directory, Git repository) could not be read; the last good generation stays in force.' },
  PCO_SETTINGS_INVALID:      { retry: 'human',   meaning: 'The operator settings are not valid.' },
  PCO_UNSUPPORTED_RUNTIME:   { retry: 'human',   meaning: 'Node.js or the SQL Server driver is older than what is safe.' },
  PCO_USAGE:                 { retry: 'human',   meaning: 'A command was called with arguments that do not fit together.' },
  PCO_SAME_PERSON:           { retry: 'human',   meaning: 'policy.approvals is 2, and the same person approved this plan before.' },
  PCO_PLAN_INVALID:         { retry: 'human',   meaning: 'A saved plan is damaged, was changed after it was saved, is of a version that is not known or of another pool.' },
  PCO_PLAN_MOVED:           { retry: 'human',   meaning: 'The plan, its generation or its loss is no longer the one that a decision was made for: a fact that a saved plan used has moved, or If-Match names an older plan. Nothing was decided.' },
  PCO_NOT_AUTHORISED:        { retry: 'human',   meaning: 'A changing request came without the daemon\'s token.' },
  PCO_INTERNAL:              { retry: 'human',   meaning: 'A defect of this program.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One error token of SQL Server. `procedure` is empty outside procedures. */
export interface SqlErrorDetail {
  readonly number: number;
  readonly state: number;
  readonly class: number;
  readonly message: string;
  readonly procedure?: string;
}

export interface PoolErrorOptions {
  readonly cause?: unknown;
  /** Every error token of the answer, in server order. Decide on the set of numbers, never on the last one. */
  readonly sqlErrors?: readonly SqlErrorDetail[];
  /** What a person can do about it, one sentence. */
  readonly hint?: string;
}

export class PoolError extends Error {
  readonly code: ErrorCode;
  readonly sqlErrors: readonly SqlErrorDetail[];
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: PoolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PoolError';
    this.code = code;
    this.sqlErrors = options.sqlErrors ?? [];
    this.hint = options.hint;
  }

  get retry(): Retry {
    return ERROR_CODES[this.code].retry;
  }

  /** True when any error token of the answer carries one of these numbers. */
  hasSqlNumber(...numbers: readonly number[]): boolean {
    return this.sqlErrors.some((error) => numbers.includes(error.number));
  }
}

/** Anything thrown, as a PoolError; a foreign error becomes PCO_INTERNAL with its cause kept. */
export function toPoolError(error: unknown): PoolError {
  if (error instanceof PoolError) return error;
  return new PoolError('PCO_INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
