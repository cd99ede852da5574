/**
 * Columns of msdb backup history and of the RESTORE ... ONLY answers: `name type[@since build]`, in result
 * order. Generated from the documented catalogue; names as recorded (section 12).
 */
export const BACKUP_OBJECTS = {
  'msdb.dbo.backupset': `
    backup_set_id int; backup_set_uuid uniqueidentifier; media_set_id int; first_family_number tinyint;
    first_media_number smallint; last_family_number tinyint; last_media_number smallint;
    catalog_family_number tinyint; catalog_media_number smallint; position int; expiration_date datetime;
    software_vendor_id int; name nvarchar(128); description nvarchar(255); user_name nvarchar(128);
    software_major_version tinyint; software_minor_version tinyint; software_build_version smallint;
    time_zone smallint; mtf_minor_version tinyint; first_lsn numeric(25,0); last_lsn numeric(25,0);
    checkpoint_lsn numeric(25,0); database_backup_lsn numeric(25,0); database_creation_date datetime;
    backup_start_date datetime; backup_finish_date datetime; type char(1); sort_order smallint;
    code_page smallint; compatibility_level tinyint; database_version int; backup_size numeric(20,0);
    database_name nvarchar(128); server_name nvarchar(128); machine_name nvarchar(128); flags int;
    unicode_locale int; unicode_compare_style int; collation_name nvarchar(128);
    Is_password_protected bit; recovery_model nvarchar(60); has_bulk_logged_data bit; is_snapshot bit;
    is_readonly bit; is_single_user bit; has_backup_checksums bit; is_damaged bit; begins_log_chain bit;
    has_incomplete_metadata bit; is_force_offline bit; is_copy_only bit;
    first_recovery_fork_guid uniqueidentifier; last_recovery_fork_guid uniqueidentifier;
    fork_point_lsn numeric(25,0); database_guid uniqueidentifier; family_guid uniqueidentifier;
    differential_base_lsn numeric(25,0); differential_base_guid uniqueidentifier;
    compressed_backup_size numeric(20,0); key_algorithm nvarchar(32)@12;
    encryptor_thumbprint varbinary(20)@12; encryptor_type nvarchar(32)@12;
    last_valid_restore_time datetime@16; compression_algorithm nvarchar(32)@16`,
  'msdb.dbo.backupmediafamily': `
    media_set_id int; family_sequence_number tinyint; media_family_id uniqueidentifier; media_count int;
    logical_device_name nvarchar(128); physical_device_name nvarchar(260); device_type tinyint;
    physical_block_size int; mirror tinyint`,
  'msdb.dbo.backupmediaset': `
    media_set_id int; media_uuid uniqueidentifier; media_family_count tinyint; name nvarchar(128);
    description nvarchar(255); software_name nvarchar(128); software_vendor_id int;
    MTF_major_version tinyint; mirror_count tinyint; is_password_protected bit; is_compressed bit;
    is_encrypted bit`,
  'msdb.dbo.restorehistory': `
    restore_history_id int; restore_date datetime; destination_database_name nvarchar(128);
    user_name nvarchar(128); backup_set_id int; restore_type char(1); replace bit; recovery bit;
    restart bit; stop_at datetime; device_count tinyint; stop_at_mark_name nvarchar(128);
    stop_before bit`,
  'RESTORE HEADERONLY': `
    BackupName nvarchar(128); BackupDescription nvarchar(255); BackupType smallint;
    ExpirationDate datetime; Compressed bit; Position smallint; DeviceType tinyint;
    UserName nvarchar(128); ServerName nvarchar(128); DatabaseName nvarchar(128); DatabaseVersion int;
    DatabaseCreationDate datetime; BackupSize numeric(20,0); FirstLSN numeric(25,0);
    LastLSN numeric(25,0); CheckpointLSN numeric(25,0); DatabaseBackupLSN numeric(25,0);
    BackupStartDate datetime; BackupFinishDate datetime; SortOrder smallint; CodePage smallint;
    UnicodeLocaleId int; UnicodeComparisonStyle int; CompatibilityLevel tinyint; SoftwareVendorId int;
    SoftwareVersionMajor int; SoftwareVersionMinor int; SoftwareVersionBuild int;
    MachineName nvarchar(128); Flags int; BindingID uniqueidentifier; RecoveryForkID uniqueidentifier;
    Collation nvarchar(128); FamilyGUID uniqueidentifier; HasBulkLoggedData bit; IsSnapshot bit;
    IsReadOnly bit; IsSingleUser bit; HasBackupChecksums bit; IsDamaged bit; BeginsLogChain bit;
    HasIncompleteMetaData bit; IsForceOffline bit; IsCopyOnly bit; FirstRecoveryForkID uniqueidentifier;
    ForkPointLSN numeric(25,0); RecoveryModel nvarchar(60); DifferentialBaseLSN numeric(25,0);
    DifferentialBaseGUID uniqueidentifier; BackupTypeDescription nvarchar(60);
    BackupSetGUID uniqueidentifier; CompressedBackupSize bigint; Containment tinyint@11;
    KeyAlgorithm nvarchar(32)@12.0.2342; EncryptorThumbprint varbinary(20)@12.0.2342;
    EncryptorType nvarchar(32)@12.0.2342; LastValidRestoreTime datetime@16; TimeZone nvarchar(32)@16;
    CompressionAlgorithm nvarchar(32)@16`,
  'RESTORE FILELISTONLY': `
    LogicalName nvarchar(128); PhysicalName nvarchar(260); Type char(1); FileGroupName nvarchar(128);
    Size numeric(20,0); MaxSize numeric(20,0); FileId bigint; CreateLSN numeric(25,0);
    DropLSN numeric(25,0); UniqueId uniqueidentifier; ReadOnlyLSN numeric(25,0);
    ReadWriteLSN numeric(25,0); BackupSizeInBytes bigint; SourceBlockSize int; FileGroupId int;
    LogGroupGUID uniqueidentifier; DifferentialBaseLSN numeric(25,0);
    DifferentialBaseGUID uniqueidentifier; IsReadOnly bit; IsPresent bit; TDEThumbprint varbinary(32);
    SnapshotUrl nvarchar(360)@13`,
  'RESTORE LABELONLY': `
    MediaName nvarchar(128); MediaSetId uniqueidentifier; FamilyCount int; FamilySequenceNumber int;
    MediaFamilyId uniqueidentifier; MediaSequenceNumber int; MediaLabelPresent tinyint;
    MediaDescription nvarchar(255); SoftwareName nvarchar(128); SoftwareVendorId int; MediaDate datetime;
    Mirror_Count int; IsCompressed bit`,
} as const;
