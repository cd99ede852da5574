/** Refusals of BACKUP DATABASE and BACKUP LOG. Rows: sql-server reference 4.4, 3.1, 3.2. */
import type { RefusalRows } from './refusal-row.ts';

const CLOSED = { statement: 'BACKUP', then: 3013 } as const;
const INFERRED = 'the reference has the number for USE only';

// prettier-ignore
export const BACKUP_REFUSALS = {
  'backup/absent': { ...CLOSED, source: '4.4 #32', state: 'absent', says: 911, marks: ['M'] },
  'backup/restoring': { ...CLOSED, source: '4.4 #16', state: 'RESTORING', says: 927, marks: ['P', 'rec'] },
  'backup/mirror': { ...CLOSED, source: '4.4 #78', state: 'MIRROR', says: 954, marks: ['M', 'I'], doubt: '3059 exists as well; a true mirror was never recorded' },
  'backup/no-quorum': { ...CLOSED, source: '4.4 #81', state: 'PRINCIPAL without quorum', says: 955, marks: ['M', 'I'], doubt: INFERRED },
  'backup/not-synchronized': { ...CLOSED, source: '4.4 #82', state: 'partner that was just restarted', says: 956, marks: ['M', 'I'], doubt: INFERRED },
  'backup/in-transition': { ...CLOSED, source: '4.4 #21', state: 'a RESTORE or tail owns it', says: 3101, marks: ['M', 'I'], doubt: 'the reference has the number for RESTORE' },
  'backup/recovering': { ...CLOSED, source: '4.4 #50', state: 'RECOVERING', says: 922, marks: ['M', 'I'], doubt: INFERRED },
  'backup/recovery-pending': { ...CLOSED, source: '4.4 #48', state: 'RECOVERY_PENDING', says: 945, marks: ['M', 'I'], doubt: INFERRED },
  'backup/suspect': { ...CLOSED, source: '4.4 #49', state: 'SUSPECT', says: 926, marks: ['M', 'I'], doubt: INFERRED },
  'backup/offline': { ...CLOSED, source: '4.4 #47', state: 'OFFLINE', says: 942, marks: ['M', 'rec'] },
  'backup/single-user': { ...CLOSED, source: '4.4 #42', state: 'SINGLE_USER, held by another', says: 924, marks: ['M', 'I'], doubt: INFERRED },
  'backup/restricted': { ...CLOSED, source: '4.4 #44', state: 'RESTRICTED_USER', says: 923, marks: ['M', 'I'], doubt: INFERRED },
  'backup/no-user': { ...CLOSED, source: '4.4 #98', state: 'ONLINE', says: 916, marks: ['M', 'I'], doubt: INFERRED },
  'backup/standby': { ...CLOSED, source: '4.4 #23', state: 'STANDBY', says: 3036, marks: ['M'] },
  'backup/no-right': { ...CLOSED, source: '4.4 #99', state: 'ONLINE', statement: 'BACKUP without the right', says: 262, marks: ['M'] },
  'backup/serialized': { ...CLOSED, source: '4.4 #38', state: 'ONLINE, a full backup runs', statement: 'BACKUP DATABASE', says: 3023, marks: ['M'] },
  'backup/in-transaction': { ...CLOSED, source: '4.4 #39', state: 'in a transaction', says: 3021, marks: ['M'] },
  'backup/conflict': { ...CLOSED, source: '4.4 #40', state: 'any', statement: 'BACKUP WITH options that exclude each other', says: 3031, marks: ['M'] },
  'backup/option': { ...CLOSED, source: '4.4 #40', state: 'any', statement: 'BACKUP WITH an option that it does not have', says: 3032, marks: ['M'] },
  'backup/device': { ...CLOSED, source: '4.4 #41', state: 'any', statement: 'BACKUP to a folder that does not answer', says: 3201, messageState: 1, marks: ['M', 'rec'] },
  'backup/write': { ...CLOSED, source: '4.4 #41', state: 'any', statement: 'BACKUP whose folder goes away or is full', says: 3202, marks: ['M'] },
  'backup/append-foreign': { ...CLOSED, source: '4.4 #9', state: 'any', statement: 'BACKUP NOINIT onto a file that is no backup', says: 3241, marks: ['M', 'rec'] },
  'backup/append-empty': { ...CLOSED, source: '4.4 #9', state: 'any', statement: 'BACKUP NOINIT onto an empty file', says: 3254, marks: ['M', 'I'], doubt: 'the reference has the number for RESTORE' },
  'backup/append-truncated': { ...CLOSED, source: '4.4 #9', state: 'any', statement: 'BACKUP NOINIT onto a cut file', says: 3256, marks: ['M', 'I'], doubt: 'the reference has the number for RESTORE' },
  'backup-log/simple': { ...CLOSED, source: '4.4 #34', state: 'ONLINE, SIMPLE', statement: 'BACKUP LOG', says: 4208, marks: ['M'] },
  'backup-log/never-full': { ...CLOSED, source: '4.4 #33', state: 'ONLINE, never backed up', statement: 'BACKUP LOG', says: 4214, marks: ['M'] },
  'tail/mirrored': { ...CLOSED, source: '4.4 #52', state: 'PRINCIPAL', statement: 'BACKUP LOG WITH NORECOVERY', says: 1468, marks: ['D', 'I'], doubt: 'only the refusal is documented; 3059 and 3031 are candidates too' },
  'tail/own-context': { ...CLOSED, source: '4.4 #36', state: 'ONLINE', statement: 'BACKUP LOG WITH NORECOVERY from inside it', says: 3102, marks: ['M'] },
  'tail/in-use': { ...CLOSED, source: '4.4 #35', state: 'ONLINE, in use', statement: 'BACKUP LOG WITH NORECOVERY', says: 3101, marks: ['P'] },
} as const satisfies RefusalRows;
