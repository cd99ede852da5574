/**
 * State x statement -> refusal: one table for the model, which looks its answers up here, and for the tests, which reach every
 * row by statements. Rows: sql-server reference 4.4 with section 12. Severities and texts: messages.ts.
 */
import type { SqlFailure } from '../tsql/host.ts';
import { message, withState, type Argument } from './messages.ts';
import type { RefusalRow } from './refusal-row.ts';
import { ALTER_REFUSALS } from './refusals-alter.ts';
import { BACKUP_REFUSALS } from './refusals-backup.ts';
import { OPEN_REFUSALS } from './refusals-open.ts';
import { PARTNER_REFUSALS } from './refusals-partner.ts';
import { RESTORE_REFUSALS } from './refusals-restore.ts';
import { SECURITY_REFUSALS } from './refusals-security.ts';

type ErrorLine = SqlFailure['errors'][number];

export const REFUSALS = {
  ...OPEN_REFUSALS,
  ...BACKUP_REFUSALS,
  ...RESTORE_REFUSALS,
  ...ALTER_REFUSALS,
  ...PARTNER_REFUSALS,
  ...SECURITY_REFUSALS,
} as const;

export type RefusalId = keyof typeof REFUSALS;

/** A row that applies, its text filled in. */
export interface Refusal {
  readonly id: RefusalId;
  readonly line: ErrorLine;
}

export function refusal(id: RefusalId, ...args: readonly Argument[]): Refusal {
  const row: RefusalRow = REFUSALS[id];
  const line = message(row.says, ...args);
  return { id, line: row.messageState === undefined ? line : withState(line, row.messageState) };
}

/**
 * The whole answer: `before`, the message, and what the row says follows it. `last` fills the text of that: the verb of
 * BACKUP and RESTORE, the login.
 */
export function answer({ id, line }: Refusal, last = '', before: readonly ErrorLine[] = []): SqlFailure {
  const { then }: RefusalRow = REFUSALS[id];
  const errors = [...before, line, ...(then === undefined ? [] : [message(then, last)])];
  return { kind: 'failure', errors };
}

/** As `answer`, and the rest of the batch is not run: the database cannot be entered. */
export const answerBatch = (refused: Refusal): SqlFailure => ({ ...answer(refused), abortsBatch: true });
