/** Refusals of RESTORE in all its forms. Rows: sql-server reference 4.4, 3.3, 5.2. */
import type { RefusalRows } from './refusal-row.ts';

const RESTORE = { statement: 'RESTORE', then: 3013 } as const;
const LOG = { statement: 'RESTORE LOG', then: 3013 } as const;
const RECOVER = { statement: 'RESTORE DATABASE WITH RECOVERY', then: 3013 } as const;
const ONE_FILE = 'every database has one data file, which is never restored alone';
const NO_DIFFERENTIAL = 'the product takes and restores no differential backups, so the estate has none';

// prettier-ignore
export const RESTORE_REFUSALS = {
  'restore/absent': { ...RECOVER, source: '4.4 #32', state: 'absent', says: 911, marks: ['M', 'I'], doubt: 'the row speaks of BACKUP' },
  'restore-log/absent': { ...LOG, source: '4.4 #31', state: 'absent', says: 3118, marks: ['M'] },
  'restore/own-context': { ...RESTORE, source: '4.4 #22', state: 'any', statement: 'RESTORE from inside it', says: 3102, marks: ['M', 'rec'] },
  'restore/principal': { ...RESTORE, source: '4.4 #51', state: 'PRINCIPAL', says: 3104, marks: ['M', 'P'] },
  'restore/mirror': { ...RESTORE, source: '4.4 #79', state: 'MIRROR', says: 3104, marks: ['M'] },
  'restore/standby-in-use': { ...LOG, source: '4.4 #21', state: 'STANDBY, in use', says: 3101, marks: ['M', 'P'] },
  'restore/in-use': { ...RESTORE, source: '4.4 #29', state: 'in use', says: 3101, marks: ['M'] },
  'restore/in-transaction': { ...RESTORE, source: '4.4 #39', state: 'in a transaction', says: 3021, marks: ['M'] },
  'restore/conflict': { ...RESTORE, source: '4.4 #40', state: 'any', statement: 'RESTORE WITH RECOVERY, NORECOVERY', says: 3031, marks: ['M'] },
  'restore/option': { ...RESTORE, source: '4.4 #40', state: 'any', statement: 'RESTORE WITH an option that it does not have', says: 3032, marks: ['M'] },
  'restore/no-right': { ...RESTORE, source: '4.4 #99', state: 'any', statement: 'RESTORE without the right', says: 3110, marks: ['M'] },
  'restore/no-right-to-create': { ...RESTORE, source: '8', state: 'absent', statement: 'RESTORE without the right', says: 262, marks: ['D', 'I'], doubt: 'the number' },
  'restore-info/no-right': { ...RESTORE, source: '8', state: 'any', statement: 'RESTORE HEADERONLY without the right', says: 262, marks: ['D', 'I'], doubt: 'the number' },

  'restore/device': { ...RESTORE, source: '4.4 #8', state: 'RESTORING', statement: 'RESTORE from a file or folder that is not there', says: 3201, messageState: 2, marks: ['M', 'X', 'rec'] },
  'restore/foreign': { ...RESTORE, source: '4.4 #9', state: 'any', statement: 'RESTORE from a file that is no backup', says: 3241, marks: ['M', 'rec'] },
  'restore/empty': { ...RESTORE, source: '4.4 #9', state: 'any', statement: 'RESTORE from an empty file', says: 3254, marks: ['M'] },
  'restore/truncated': { ...RESTORE, source: '4.4 #9', state: 'any', statement: 'RESTORE from a cut file', says: 3256, marks: ['M'] },
  'restore/read': { ...RESTORE, source: '4.4 #9', state: 'any', statement: 'RESTORE whose file goes away while it is read', says: 3203, marks: ['M'] },
  'restore/damaged': { ...RESTORE, source: '4.4 #9', state: 'any', statement: 'RESTORE from a file with damage in it', says: 3189, marks: ['M'] },
  'restore/not-tape-format': { ...RESTORE, source: '4.4 #9', state: 'any', statement: 'RESTORE from a foreign file', says: 3242, marks: ['M'], unreached: 'what tells it from 3241 is unknown: the estate says 3241' },
  'restore/file-number': { ...RESTORE, source: '4.4 #10', state: 'any', statement: 'RESTORE WITH FILE = n, n too great', says: 4038, marks: ['X'], doubt: '3287 is a candidate too' },
  'restore/no-checksums': { ...RESTORE, source: '3.1', state: 'any', statement: 'RESTORE WITH CHECKSUM from a backup without', says: 3187, marks: ['M'] },
  'restore/newer': { ...RESTORE, source: '3.3', state: 'any', statement: 'RESTORE of a newer version', says: 3169, marks: ['M'] },
  'restore/standby-older': { ...RESTORE, source: '4.4 #13', state: 'any', statement: 'RESTORE WITH STANDBY of an older version', says: 3180, marks: ['M'] },
  'restore/not-a-full': { ...RESTORE, source: '-', state: 'any', statement: 'RESTORE DATABASE from a log backup', says: 3117, marks: ['I'], doubt: 'number as for a log that nothing is ready for' },

  'restore/other-family': { ...RESTORE, source: '4.4 #7', state: 'RESTORING', statement: 'RESTORE of another family', says: 3154, marks: ['M'] },
  'restore/tail': { ...RESTORE, source: '4.4 #28', state: 'ONLINE', statement: 'RESTORE DATABASE over an unsaved tail', says: 3159, marks: ['M'] },
  'restore-log/online': { ...LOG, source: '4.4 #27', state: 'ONLINE', says: 3117, marks: ['M', 'P', 'rec'] },
  'restore-log/too-recent': { ...LOG, source: '4.4 #2', state: 'RESTORING', says: 4305, marks: ['M', 'P'] },
  'restore-log/too-early': { ...LOG, source: '4.4 #3', state: 'RESTORING', says: 4326, marks: ['M', 'P', 'rec'] },
  'restore-log/other-fork': { ...LOG, source: '4.4 #4', state: 'RESTORING', says: 4330, marks: ['M'] },
  'restore-log/gap': { ...LOG, source: '4.4 #5', state: 'RESTORING', says: 4312, marks: ['M'], unreached: ONE_FILE },
  'restore-log/initialize': { ...LOG, source: '4.4 #5', state: 'RESTORING', says: 4349, marks: ['M'], unreached: ONE_FILE },
  'restore-differential/base': { ...RESTORE, source: '4.4 #6', state: 'RESTORING', says: 3136, marks: ['M'], unreached: NO_DIFFERENTIAL },
  'recover/online': { ...RECOVER, source: '4.4 #30', state: 'ONLINE', says: 3153, marks: ['M'] },
  'recover/no-log': { ...RECOVER, source: '4.4 #12', state: 'RESTORING, the restore was cut', says: 4333, marks: ['M'] },
  'recover/damaged': { ...RECOVER, source: '4.4 #12', state: 'RESTORING by the tail of damaged files', says: 4333, marks: ['I'], doubt: 'no page says what recovery of damaged files answers; 824, 4331 and a SUSPECT copy are candidates' },
  'recover/inconsistent': { ...RECOVER, source: '4.4 #12', state: 'RESTORING', says: 4331, marks: ['M'], unreached: ONE_FILE },
  'recover/no-recovery': { ...RECOVER, source: '4.4 #12', state: 'RESTORING', says: 4303, marks: ['M'], unreached: ONE_FILE },
  'recover/more-needed': { ...RECOVER, source: '4.4 #12', state: 'RESTORING', says: 4318, marks: ['M'], unreached: ONE_FILE },

  'standby/undo-file': { source: '4.4 #26', state: 'STANDBY, its undo file is lost', statement: 'RESTORE', says: 3441, marks: ['M'] },
  'standby/modified': { source: '4.4 #26', state: 'STANDBY, modified', statement: 'RESTORE LOG', says: 3443, marks: ['M'], unreached: 'nothing writes into a standby copy here' },
  'standby/bad-undo-file': { source: '4.4 #26', state: 'STANDBY, its undo file is not one', statement: 'RESTORE', says: 3445, marks: ['M'] },
} as const satisfies RefusalRows;
