/** RESTORE HEADERONLY, FILELISTONLY, LABELONLY, VERIFYONLY: what is in a file, without restoring it. Reference 3.4, 3.5, section 12. */
import type { BackupSet } from '../backup-file.ts';
import type { SqlToken } from '../sql-tokens.ts';
import type { Command, VirtualTable } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { readBackupFile } from './backup-devices.ts';
import { tableOf, type NamedValues } from './catalogue-columns.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';
import { datetimeText } from './instants.ts';
import { infoToken } from './messages.ts';
import { answer, refusal } from './refusal-table.ts';
import { mayCreateDatabases } from './server-permissions.ts';
import { compatibilityOf } from './views-databases.ts';
import { flagsOf } from './views-history.ts';

type InfoCommand = Extract<Command, { readonly kind: 'restore-info' }>;

const MINUTE_MS = 60_000;
const NO_GUID = '00000000-0000-0000-0000-000000000000';
/** The verb of 3013 (section 12). */
const VERBS = {
  HEADERONLY: 'RESTORE HEADERONLY',
  FILELISTONLY: 'RESTORE FILELIST',
  LABELONLY: 'RESTORE LABELONLY',
  VERIFYONLY: 'VERIFY DATABASE',
} as const;

export function restoreInfo(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: InfoCommand,
): CommandOutcome {
  const verb = VERBS[command.what];
  if (!mayCreateDatabases(instance, session.login))
    return answer(refusal('restore-info/no-right', 'CREATE DATABASE', 'master'), verb);
  const path = command.devices[0] ?? '';
  const file = readBackupFile(ctx.files, path);
  if (file.kind === 'error') return answer(file.refused, verb);
  const wanted = command.options['FILE'];
  const position = typeof wanted === 'number' ? wanted : undefined;
  const chosen = file.sets[(position ?? 1) - 1];
  if (chosen === undefined) return answer(refusal('restore/file-number', position ?? 1, path), verb);
  switch (command.what) {
    case 'HEADERONLY': {
      const all = file.sets.map((set, index) => headerRow(set, index + 1));
      return shown(
        table(
          instance,
          'RESTORE HEADERONLY',
          position === undefined ? all : all.slice(position - 1, position),
        ),
      );
    }
    case 'FILELISTONLY':
      return shown(table(instance, 'RESTORE FILELISTONLY', fileRows(chosen)));
    case 'LABELONLY':
      return shown(table(instance, 'RESTORE LABELONLY', [labelRow(chosen)]));
    case 'VERIFYONLY': {
      const needsChecksum = command.options['CHECKSUM'] !== undefined;
      if (needsChecksum && !chosen.header.checksums) return answer(refusal('restore/no-checksums'), verb);
      if (chosen.damaged) return answer(refusal('restore/damaged'), verb);
      return { kind: 'done', tokens: [infoToken(3262, position ?? 1)] };
    }
  }
}

const table = (
  instance: InstanceDraft,
  object: 'RESTORE HEADERONLY' | 'RESTORE FILELISTONLY' | 'RESTORE LABELONLY',
  rows: readonly NamedValues[],
): VirtualTable => tableOf(object, instance.productVersion, rows, false);

export function resultSet({ columns, rows }: VirtualTable): readonly SqlToken[] {
  return [
    { kind: 'columns', columns },
    ...rows.map((values): SqlToken => ({ kind: 'row', values })),
    { kind: 'done', rows: rows.length, failed: false, inProcedure: false },
  ];
}

const shown = (result: VirtualTable): CommandOutcome => ({
  kind: 'done',
  tokens: resultSet(result),
  rows: result.rows.length,
});

function headerRow({ header, damaged }: BackupSet, position: number): NamedValues {
  const wall = (utcMs: number): string => datetimeText(utcMs + header.timeZoneMinutes * MINUTE_MS);
  const [major, minor, build] = header.softwareVersion.split('.').map(Number);
  const isDamaged = damaged && !header.checksums ? false : header.damaged;
  const single = header.userAccess === 'SINGLE_USER';
  return {
    BackupName: header.name,
    BackupType: header.type === 'full' ? 1 : 2,
    Compressed: false,
    Position: position,
    DeviceType: 2,
    UserName: header.userName,
    ServerName: header.serverName,
    DatabaseName: header.databaseName,
    DatabaseVersion: 852,
    DatabaseCreationDate: wall(header.databaseCreatedAtMs),
    BackupSize: String(header.backupBytes),
    FirstLSN: header.firstLsn,
    LastLSN: header.lastLsn,
    CheckpointLSN: header.checkpointLsn,
    DatabaseBackupLSN: header.databaseBackupLsn,
    BackupStartDate: wall(header.startedAtMs),
    BackupFinishDate: wall(header.finishedAtMs),
    SortOrder: 52,
    CodePage: 0,
    UnicodeLocaleId: 1033,
    UnicodeComparisonStyle: 196_609,
    CompatibilityLevel: compatibilityOf(header.softwareVersion),
    SoftwareVendorId: 4608,
    SoftwareVersionMajor: major ?? null,
    SoftwareVersionMinor: minor ?? null,
    SoftwareVersionBuild: build ?? null,
    MachineName: header.serverName.split('\\')[0] ?? header.serverName,
    Flags: flagsOf({
      isSingleUser: single,
      checksums: header.checksums,
      isDamaged,
      isForceOffline: header.tail,
    }),
    BindingID: header.databaseGuid,
    RecoveryForkID: header.lastForkGuid,
    Collation: 'SQL_Latin1_General_CP1_CI_AS',
    FamilyGUID: header.familyGuid,
    IsSingleUser: single,
    HasBackupChecksums: header.checksums,
    IsDamaged: isDamaged,
    BeginsLogChain: header.beginsLogChain,
    IsForceOffline: header.tail,
    IsCopyOnly: header.copyOnly,
    FirstRecoveryForkID: header.firstForkGuid,
    ForkPointLSN: header.forkPointLsn,
    RecoveryModel: header.recoveryModel.replace('_', '-'),
    BackupTypeDescription: header.type === 'full' ? 'Database' : 'Transaction Log',
    BackupSetGUID: header.backupSetGuid,
    CompressedBackupSize: BigInt(header.backupBytes),
    Containment: 0,
    TimeZone: header.timeZoneMinutes / 15,
  };
}

function fileRows({ header }: BackupSet): NamedValues[] {
  const row = (logical: string, path: string, type: 'D' | 'L', id: number, bytes: number): NamedValues => ({
    LogicalName: logical,
    PhysicalName: path,
    Type: type,
    FileGroupName: type === 'D' ? 'PRIMARY' : null,
    Size: String(bytes),
    MaxSize: '35184372080640',
    FileId: BigInt(id),
    CreateLSN: '0',
    // Printed 0 and all zero, not NULL (section 12).
    DropLSN: '0',
    UniqueId: header.databaseGuid,
    ReadOnlyLSN: '0',
    ReadWriteLSN: '0',
    BackupSizeInBytes: BigInt(type === 'D' ? bytes : 0),
    SourceBlockSize: 512,
    FileGroupId: type === 'D' ? 1 : 0,
    DifferentialBaseLSN: '0',
    DifferentialBaseGUID: NO_GUID,
    IsPresent: true,
  });
  return [
    row(header.databaseName, header.dataFile, 'D', 1, header.dataBytes),
    row(`${header.databaseName}_log`, header.logFile, 'L', 2, Math.ceil(header.dataBytes / 4)),
  ];
}

const labelRow = ({ header }: BackupSet): NamedValues => ({
  MediaSetId: header.mediaSetId,
  FamilyCount: 1,
  FamilySequenceNumber: 1,
  MediaFamilyId: header.mediaFamilyId,
  MediaSequenceNumber: 1,
  MediaLabelPresent: 0,
  SoftwareName: 'Microsoft SQL Server',
  SoftwareVendorId: 4608,
  MediaDate: datetimeText(header.startedAtMs + header.timeZoneMinutes * MINUTE_MS),
  Mirror_Count: 1,
  IsCompressed: false,
});
