/**
 * BACKUP and RESTORE texts. They travel as plain batches with quoted names and literals; every RESTORE says RECOVERY or
 * NORECOVERY, because leaving it out means RECOVERY. Source: sql-server reference 3.1, 3.3, 6.2, 6.5.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { identifier, integer, literal } from './quote.ts';

const batch = (name: string, text: string): SqlStatement => ({ name, text, parameters: {}, mode: 'batch' });

export interface FileMove {
  readonly logical: string;
  readonly to: string;
}

/** CHECKSUM is needed for RESTORE ... WITH CHECKSUM later (else 3187); INIT so that the file holds one set only. */
export function backupDatabase(
  database: string,
  path: string,
  kind: 'regular' | 'copy-only' = 'regular',
): SqlStatement {
  const copyOnly = kind === 'copy-only' ? 'COPY_ONLY, ' : '';
  return batch(
    'backup-database',
    `BACKUP DATABASE ${identifier(database)} TO DISK = ${literal(path)} WITH ${copyOnly}INIT, CHECKSUM, STATS = 10;`,
  );
}

export const backupLog = (database: string, path: string): SqlStatement =>
  batch(
    'backup-log',
    `BACKUP LOG ${identifier(database)} TO DISK = ${literal(path)} WITH INIT, CHECKSUM, STATS = 10;`,
  );

/**
 * The tail in one batch from master: close the door, end who is inside, back up and leave the copy RESTORING. An error of
 * one statement does not stop the next (a session that is gone already: 6106), so the state is read again afterwards.
 */
export function backupTail(database: string, path: string, sessions: readonly number[]): SqlStatement {
  const name = identifier(database);
  const lines = [
    `ALTER DATABASE ${name} SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;`,
    ...sessions.map((id) => `KILL ${integer(id)};`),
    `BACKUP LOG ${name} TO DISK = ${literal(path)} WITH NORECOVERY, INIT, CHECKSUM, STATS = 10;`,
  ];
  return batch('backup-tail', lines.join('\n'));
}

/**
 * What the log of a damaged copy still holds, from master; the copy is left RESTORING. Nobody can be inside of it. Source: sql-server
 * reference 3.1, 6.3. NO_TRUNCATE contains CONTINUE_AFTER_ERROR by its page; practice says it again where the first try fails.
 */
export function backupDamagedTail(database: string, path: string, anyway: boolean): SqlStatement {
  const options = `NO_TRUNCATE, ${anyway ? 'CONTINUE_AFTER_ERROR, ' : ''}NORECOVERY, INIT, CHECKSUM, STATS = 10`;
  return batch(
    'backup-damaged-tail',
    `BACKUP LOG ${identifier(database)} TO DISK = ${literal(path)} WITH ${options};`,
  );
}

export const verifyBackup = (path: string): SqlStatement =>
  batch('verify-backup', `RESTORE VERIFYONLY FROM DISK = ${literal(path)} WITH CHECKSUM;`);

export const readFileList = (path: string): SqlStatement =>
  batch('read-file-list', `RESTORE FILELISTONLY FROM DISK = ${literal(path)};`);

export const restoreLog = (database: string, path: string): SqlStatement =>
  batch(
    'restore-log',
    `RESTORE LOG ${identifier(database)} FROM DISK = ${literal(path)} WITH NORECOVERY, STATS = 10;`,
  );

/** REPLACE bypasses the wrong-database and tail checks of the server: the caller has checked identity on this connection. */
export function restoreDatabase(
  database: string,
  path: string,
  end: 'RECOVERY' | 'NORECOVERY',
  moves: readonly FileMove[],
): SqlStatement {
  const options = [
    'REPLACE',
    end,
    'CHECKSUM',
    ...moves.map((move) => `MOVE ${literal(move.logical)} TO ${literal(move.to)}`),
    'STATS = 10',
  ];
  return batch(
    'restore-database',
    `RESTORE DATABASE ${identifier(database)} FROM DISK = ${literal(path)} WITH ${options.join(', ')};`,
  );
}

export const recoverDatabase = (database: string): SqlStatement =>
  batch('recover-database', `RESTORE DATABASE ${identifier(database)} WITH RECOVERY;`);
