/** Texts of src/statements/change-*: hostile names stay inside their quotes, values travel as parameters, and all of it is T-SQL. */
import { describe, expect, test } from 'vitest';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import { programOf } from '../../src/simulator/tsql/compile.ts';
import * as backups from '../../src/statements/change-backup-restore.ts';
import * as databases from '../../src/statements/change-database.ts';
import * as jobs from '../../src/statements/change-jobs.ts';
import * as shipping from '../../src/statements/change-log-shipping.ts';
import * as mirroring from '../../src/statements/change-mirroring.ts';
import * as rechecks from '../../src/statements/change-recheck.ts';

const HOSTILE = [
  'mgc',
  "m]g'c; DROP DATABASE x --",
  'chat db',
  'a]]b',
  "'",
  '] SET OFFLINE; ALTER DATABASE [b',
];
const JOB = '0F0E0D0C-0B0A-0908-0706-050403020100';

const withNames = (db: string, path: string): readonly SqlStatement[] => [
  backups.backupDatabase(db, path),
  backups.backupDatabase(db, path, 'copy-only'),
  backups.backupLog(db, path),
  backups.backupTail(db, path, [52, 60]),
  backups.verifyBackup(path),
  backups.readFileList(path),
  backups.restoreLog(db, path),
  backups.restoreDatabase(db, path, 'RECOVERY', []),
  backups.restoreDatabase(db, path, 'NORECOVERY', [{ logical: db, to: path }]),
  backups.recoverDatabase(db),
  databases.restrictAccess(db),
  databases.openAccess(db),
  databases.takeOffline(db),
  databases.bringOnline(db),
  databases.killSession(52),
  mirroring.setPartnerOff(db),
  mirroring.setPartner(db, 'TCP://sql-par-1.contoso.com:5022'),
  mirroring.setWitness(db, 'TCP://sql-par-w.contoso.com:5022'),
  mirroring.readMirroringEndpoint,
  jobs.setJobEnabled(JOB, true),
  jobs.startJob(JOB),
  jobs.stopJob(JOB),
  jobs.readJob(JOB),
  jobs.addJobSchedule(JOB, db, 15),
  shipping.readPrimaryHalf(db),
  shipping.readSecondaryHalf(db),
  shipping.deleteSecondary(db),
  shipping.deleteSecondary(db, true),
  shipping.deleteSecondaryPrimary(db, db),
  shipping.deletePrimarySecondary(db, db, db),
  shipping.deletePrimary(db),
  shipping.deletePrimary(db, true),
  shipping.addPrimary({
    database: db,
    share: path,
    jobName: db,
    retentionMinutes: 1,
    backupThresholdMinutes: 1,
    overwrite: false,
  }),
  shipping.addAlertJob,
  shipping.addPrimarySecondary(db, db),
  shipping.addSecondaryPrimary({
    database: db,
    primaryServer: db,
    share: path,
    copyFolder: path,
    copyJobName: db,
    restoreJobName: db,
    retentionMinutes: 1,
    overwrite: true,
  }),
  shipping.addSecondaryDatabase(db, db, 45),
  rechecks.readCopyNow(db),
  rechecks.readSessionsIn(db),
  rechecks.readOwnSession,
  rechecks.readProgressOf(51),
  rechecks.readNewestFullBackup(db),
  rechecks.readFilePaths(db),
];

const TYPES = {
  nvarchar: 'nvarchar(max)',
  int: 'int',
  bit: 'bit',
  bigint: 'bigint',
  uniqueidentifier: 'uniqueidentifier',
};

function instructionsOf({ text, parameters }: SqlStatement): number {
  const declarations = Object.entries(parameters).map(([name, { type }]) => `@${name} ${TYPES[type]}`);
  return programOf(text, declarations.join(', ')).instructions.length;
}

const plain = withNames('mgc', '\\\\fs01\\mgc-logs\\a.bak');

describe.each(HOSTILE)('a database called %s', (db) => {
  test('adds no statement to any text, and each text is T-SQL', () => {
    const texts = withNames(db, `\\\\fs01\\${db}\\a.bak`);
    expect(texts.map(instructionsOf)).toEqual(plain.map(instructionsOf));
  });

  test('stands in no text outside brackets and literals', () => {
    for (const statement of withNames(db, '\\\\fs01\\x.bak')) {
      const open = statement.text.replace(/\[(?:[^\]]|\]\])*\]/g, '[]').replace(/N'(?:[^']|'')*'/g, "N''");
      expect(open).not.toContain('DROP DATABASE x');
      expect(open).not.toContain('ALTER DATABASE [b');
    }
  });
});

test('batches carry no parameters, and no RESTORE leaves out RECOVERY or NORECOVERY', () => {
  for (const { mode, parameters, text } of plain) {
    if (mode === 'batch') expect(parameters).toEqual({});
    if (/^RESTORE (DATABASE|LOG)/.test(text)) expect(text).toMatch(/\b(NO)?RECOVERY\b/);
  }
});

test('every change of access or state that could wait for others says how it ends them', () => {
  const changes = [
    databases.restrictAccess('mgc'),
    databases.openAccess('mgc'),
    databases.takeOffline('mgc'),
  ];
  for (const { text } of changes) expect(text).toContain('WITH ROLLBACK IMMEDIATE');
});

test('the tail is one batch: door, sessions, backup', () => {
  expect(backups.backupTail('mgc', '\\\\fs01\\t.trn', [52, 60]).text.split('\n')).toEqual([
    'ALTER DATABASE [mgc] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;',
    'KILL 52;',
    'KILL 60;',
    "BACKUP LOG [mgc] TO DISK = N'\\\\fs01\\t.trn' WITH NORECOVERY, INIT, CHECKSUM, STATS = 10;",
  ]);
});
