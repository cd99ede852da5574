/** Who occupies a database. 'unknown' for an account that sees only itself: an empty list would be a lie. */
import type { DatabaseFacts } from '../topology/pool-facts.ts';
import { sameName, type AnswerParts } from './answer-parts.ts';

export function readSessions(
  parts: AnswerParts,
  database: string,
  seesSessions: boolean,
): DatabaseFacts['sessions'] {
  const rows = parts.optional('sessions');
  if (rows === undefined || !seesSessions) return 'unknown';
  return rows
    .filter((row) => sameName(row.text('name'), database))
    .map((row) => ({
      sessionId: row.integer('session_id'),
      login: row.text('login_name'),
      host: row.textOrNull('host_name'),
      program: row.textOrNull('program_name'),
    }))
    .sort((a, b) => a.sessionId - b.sessionId);
}
