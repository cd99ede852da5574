/** The INFO lines at the end of BACKUP and RESTORE: 4035 per file and 3014. Section 12: RESTORE LOG prints the data file too. */
import type { BackupSetHeader } from '../backup-file.ts';
import type { SqlToken } from '../sql-tokens.ts';
import { infoToken } from './messages.ts';

const PAGE_BYTES = 8192;
const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES);

/** Which files have a line, and which of them has pages. */
export type FileLines = 'both' | 'log' | 'data-empty';

export function fileLines(
  database: string,
  header: BackupSetHeader,
  which: FileLines,
  file: number,
): readonly SqlToken[] {
  const pages = pagesOf(header.backupBytes);
  const log = header.type === 'full' ? 1 : pages;
  const data = which === 'data-empty' ? 0 : pages;
  const logLine = infoToken(4035, log, database, `${database}_log`, file);
  return which === 'log' ? [logLine] : [infoToken(4035, data, database, database, file), logLine];
}

export function processedLine(verb: string, bytes: number, milliseconds: number): SqlToken {
  const seconds = Math.max(milliseconds, 1) / 1000;
  const rate = (bytes / (1024 * 1024) / seconds).toFixed(3);
  return infoToken(3014, verb, pagesOf(bytes), seconds.toFixed(3), rate);
}
