/** Owner, TRUSTWORTHY and users of an open database, as its instance keeps them. */
import type { DatabaseFacts } from '../topology/pool-facts.ts';
import type { AnswerParts } from './answer-parts.ts';

const USERS = ['SQL_USER', 'WINDOWS_GROUP'] as const;

/** 'unknown': the database is not open, a read failed, or this login would not see the logins of others. */
export function readObjects(
  parts: AnswerParts,
  database: string,
): NonNullable<DatabaseFacts['serverObjects']> {
  const [row] = parts.optional(parts.of('objects', database)) ?? [];
  const orphans = parts.optional(parts.of('orphans', database));
  if (row === undefined || orphans === undefined || row.integerOrNull('sees_logins') !== 1) return 'unknown';
  return {
    owner: row.textOrNull('owner'),
    ownerRecorded: row.integer('owner_recorded') === 1,
    recordedOwner: row.textOrNull('recorded_owner'),
    trustworthy: row.bit('is_trustworthy_on'),
    orphans: orphans.map((user) => ({
      name: user.text('name'),
      type: user.oneOf('type_desc', USERS),
      namedAsAccount: user.text('name').includes('\\'),
      namesake: user.textOrNull('namesake'),
    })),
    mayAlign: row.integerOrNull('may_align') === 1,
  };
}
