/**
 * Every message that the simulated engine says: number -> class, state, text. Numbers and texts: sql-server reference 2-4
 * and its section 12. States are recorded ones where section 12 has them, else 1 (unverified), as are texts that the reference only
 * names. Nothing here decides; which number is said when stands in the refusal table.
 */
import type { MessageToken } from '../sql-tokens.ts';
import type { SqlFailure } from '../tsql/host.ts';

type ErrorLine = SqlFailure['errors'][number];

/** class, state, text; every %s takes the next argument. */
// prettier-ignore
const MESSAGES = {
  0: [20, 0, 'A severe error occurred on the current command.  The results, if any, should be discarded.'],
  201: [16, 4, "Procedure or function '%s' expects parameter '%s', which was not supplied."],
  208: [16, 1, "Invalid object name '%s'."],
  229: [14, 5, "The %s permission was denied on the object '%s', database '%s', schema '%s'."],
  262: [14, 1, "%s permission denied in database '%s'."],
  300: [14, 1, "%s permission was denied on object 'server', database 'master'."],
  596: [21, 1, 'Cannot continue the execution because the session is in the kill state.'],
  911: [16, 1, "Database '%s' does not exist. Make sure that the name is entered correctly."],
  916: [14, 1, 'The server principal "%s" is not able to access the database "%s" under the current security context.'],
  921: [16, 112, "Database '%s' has not been recovered yet. Wait and try again."],
  922: [14, 1, "Database '%s' is being recovered. Waiting until recovery is finished."],
  923: [14, 1, "Database '%s' is in restricted mode. Only the database owner and members of the dbcreator and sysadmin roles can access it."],
  924: [14, 1, "Database '%s' is already open and can only have one user at a time."],
  926: [14, 1, "Database '%s' cannot be opened. It has been marked SUSPECT by recovery. See the SQL Server errorlog for more information."],
  927: [14, 2, "Database '%s' cannot be opened. It is in the middle of a restore."],
  942: [14, 4, "Database '%s' cannot be opened because it is offline."],
  945: [14, 2, "Database '%s' cannot be opened due to inaccessible files or insufficient memory or disk space.  See the SQL Server errorlog for details."],
  952: [16, 1, "Database '%s' is in transition. Try the statement later."],
  954: [14, 1, 'The database "%s" cannot be opened. It is acting as a mirror database.'],
  955: [14, 1, 'Database %s is enabled for Database Mirroring, but the database lacks quorum: the database cannot be opened.  Check the partner and witness connections if configured.'],
  956: [14, 1, 'Database %s is enabled for Database Mirroring, but has not yet synchronized with its partner. Try the operation again later.'],
  957: [17, 1, "Database '%s' is enabled for Database Mirroring, The name of the database may not be changed."],
  1205: [13, 51, 'Transaction (Process ID %s) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.'],
  1222: [16, 51, 'Lock request time out period exceeded.'],
  1404: [16, 1, 'The command failed because the database mirror is busy. Reissue the command later.'],
  1405: [16, 1, 'The database "%s" is already enabled for database mirroring.'],
  1406: [16, 1, 'Unable to force service safely. Remove database mirroring and recover database "%s" to gain access.'],
  1407: [16, 1, 'The remote copy of database "%s" is not related to the local copy of the database.'],
  1408: [16, 1, 'The remote copy of database "%s" is not recovered far enough to enable database mirroring. You need to apply missing log records to the remote database by restoring the current log backups from the principal/primary database.'],
  1409: [16, 1, 'Database "%s" requires database logs to be restored either on the future mirror database before you can enable database mirroring or on a secondary availability database before you can join it to the availability group. Restore current log backups from the principal or primary database.'],
  1410: [16, 1, 'The remote copy of database "%s" is already enabled for database mirroring.'],
  1411: [16, 1, 'The remote copy of database "%s" has not had enough log backups applied to roll forward all of its files to a common point in time.'],
  1412: [16, 0, 'The remote copy of database "%s" has not been rolled forward to a point in time that is encompassed in the local copy of the database log.'],
  1413: [16, 1, "Communications to the remote server instance '%s' failed before database mirroring was fully started. The ALTER DATABASE command failed. Retry the command when the remote database is started."],
  1414: [16, 1, 'The database is being closed before database mirroring is fully initialized. The ALTER DATABASE command failed.'],
  1416: [16, 1, 'Database "%s" is not configured for database mirroring.'],
  1418: [16, 1, 'The server network address "%s" can not be reached or does not exist. Check the network address name and that the ports for the local and remote endpoints are operational.'],
  1421: [16, 1, "Communications to the remote server instance '%s' failed to complete before its timeout. The ALTER DATABASE command may have not completed. Retry the command."],
  1422: [16, 1, 'The mirror server instance is not caught up to the recent changes to database "%s". Unable to fail over.'],
  1426: [16, 1, 'To issue ALTER DATABASE SET WITNESS, all three server instances must be interconnected, and the mirror database must be caught up. When these conditions are met, reissue the command.'],
  1427: [16, 1, "The server instance '%s' could not act as the witness. The ALTER DATABASE SET WITNESS command failed."],
  1429: [16, 1, 'The witness server instance name must be distinct from both of the server instances that manage the database. The ALTER DATABASE SET WITNESS command failed.'],
  1431: [16, 1, 'Neither the partner nor the witness server instance for database "%s" is available. Reissue the command when at least one of the instances becomes available.'],
  1433: [16, 1, 'All three server instances did not remain interconnected for the duration of the ALTER DATABASE SET WITNESS command. There may be no witness associated with the database. Verify the status and when necessary repeat the command.'],
  1436: [16, 1, 'The Service Broker ID for the remote copy of database "%s" does not match the ID on the principal server.'],
  1439: [16, 1, 'There is currently no witness associated with database "%s".'],
  1447: [16, 1, 'ALTER DATABASE "%s" command cannot be executed until both partner server instances are up, running, and connected. Start the partner and reissue the command.'],
  1448: [16, 1, 'The remote copy of database "%s" does not exist. Check the database name and reissue the command.'],
  1449: [16, 1, 'ALTER DATABASE command failed due to an invalid server connection string.'],
  1452: [16, 1, 'The partner server instance name must be distinct from the server instance that manages the database. The ALTER DATABASE SET PARTNER command failed.'],
  1455: [16, 1, 'The database mirroring service cannot be forced for database "%s" because the database is not in the correct state to become the principal database.'],
  1456: [16, 3, 'The ALTER DATABASE command could not be sent to the remote server instance \'%s\'. The database mirroring configuration was not changed. Verify that the server is connected, and try again.'],
  1457: [23, 1, "Synchronization of the mirror database, '%s', was interrupted, leaving the database in an inconsistent state. The ALTER DATABASE command failed. Ensure that the principal database, if available, is back up and online, and then reconnect the mirror server instance and allow the mirror database to finish synchronizing."],
  1462: [16, 1, 'Database mirroring is disabled due to a failed redo operation. Unable to resume.'],
  1463: [16, 1, 'Database mirroring is not available in the edition of this SQL Server instance. See books online for more details on feature support in different SQL Server editions.'],
  1464: [16, 1, 'Database "%s" is not in a recovering state which is required for a mirror database or secondary database. The remote database must be restored using WITH NORECOVERY.'],
  1465: [16, 1, 'Database "%s" database is not in full recovery mode on each of the server instances. The full recovery model is required for a database to participate in database mirroring or in an availability group.'],
  1466: [16, 1, 'Database "%s" is read-only on one of the server instances which is incompatible with participating in database mirroring or in an availability group. Set the database to read-write mode, and retry the operation.'],
  1467: [16, 1, 'Database "%s" is in emergency or suspect mode on one of the partners.'],
  1468: [16, 1, 'The operation cannot be performed on database "%s" because it is involved in a database mirroring session or an availability group. Some operations are not allowed on a database that is participating in a database mirroring session or in an availability group.'],
  1469: [16, 1, 'Database "%s" is an auto-close database on one of the partnerswhich is incompatible with participating in database mirroring or in an availability group.'],
  1470: [16, 1, 'The alter database for this partner config values may only be initiated on the current principal server for database "%s".'],
  1473: [16, 1, 'This SQL Server edition does not allow changing the safety level. ALTER DATABASE command failed.'],
  1475: [16, 1, 'Database "%s" might contain bulk logged changes that have not been backed up. Take a log backup on the principal database or primary database. Then restore this backup either on the mirror database to enable database mirroring or on every secondary availability database to enable you to join it to the availability group.'],
  1476: [16, 1, 'Database mirroring timeout value %s exceeds the maximum value 32767.'],
  1477: [16, 1, 'The database mirroring safety level must be FULL to manually failover database "%s".  Set safety level to FULL and retry.'],
  1478: [16, 1, 'The mirror database, "%s", has insufficient transaction log data to preserve the log backup chain of the principal database.  This may happen if a log backup from the principal database has not been taken or has not been restored on the mirror database.'],
  1488: [16, 1, 'Database "%s" database is in single user mode which is incompatible with participating in database mirroring or in an availability group.'],
  1801: [16, 3, "Database '%s' already exists. Choose a different database name."],
  3013: [16, 1, '%s is terminating abnormally.'],
  3014: [10, 1, '%s successfully processed %s pages in %s seconds (%s MB/sec).'],
  3021: [16, 1, 'Cannot perform a backup or restore operation within a transaction.'],
  3023: [16, 2, 'Backup, file manipulation operations (such as ALTER DATABASE ADD FILE) and encryption changes on a database must be serialized. Reissue the statement after the current backup or file manipulation operation is completed.'],
  3031: [16, 1, "Option '%s' conflicts with option(s) '%s'. Remove the conflicting option and reissue the statement."],
  3032: [16, 2, 'One or more of the options (%s) are not supported for this statement. Review the documentation for supported options.'],
  3036: [16, 1, 'The database "%s" is in warm-standby state (set by executing RESTORE WITH STANDBY) and cannot be backed up until the entire restore sequence is completed.'],
  3101: [16, 1, 'Exclusive access could not be obtained because the database is in use.'],
  3102: [16, 1, "%s cannot process database '%s' because it is in use by this session. It is recommended that the master database be used when performing this operation."],
  3104: [16, 1, "RESTORE cannot operate on database '%s' because it is configured for database mirroring or has joined an availability group. If you intend to restore the database, use ALTER DATABASE to remove mirroring or to remove the database from its availability group."],
  3110: [14, 1, "User does not have permission to RESTORE database '%s'."],
  3117: [16, 1, 'The log or differential backup cannot be restored because no files are ready to rollforward.'],
  3118: [16, 1, 'The database "%s" does not exist. RESTORE can only create a database when restoring either a full backup or a file backup of the primary file.'],
  3136: [16, 1, 'This differential backup cannot be restored because the database has not been restored to the correct earlier state.'],
  3153: [16, 1, 'The database is already fully recovered.'],
  3154: [16, 4, "The backup set holds a backup of a database other than the existing '%s' database."],
  3159: [16, 1, 'The tail of the log for the database "%s" has not been backed up. Use BACKUP LOG WITH NORECOVERY to backup the log if it contains work you do not want to lose. Use the WITH REPLACE or WITH STOPAT clause of the RESTORE statement to just overwrite the contents of the log.'],
  3169: [16, 1, 'The database was backed up on a server running version %s. That version is incompatible with this server, which is running version %s. Either restore the database on a server that supports the backup, or use a backup that is compatible with this server.'],
  3180: [16, 1, 'This backup cannot be restored using WITH STANDBY because a database upgrade is needed. Reissue the RESTORE without WITH STANDBY.'],
  3187: [16, 1, 'RESTORE WITH CHECKSUM cannot be specified because the backup set does not contain checksum information.'],
  3189: [16, 1, 'Damage to the backup set was detected.'],
  3201: [16, 2, "Cannot open backup device '%s'. Operating system error %s."],
  3202: [16, 1, 'Write on "%s" failed: %s'],
  3203: [16, 1, 'Read on "%s" failed: %s'],
  3211: [10, 1, '%s percent processed.'],
  3241: [16, 0, "The media family on device '%s' is incorrectly formed. SQL Server cannot process this media family."],
  3242: [16, 1, "The file on device '%s' is not a valid Microsoft Tape Format backup set."],
  3254: [16, 1, "The volume on device '%s' is empty."],
  3256: [16, 1, "The backup set on device '%s' was terminated while it was being created and is incomplete. RESTORE sequence is terminated abnormally."],
  3262: [10, 1, 'The backup set on file %s is valid.'],
  3441: [21, 1, "During startup of warm standby database '%s' (database ID %s), its standby file ('%s') was inaccessible to the RESTORE statement. The operating system error was '%s'. Diagnose the operating system error, correct the problem, and retry startup."],
  3443: [21, 1, "Database '%s' (database ID %s) was marked for standby or read-only use, but has been modified. The RESTORE LOG statement cannot be performed. Restore the database from a backup."],
  3445: [21, 1, "File '%s' is not a valid undo file for database '%s (database ID %s). Verify the file path, and specify the correct file."],
  3701: [11, 1, "Cannot drop the database '%s', because it does not exist or you do not have permission."],
  3702: [16, 4, 'Cannot drop database "%s" because it is currently in use.'],
  3743: [16, 1, "The database '%s' is enabled for database mirroring. Database mirroring must be removed before you drop the database."],
  3906: [16, 1, 'Failed to update database "%s" because the database is read-only.'],
  4035: [10, 1, "Processed %s pages for database '%s', file '%s' on file %s."],
  4038: [16, 1, "Cannot find file ID %s on device '%s'."],
  4060: [11, 1, 'Cannot open database "%s" requested by the login. The login failed.'],
  4208: [16, 1, 'The statement BACKUP LOG is not allowed while the recovery model is SIMPLE. Use BACKUP DATABASE or change the recovery model using ALTER DATABASE.'],
  4214: [16, 1, 'BACKUP LOG cannot be performed because there is no current database backup.'],
  4303: [16, 1, 'The roll forward start point is now at log sequence number (LSN) %s. Additional roll forward past LSN %s is required to complete the restore sequence.'],
  4305: [16, 1, 'The log in this backup set begins at LSN %s, which is too recent to apply to the database. An earlier log backup that includes LSN %s can be restored.'],
  4312: [16, 1, 'This log cannot be restored because a gap in the log chain was created. Use more recent data backups to bridge the gap.'],
  4318: [16, 1, "File '%s' has been rolled forward to LSN %s. This log terminates at LSN %s, which is too early to apply the WITH RECOVERY option. Reissue the RESTORE LOG statement WITH NORECOVERY."],
  4326: [16, 1, 'The log in this backup set terminates at LSN %s, which is too early to apply to the database. A more recent log backup that includes LSN %s can be restored.'],
  4330: [16, 1, 'This backup set cannot be applied because it is on a recovery path that is inconsistent with the database. The recovery path is the sequence of data and log backups that have brought the database to a particular recovery point. Find a compatible backup to restore, or restore the rest of the database to match a recovery point within this backup set, which will restore the database to a different point in time.'],
  4331: [16, 1, 'The database cannot be recovered because the files have been restored to inconsistent points in time.'],
  4333: [16, 1, 'The database cannot be recovered because the log was not restored.'],
  4349: [16, 1, ''],
  4621: [16, 10, 'Permissions at the server scope can only be granted when the current database is master'],
  5003: [16, 1, 'Database mirroring cannot be enabled while the database has offline files.'],
  5011: [14, 9, "User does not have permission to alter database '%s', the database does not exist, or the database is not in a state that allows access checks."],
  5052: [16, 1, '%s is not permitted while a database is in the %s state.'],
  5060: [10, 1, 'Nonqualified transactions are being rolled back. Estimated rollback completion: %s%.'],
  5061: [16, 1, "ALTER DATABASE failed because a lock could not be placed on database '%s'. Try again later."],
  5063: [16, 1, "Database '%s' is in warm standby. A warm-standby database is read-only."],
  5064: [16, 1, "Changes to the state or options of database '%s' cannot be made at this time. The database is in single-user mode, and a user is currently connected to it."],
  5068: [10, 1, 'Failed to restart the current database. The current database is switched to master.'],
  5069: [16, 1, 'ALTER DATABASE statement failed.'],
  5070: [16, 2, "Database state cannot be changed while other users are using the database '%s'"],
  5701: [10, 2, "Changed database context to '%s'."],
  6101: [16, 1, 'Session ID %s is not valid.'],
  6102: [14, 2, 'User does not have permission to use the KILL statement.'],
  6104: [16, 1, 'Cannot use KILL to kill your own process.'],
  6106: [16, 2, 'Process ID %s is not an active process ID.'],
  6107: [14, 1, 'Only user processes can be killed.'],
  6115: [16, 1, 'KILL command cannot be used inside user transactions.'],
  6120: [16, 1, 'Status report cannot be obtained. Rollback operation for Process ID %s is not in progress.'],
  7844: [16, 1, 'The endpoint \'%s\' does not exist or you do not have permission.'],
  15023: [16, 1, "User, group, or role '%s' already exists in the current database."],
  15025: [16, 1, "The server principal '%s' already exists."],
  15110: [16, 1, 'The proposed new database owner is already a user or aliased in the database.'],
  15151: [16, 1, "Cannot %s the %s '%s', because it does not exist or you do not have permission."],
  15247: [16, 1, 'User does not have permission to perform this action.'],
  18401: [14, 1, "Login failed for user '%s'. Reason: Server is in script upgrade mode. Only administrator can connect at this time."],
  18451: [14, 1, "Login failed for user '%s'. Only administrators may connect at this time."],
  18452: [14, 1, 'Login failed. The login is from an untrusted domain and cannot be used with Windows authentication.'],
  18456: [14, 1, "Login failed for user '%s'."],
  18461: [14, 1, "Login failed for user '%s'. Reason: Server is in single user mode. Only one administrator can connect at this time."],
  18470: [14, 1, "Login failed for user '%s'. Reason: The account is disabled."],
  18486: [14, 1, "Login failed for user '%s' because the account is currently locked out. The system administrator can unlock it."],
  18487: [14, 1, "Login failed for user '%s'.  Reason: The password of the account has expired."],
  18488: [14, 1, "Login failed for user '%s'.  Reason: The password of the account must be changed."],
} as const satisfies Record<number, readonly [number, number, string]>;

export type MessageNumber = keyof typeof MESSAGES;
export type Argument = string | number;

function fill(text: string, args: readonly Argument[]): string {
  let index = 0;
  return text.replaceAll('%s', () => {
    const value = args[index];
    index += 1;
    return value === undefined ? '' : String(value);
  });
}

export function message(number: MessageNumber, ...args: readonly Argument[]): ErrorLine {
  const [severity, state, text] = MESSAGES[number];
  return { number, class: severity, state, message: fill(text, args) };
}

/** The same with another state: some numbers have more than one. */
export const withState = (line: ErrorLine, state: number): ErrorLine => ({ ...line, state });

/** Severity 10 reaches a client as class 0 (reference 0). */
const INFO_CLASS = 0;

export const infoToken = (
  number: MessageNumber,
  ...args: readonly Argument[]
): { readonly kind: 'info' } & MessageToken => ({
  kind: 'info',
  ...message(number, ...args),
  class: INFO_CLASS,
  procedure: '',
  line: 1,
});

export const errorToken = (line: ErrorLine): { readonly kind: 'error' } & MessageToken => ({
  kind: 'error',
  ...line,
  procedure: '',
  line: 1,
});

export const refuse = (...lines: readonly ErrorLine[]): SqlFailure => ({ kind: 'failure', errors: lines });

const OS_ERRORS: Readonly<Record<number, string>> = {
  2: 'The system cannot find the file specified.',
  3: 'The system cannot find the path specified.',
  5: 'Access is denied.',
  38: 'Reached the end of the file.',
  53: 'The network path was not found.',
  64: 'The specified network name is no longer available.',
  // Windows' own text; that SQL Server puts it into 3202 in this form is unverified, as of that row.
  112: 'There is not enough space on the disk.',
};

/** `2(The system cannot find the file specified.)`. Forms: sql-server reference 4.4 row 8. */
export const osErrorText = (number: number): string =>
  `${number}(${OS_ERRORS[number] ?? 'failed to retrieve text for this error.'})`;

/** A share that answered before: the connection breaks instead of not being found. */
export const brokenOffText = (number: number): string => osErrorText(number === 53 ? 64 : number);
