/**
 * Every T-SQL text that the product can send, by the export of src/statements that builds it. A builder that is missing here
 * fails statement-registry.test.ts; what is here goes through Microsoft's grammar in test/interop and through the estate's.
 */
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import { RIGHT_TABLE, SQL_VERSIONS } from '../../src/rights/right-table.ts';
import { releaseOf } from '../../src/simulator/catalogue/version-gate.ts';
import * as backups from '../../src/statements/change-backup-restore.ts';
import * as databases from '../../src/statements/change-database.ts';
import * as jobs from '../../src/statements/change-jobs.ts';
import * as shipping from '../../src/statements/change-log-shipping.ts';
import * as mirroring from '../../src/statements/change-mirroring.ts';
import * as rechecks from '../../src/statements/change-recheck.ts';
import * as rights from '../../src/statements/grant-rights.ts';
import { observeCheckup } from '../../src/statements/observe-checkup.ts';
import { observeInstance } from '../../src/statements/observe-instance.ts';
import { observeLogShippingSetup } from '../../src/statements/observe-log-shipping-setup.ts';
import * as objects from '../../src/statements/server-objects.ts';
import { listFolder } from '../../src/statements/list-folder.ts';
import { readHeader } from '../../src/statements/read-header.ts';
import * as epochs from '../../src/statements/epoch-guard.ts';
import * as guards from '../../src/statements/guard-batch.ts';
import * as messages from '../../src/statements/read-message.ts';
import * as waits from '../../src/statements/wait-batch.ts';

/** What a text is built from; each value is another one, so that it can be found again in the text. */
export interface StatementValues {
  readonly database: string;
  readonly compliance: string;
  readonly logical: string;
  readonly server: string;
  readonly path: string;
  readonly target: string;
  readonly share: string;
  readonly folder: string;
  readonly address: string;
  readonly job: string;
  readonly otherJob: string;
  readonly program: string;
  readonly login: string;
  readonly account: string;
}

export const PLAIN_VALUES: StatementValues = {
  database: 'mgc',
  compliance: 'mgccomp',
  logical: 'mgc_data',
  server: 'sql-par-1.contoso.com',
  path: '\\\\fs01\\mgc-logs\\mgc_20261123.trn',
  target: 'D:\\Data\\mgc.mdf',
  share: '\\\\fs01\\mgc-logs',
  folder: 'D:\\LSCopy',
  address: 'TCP://sql-par-1.contoso.com:5022',
  job: 'LSCopy_mgc',
  otherJob: 'LSRestore_mgc',
  program: 'pchat-operator',
  login: 'pchat-login',
  account: 'CONTOSO\\svc-pchat',
};

/** The same name wherever a person could have typed it. */
export const valuesNamed = (name: string): StatementValues => ({
  ...PLAIN_VALUES,
  database: name,
  logical: `l${name}`,
  server: `s${name}`,
  path: `\\\\fs01\\${name}\\p.trn`,
  target: `D:\\${name}\\t.mdf`,
  share: `\\\\fs01\\${name}`,
  folder: `D:\\${name}`,
  address: `TCP://${name}:5022`,
  job: `c${name}`,
  otherJob: `r${name}`,
  program: `p${name}`,
  login: `w${name}`,
  account: `D\\${name}`,
});

const JOB_ID = '0F0E0D0C-0B0A-0908-0706-050403020100';
const SESSIONS = [52, 60];

/** @param version SERVERPROPERTY('ProductVersion') of the instance that is asked */
export type StatementBuilder = (values: StatementValues, version: string) => readonly SqlStatement[];

/** Names of pools are plain by their schema, and the holder is this program's own word. */
const MARK: epochs.EpochMark = { pool: 'contoso-chat', epoch: 7, holder: 'pchat-1 4711 k3j' };

const halves = (v: StatementValues, overwrite: boolean) => ({
  database: v.database,
  primaryServer: v.server,
  share: v.share,
  copyFolder: v.folder,
  jobName: v.job,
  copyJobName: v.job,
  restoreJobName: v.otherJob,
  retentionMinutes: 4320,
  backupThresholdMinutes: 60,
  overwrite,
});

/** Every permission on the server that the table of rights names for the release. */
const rightsOf = (version: string): readonly rights.ServerPermissionName[] => {
  const release = SQL_VERSIONS.find((year) => year === releaseOf(version));
  const wanted = RIGHT_TABLE.map(({ right }) => (release === undefined ? undefined : right(release)));
  return [...new Set(wanted.flatMap((one) => (one?.kind === 'server-permission' ? [one.permission] : [])))];
};

const CHANGES: Readonly<Record<string, StatementBuilder>> = {
  backupDatabase: ({ database, path }) => [
    backups.backupDatabase(database, path),
    backups.backupDatabase(database, path, 'copy-only'),
  ],
  backupLog: ({ database, path }) => [backups.backupLog(database, path)],
  backupTail: ({ database, path }) => [
    backups.backupTail(database, path, []),
    backups.backupTail(database, path, SESSIONS),
  ],
  backupDamagedTail: ({ database, path }) => [
    backups.backupDamagedTail(database, path, false),
    backups.backupDamagedTail(database, path, true),
  ],
  verifyBackup: ({ path }) => [backups.verifyBackup(path)],
  readFileList: ({ path }) => [backups.readFileList(path)],
  restoreLog: ({ database, path }) => [backups.restoreLog(database, path)],
  restoreDatabase: ({ database, path, logical, target }) => [
    backups.restoreDatabase(database, path, 'RECOVERY', []),
    backups.restoreDatabase(database, path, 'NORECOVERY', [{ logical, to: target }]),
  ],
  recoverDatabase: ({ database }) => [backups.recoverDatabase(database)],
  restrictAccess: ({ database }) => [databases.restrictAccess(database)],
  openAccess: ({ database }) => [databases.openAccess(database)],
  takeOffline: ({ database }) => [databases.takeOffline(database)],
  bringOnline: ({ database }) => [databases.bringOnline(database)],
  killSession: () => [databases.killSession(52)],
  setPartnerOff: ({ database }) => [mirroring.setPartnerOff(database)],
  setPartner: ({ database, address }) => [mirroring.setPartner(database, address)],
  forceService: ({ database }) => [mirroring.forceService(database)],
  resumePartner: ({ database }) => [mirroring.resumePartner(database)],
  failOverPartner: ({ database }) => [mirroring.failOverPartner(database)],
  setWitness: ({ database, address }) => [mirroring.setWitness(database, address)],
  readServerObjects: ({ database }) => [objects.readServerObjects(database)],
  ownDatabase: ({ database, login }) => [objects.ownDatabase(database, login)],
  setTrustworthy: ({ database }) => [
    objects.setTrustworthy(database, true),
    objects.setTrustworthy(database, false),
  ],
  createWindowsLogin: ({ account }) => [objects.createWindowsLogin(account)],
  mapUser: ({ database, account, login }) => [objects.mapUser(database, account, login)],
  setJobEnabled: () => [jobs.setJobEnabled(JOB_ID, true), jobs.setJobEnabled(JOB_ID, false)],
  startJob: () => [jobs.startJob(JOB_ID)],
  stopJob: () => [jobs.stopJob(JOB_ID)],
  addJobSchedule: ({ job }) => [jobs.addJobSchedule(JOB_ID, job, 15)],
  deleteSecondary: ({ database }) => [
    shipping.deleteSecondary(database),
    shipping.deleteSecondary(database, true),
  ],
  deletePrimarySecondary: ({ database, server }) => [
    shipping.deletePrimarySecondary(database, server, database),
  ],
  deletePrimary: ({ database }) => [shipping.deletePrimary(database), shipping.deletePrimary(database, true)],
  deleteSecondaryPrimary: ({ server, database }) => [shipping.deleteSecondaryPrimary(server, database)],
  addPrimary: (v) => [shipping.addPrimary(halves(v, false)), shipping.addPrimary(halves(v, true))],
  addAlertJob: () => [shipping.addAlertJob],
  addPrimarySecondary: ({ database, server }) => [shipping.addPrimarySecondary(database, server)],
  addSecondaryPrimary: (v) => [shipping.addSecondaryPrimary(halves(v, true))],
  addSecondaryDatabase: ({ database, server }) => [shipping.addSecondaryDatabase(database, server, 45)],
  raiseEpoch: () => [epochs.raiseEpoch(MARK)],
  withEpoch: (v) => [
    epochs.withEpoch(databases.restrictAccess(v.database), MARK),
    epochs.withEpoch(shipping.deleteSecondary(v.database), MARK),
  ],
};

/** What `pchat grants` prints; the daemon asks, it never grants. */
const GRANTS: Readonly<Record<string, StatementBuilder>> = {
  requireLogin: ({ login, account }) => [rights.requireLogin(login), rights.requireLogin(account)],
  addToServerRole: ({ login }) => [rights.addToServerRole('sysadmin', login)],
  grantOnServer: ({ login }, version) =>
    rightsOf(version).map((permission) => rights.grantOnServer(permission, login)),
  addToDatabaseRole: ({ database, login }) => [rights.addToDatabaseRole(database, 'db_datareader', login)],
  readRights: ({ database }) => [
    rights.readRights([
      rights.serverRoleCheck('sysadmin'),
      rights.serverPermissionCheck('VIEW SERVER STATE'),
      rights.databaseSelectCheck(database),
      rights.objectSelectCheck('msdb.dbo.sysjobs'),
    ]),
  ],
};

const READS: Readonly<Record<string, StatementBuilder>> = {
  observeInstance: ({ database, compliance, program }) => [
    observeInstance({ databases: [], chatDatabases: [], program }),
    observeInstance({ databases: [compliance, database], chatDatabases: [database], program }),
  ],
  observeCheckup: () => [observeCheckup],
  observeLogShippingSetup: ({ database }) => [observeLogShippingSetup(database)],
  readHeader: ({ path }, version) => [readHeader(path, version)],
  listFolder: ({ folder }, version) => [listFolder(folder, version)],
  readMessage: ({ database, server, job }) => [
    messages.readMessage(database, { channelId: server, chatId: job, chatDate: '639000000000000000' }),
  ],
  readNewestMessage: ({ database }) => [messages.readNewestMessage(database)],
  readMirroringEndpoint: () => [mirroring.readMirroringEndpoint],
  readJob: () => [jobs.readJob(JOB_ID)],
  readPrimaryHalf: ({ database }) => [shipping.readPrimaryHalf(database)],
  readSecondaryHalf: ({ database }) => [shipping.readSecondaryHalf(database)],
  readServerName: () => [rechecks.readServerName],
  readCopyNow: ({ database }) => [rechecks.readCopyNow(database)],
  readSessionsIn: ({ database }) => [rechecks.readSessionsIn(database)],
  readOwnSession: () => [rechecks.readOwnSession],
  readProgressOf: () => [rechecks.readProgressOf(51)],
  readNewestFullBackup: ({ database }) => [rechecks.readNewestFullBackup(database)],
  readFilePaths: ({ database }) => [rechecks.readFilePaths(database)],
};

/** Looks in front of a deed in the batches of a runbook; alone they stand behind what finds or declares what they name. */
const BY_HAND: Readonly<Record<string, StatementBuilder>> = {
  useMaster: () => [guards.useMaster],
  stopOnOtherServer: ({ server }) => [guards.stopOnOtherServer(server)],
  stopUnlessState: ({ database }) => [guards.stopUnlessState(database, 'RESTORING')],
  stopUnlessOutOfOrder: ({ database }) => [guards.stopUnlessOutOfOrder(database)],
  stopUnlessOpenToAll: ({ database }) => [guards.stopUnlessOpenToAll(database)],
  stopUnlessBarred: ({ database }) => [guards.stopUnlessBarred(database)],
  stopIfMirrored: ({ database }) => [guards.stopIfMirrored(database)],
  stopUnlessPrincipal: ({ database }) => [guards.stopUnlessPrincipal(database)],
  stopUnlessMirrorAlone: ({ database }) => [guards.stopUnlessMirrorAlone(database)],
  stopUnlessSynchronized: ({ database }) => [guards.stopUnlessSynchronized(database)],
  stopIfPrimary: ({ database }) => [guards.stopIfPrimary(database)],
  stopIfSecondary: ({ database }) => [guards.stopIfSecondary(database)],
  stopUnlessRestored: ({ database }) => [guards.stopUnlessRestored(database)],
  stopUnlessAt: ({ database }) => [guards.stopUnlessAt(database, '34000000010000001')],
  stopIfSessions: ({ database, program }) => [guards.stopIfSessions(database, program)],
  stopUnlessNewestBackup: ({ database, path }) => [guards.stopUnlessNewestBackup(database, path)],
  stopUnlessEndpoint: () => [guards.stopUnlessEndpoint(5022)],
  stopUnlessRc0: () => [behindCall(guards.stopUnlessRc0)],
  closeIfOnline: ({ database }) => [guards.closeIfOnline(database)],
  findJob: ({ database }) => [
    waits.findJob('backup', database),
    waits.findJob('copy', database),
    waits.findJob('restore', database),
  ],
  unlessScheduled: () => [behindJob(waits.unlessScheduled)],
  unlessRunning: () => [behindJob(waits.unlessRunning)],
  awaitIdleJob: () => [behindJob(waits.awaitIdleJob)],
  noteOutcome: () => [behindJob(waits.noteOutcome)],
  awaitOutcome: () => [behindJob(waits.noteOutcome, waits.awaitOutcome)],
  awaitNoChat: ({ database, server }) => [waits.awaitNoChat(database, server)],
  awaitSynchronized: ({ database }) => [waits.awaitSynchronized(database)],
  unlessMirrored: ({ database }) => [waits.unlessMirrored(database)],
  unlessOnline: ({ database }) => [waits.unlessOnline(database)],
  unlessBehind: ({ database }) => [waits.unlessBehind(database, '34000000010000001')],
};

/** One text as a runbook puts it together; @job is a parameter here, where a batch finds it. */
function behindJob(...statements: readonly SqlStatement[]): SqlStatement {
  const [first] = statements;
  if (first === undefined) throw new Error('no statement');
  const text = statements.map((statement) => statement.text).join('\n');
  return { ...first, text, parameters: { job: { type: 'uniqueidentifier', value: JOB_ID } } };
}

/** @rc is declared by the call in front. */
const behindCall = (statement: SqlStatement): SqlStatement => ({
  ...statement,
  text: `DECLARE @rc int = 0;\n${statement.text}`,
});

export const STATEMENT_REGISTRY: Readonly<Record<string, StatementBuilder>> = {
  ...READS,
  ...CHANGES,
  ...GRANTS,
  ...BY_HAND,
};

/** Exports of src/statements that are no texts of their own. */
export const NO_STATEMENTS: Readonly<Record<string, string>> = {
  identifier: 'quotes a name',
  literal: 'quotes a text',
  integer: 'prints a number',
  folderEntries: 'reads the answer to listFolder',
  headerColumns: 'is in the text of readHeader',
  observeContent: 'is in the text of observeInstance',
  observeBacklog: 'is in the text of observeInstance',
  observeServerObjects: 'is in the text of observeInstance',
  OWN_PROGRAM: 'is the name of the own program',
  EPOCH_PASSED: 'is a number of an error',
  EPOCH_UNREADABLE: 'is a number of an error',
  epochJob: 'is the name of a job',
  isWindowsAccount: 'looks at a name',
  serverRoleCheck: 'is in the text of readRights',
  serverPermissionCheck: 'is in the text of readRights',
  databaseSelectCheck: 'is in the text of readRights',
  objectSelectCheck: 'is in the text of readRights',
};

/** Names that someone could mean harm with, or that a careless quotation breaks. `identifier` refuses the last ones. */
export const HOSTILE_NAMES: readonly string[] = [
  'a]b',
  'a]]b',
  ']',
  "a'b",
  "a''b",
  "'",
  'a"b',
  'a;b',
  "m]g'c; DROP DATABASE x --",
  '] SET OFFLINE; ALTER DATABASE [b',
  "'; EXEC xp_cmdshell N'dir'; --",
  'a--b',
  'a/*b',
  '*/',
  '[x].[y]',
  'msdb.dbo',
  '%_^',
  '$(x)',
  '@db',
  ' leading',
  'trailing ',
  'two words',
  'Größe',
  '聊天室',
  '\u{1F4AC}\u{20000}',
  'e\u0301\u202e',
  'x'.repeat(126),
  ']'.repeat(126),
  "'".repeat(126),
  '\u{1F4AC}'.repeat(63),
];

/** No names of databases: refused before a text is built, unless the text takes them as a parameter or a literal. */
export const REFUSED_NAMES: readonly string[] = [
  '',
  'a\nb',
  'a\r\nGO\r\nb',
  'a\tb',
  'a\u2028b',
  'a\u0000b',
  '\uffff',
  'x'.repeat(129),
];
