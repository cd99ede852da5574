/** Can this instance read a backup file? RESTORE HEADERONLY of one file, for what it says of access; nothing is restored. */
import type { SqlInstances } from '../ports/sql-connection.ts';
import { readHeader } from '../statements/read-header.ts';
import { isDenied } from '../rights/denied.ts';
import { PoolError } from '../topology/pool-error.ts';
import { readHeaderAnswer } from './backup-headers.ts';
import type { HeaderReader } from './log-chain.ts';

/** Rejects with PoolError: PCO_PERMISSION_DENIED of the login; PCO_SQL_ERROR carries what the server said of the file. */
export async function readHeaderThrough(
  sql: SqlInstances,
  { instance, version }: HeaderReader,
  file: string,
  options: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<{ readonly database: string }> {
  const answer = await sql.observer(instance).run(readHeader(file, version), options);
  const header = readHeaderAnswer(instance, answer);
  if ('problem' in header) {
    const { errors: sqlErrors } = answer;
    throw new PoolError(isDenied(sqlErrors) ? 'PCO_PERMISSION_DENIED' : 'PCO_SQL_ERROR', header.problem, {
      sqlErrors,
    });
  }
  return { database: header.header.databaseName };
}
