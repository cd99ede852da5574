/** Which way log backups travel on a site, from what was seen. Pure. */

export interface WayFacts {
  /** This computer lists the share and the copy folder. */
  readonly shareListed: boolean;
  readonly copyFolderListed: boolean;
  /** The instance that restores reads a log backup straight from the share; null: it could not be tried. */
  readonly shareReadBySql: boolean | null;
  /** LSCopy is there and enabled, and its last run did not fail. */
  readonly copyJobWorks: boolean;
}

/**
 * daemon: it copies and checks every file itself. sql-server: the instance restores straight from the share. copy-job: LSCopy brings
 * the files before it is removed. none: nobody brings them.
 */
export type FileWay = 'daemon' | 'sql-server' | 'copy-job' | 'none';

export function fileWay({ shareListed, copyFolderListed, shareReadBySql, copyJobWorks }: WayFacts): FileWay {
  if (shareListed && copyFolderListed) return 'daemon';
  if (shareReadBySql === true) return 'sql-server';
  return copyJobWorks ? 'copy-job' : 'none';
}

export const FILE_WAYS: Readonly<Record<FileWay, string>> = {
  daemon: 'this computer reaches share and copy folder and copies log backups itself',
  'sql-server': 'SQL Server of the backup site restores log backups straight from the share',
  'copy-job': 'only the job LSCopy brings log backups to the backup site',
  none: 'nobody brings log backups to the backup site',
};
