/**
 * RESTORE HEADERONLY of one file, projected so that LSNs travel as text: the result goes into #h, whose columns must be
 * exactly those of the instance's version (sql-server reference 3.4: 53, 56 or 59). Names in #h are ours, so the
 * differences in case between builds do not matter.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';

const BASE = [
  ...['BackupName nvarchar(128)', 'BackupDescription nvarchar(255)', 'BackupType smallint'],
  ...['ExpirationDate datetime', 'Compressed tinyint', 'Position smallint', 'DeviceType tinyint'],
  ...[
    'UserName nvarchar(128)',
    'ServerName nvarchar(128)',
    'DatabaseName nvarchar(128)',
    'DatabaseVersion int',
  ],
  ...['DatabaseCreationDate datetime', 'BackupSize numeric(20,0)', 'FirstLSN numeric(25,0)'],
  ...['LastLSN numeric(25,0)', 'CheckpointLSN numeric(25,0)', 'DatabaseBackupLSN numeric(25,0)'],
  ...['BackupStartDate datetime', 'BackupFinishDate datetime', 'SortOrder smallint', 'CodePage smallint'],
  ...[
    'UnicodeLocaleId int',
    'UnicodeComparisonStyle int',
    'CompatibilityLevel tinyint',
    'SoftwareVendorId int',
  ],
  ...['SoftwareVersionMajor int', 'SoftwareVersionMinor int', 'SoftwareVersionBuild int'],
  ...[
    'MachineName nvarchar(128)',
    'Flags int',
    'BindingID uniqueidentifier',
    'RecoveryForkID uniqueidentifier',
  ],
  ...['Collation nvarchar(128)', 'FamilyGUID uniqueidentifier', 'HasBulkLoggedData bit', 'IsSnapshot bit'],
  ...['IsReadOnly bit', 'IsSingleUser bit', 'HasBackupChecksums bit', 'IsDamaged bit', 'BeginsLogChain bit'],
  ...['HasIncompleteMetaData bit', 'IsForceOffline bit', 'IsCopyOnly bit'],
  ...['FirstRecoveryForkID uniqueidentifier', 'ForkPointLSN numeric(25,0)', 'RecoveryModel nvarchar(60)'],
  ...['DifferentialBaseLSN numeric(25,0)', 'DifferentialBaseGUID uniqueidentifier'],
  ...['BackupTypeDescription nvarchar(60)', 'BackupSetGUID uniqueidentifier', 'CompressedBackupSize bigint'],
  'containment tinyint',
];
const FROM_2014_CU1 = [
  'KeyAlgorithm nvarchar(32)',
  'EncryptorThumbprint varbinary(20)',
  'EncryptorType nvarchar(32)',
];
const FROM_2022 = [
  'LastValidRestoreTime datetime',
  'TimeZone nvarchar(32)',
  'CompressionAlgorithm nvarchar(32)',
];

/** First build of 2014 with the three encryption columns (CU1). */
const BUILD_2014_CU1 = 2342;

/** @param version SERVERPROPERTY('ProductVersion'), for example 13.0.6300.2 */
export function headerColumns(version: string): readonly string[] {
  const [major = 0, , build = 0] = version.split('.').map(Number);
  if (major >= 16) return [...BASE, ...FROM_2014_CU1, ...FROM_2022];
  if (major > 12 || (major === 12 && build >= BUILD_2014_CU1)) return [...BASE, ...FROM_2014_CU1];
  return BASE;
}

/** @param path the file as the instance names it */
export function readHeader(path: string, version: string): SqlStatement {
  const text = `SET NOCOUNT ON;
CREATE TABLE #h (${headerColumns(version)
    .map((column) => `${column} NULL`)
    .join(', ')});
INSERT #h EXEC sp_executesql N'RESTORE HEADERONLY FROM DISK = @path', N'@path nvarchar(520)', @path = @path;
SELECT 1 AS part_header, h.Position, h.BackupType, h.ServerName, h.DatabaseName, h.FamilyGUID,
  CONVERT(varchar(26), h.FirstLSN) AS FirstLSN, CONVERT(varchar(26), h.LastLSN) AS LastLSN,
  CONVERT(varchar(26), h.CheckpointLSN) AS CheckpointLSN,
  CONVERT(varchar(26), h.DatabaseBackupLSN) AS DatabaseBackupLSN,
  h.FirstRecoveryForkID, h.RecoveryForkID, CONVERT(varchar(26), h.ForkPointLSN) AS ForkPointLSN,
  h.BackupStartDate, h.BackupFinishDate, h.IsCopyOnly, h.IsForceOffline, h.IsDamaged
FROM #h AS h ORDER BY h.Position;
DROP TABLE #h;`;
  return {
    name: 'read-header',
    text,
    parameters: { path: { type: 'nvarchar', value: path } },
    mode: 'rpc',
  };
}
