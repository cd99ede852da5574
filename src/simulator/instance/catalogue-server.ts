/**
 * Columns of the catalog views that the engine serves: `name type[@since major version]`, in result order.
 * Generated from the documented catalogue.
 */
export const SERVER_OBJECTS = {
  'sys.databases': `
    name sysname; database_id int; source_database_id int; owner_sid varbinary(85); create_date datetime;
    compatibility_level tinyint; collation_name sysname; user_access tinyint;
    user_access_desc nvarchar(60); is_read_only bit; is_auto_close_on bit; is_auto_shrink_on bit;
    state tinyint; state_desc nvarchar(60); is_in_standby bit; is_cleanly_shutdown bit;
    is_supplemental_logging_enabled bit; snapshot_isolation_state tinyint;
    snapshot_isolation_state_desc nvarchar(60); is_read_committed_snapshot_on bit;
    recovery_model tinyint; recovery_model_desc nvarchar(60); page_verify_option tinyint;
    page_verify_option_desc nvarchar(60); is_auto_create_stats_on bit;
    is_auto_create_stats_incremental_on bit@12; is_auto_update_stats_on bit;
    is_auto_update_stats_async_on bit; is_ansi_null_default_on bit; is_ansi_nulls_on bit;
    is_ansi_padding_on bit; is_ansi_warnings_on bit; is_arithabort_on bit;
    is_concat_null_yields_null_on bit; is_numeric_roundabort_on bit; is_quoted_identifier_on bit;
    is_recursive_triggers_on bit; is_cursor_close_on_commit_on bit; is_local_cursor_default bit;
    is_fulltext_enabled bit; is_trustworthy_on bit; is_db_chaining_on bit;
    is_parameterization_forced bit; is_master_key_encrypted_by_server bit; is_query_store_on bit@13;
    is_published bit; is_subscribed bit; is_merge_published bit; is_distributor bit;
    is_sync_with_backup bit; service_broker_guid uniqueidentifier; is_broker_enabled bit;
    log_reuse_wait tinyint; log_reuse_wait_desc nvarchar(60); is_date_correlation_on bit;
    is_cdc_enabled bit; is_encrypted bit; is_honor_broker_priority_on bit;
    replica_id uniqueidentifier@11; group_database_id uniqueidentifier@11; resource_pool_id int@12;
    default_language_lcid smallint@11; default_language_name nvarchar(128)@11;
    default_fulltext_language_lcid int@11; default_fulltext_language_name nvarchar(128)@11;
    is_nested_triggers_on bit@11; is_transform_noise_words_on bit@11; two_digit_year_cutoff smallint@11;
    containment tinyint@11; containment_desc nvarchar(60)@11; target_recovery_time_in_seconds int@11;
    delayed_durability int@12; delayed_durability_desc nvarchar(60)@12;
    is_memory_optimized_elevate_to_snapshot_on bit; is_remote_data_archive_enabled bit@13;
    is_mixed_page_allocation_on bit@13; is_temporal_history_retention_enabled bit@14;
    physical_database_name nvarchar(128)@15; is_accelerated_database_recovery_on bit@15;
    is_memory_optimized_enabled bit@15; is_ledger_on bit@16`,
  'sys.database_mirroring': `
    database_id int; mirroring_guid uniqueidentifier; mirroring_state tinyint;
    mirroring_state_desc nvarchar(60); mirroring_role tinyint; mirroring_role_desc nvarchar(60);
    mirroring_role_sequence int; mirroring_safety_level tinyint;
    mirroring_safety_level_desc nvarchar(60); mirroring_safety_sequence int;
    mirroring_partner_name nvarchar(128); mirroring_partner_instance nvarchar(128);
    mirroring_witness_name nvarchar(128); mirroring_witness_state tinyint;
    mirroring_witness_state_desc nvarchar(60); mirroring_failover_lsn numeric(25,0);
    mirroring_connection_timeout int; mirroring_redo_queue int; mirroring_redo_queue_type nvarchar(60);
    mirroring_end_of_log_lsn numeric(25,0); mirroring_replication_lsn numeric(25,0)`,
  'sys.database_mirroring_witnesses': `
    database_name sysname; principal_server_name sysname; mirror_server_name sysname;
    safety_level tinyint; safety_level_desc nvarchar(60); safety_sequence_number int;
    role_sequence_number int; mirroring_guid uniqueidentifier; family_guid uniqueidentifier;
    is_suspended bit; is_suspended_sequence_number int; partner_sync_state tinyint;
    partner_sync_state_desc nvarchar(60)`,
  'sys.endpoints': `
    name sysname; endpoint_id int; principal_id int; protocol tinyint; protocol_desc nvarchar(60);
    type tinyint; type_desc nvarchar(60); state tinyint; state_desc nvarchar(60); is_admin_endpoint bit`,
  'sys.database_mirroring_endpoints': `
    name sysname; endpoint_id int; principal_id int; protocol tinyint; protocol_desc nvarchar(60);
    type tinyint; type_desc nvarchar(60); state tinyint; state_desc nvarchar(60); is_admin_endpoint bit;
    role tinyint; role_desc nvarchar(60); is_encryption_enabled bit; connection_auth tinyint;
    connection_auth_desc nvarchar(60); certificate_id int; encryption_algorithm tinyint;
    encryption_algorithm_desc nvarchar(60)`,
  'sys.tcp_endpoints': `
    name sysname; endpoint_id int; principal_id int; protocol tinyint; protocol_desc nvarchar(60);
    type tinyint; type_desc nvarchar(60); state tinyint; state_desc nvarchar(60); is_admin_endpoint bit;
    port int; is_dynamic_port bit; ip_address nvarchar(45)`,
  'sys.master_files': `
    database_id int; file_id int; file_guid uniqueidentifier; type tinyint; type_desc nvarchar(60);
    data_space_id int; name sysname; physical_name nvarchar(260); state tinyint; state_desc nvarchar(60);
    size int; max_size int; growth int; is_media_read_only bit; is_read_only bit; is_sparse bit;
    is_percent_growth bit; is_name_reserved bit; create_lsn numeric(25,0); drop_lsn numeric(25,0);
    read_only_lsn numeric(25,0); read_write_lsn numeric(25,0); differential_base_lsn numeric(25,0);
    differential_base_guid uniqueidentifier; differential_base_time datetime;
    redo_start_lsn numeric(25,0); redo_start_fork_guid uniqueidentifier; redo_target_lsn numeric(25,0);
    redo_target_fork_guid uniqueidentifier; backup_lsn numeric(25,0); credential_id int`,
  'sys.database_recovery_status': `
    database_id int; database_guid uniqueidentifier; family_guid uniqueidentifier;
    last_log_backup_lsn numeric(25,0); recovery_fork_guid uniqueidentifier;
    first_recovery_fork_guid uniqueidentifier; fork_point_lsn numeric(25,0)`,
  'sys.server_principals': `
    name sysname; principal_id int; sid varbinary(85); type char(1); type_desc nvarchar(60);
    is_disabled int; create_date datetime; modify_date datetime; default_database_name sysname;
    default_language_name sysname; credential_id int; owning_principal_id int; is_fixed_role bit`,
} as const;
