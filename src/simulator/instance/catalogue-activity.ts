/**
 * Columns of the dynamic management views that the engine serves: `name type[@since major version]`, in
 * result order. Generated from the documented catalogue.
 */
export const ACTIVITY_OBJECTS = {
  'sys.dm_exec_sessions': `
    session_id smallint; login_time datetime; host_name nvarchar(128); program_name nvarchar(128);
    host_process_id int; client_version int; client_interface_name nvarchar(32);
    security_id varbinary(85); login_name nvarchar(128); nt_domain nvarchar(128)@10;
    nt_user_name nvarchar(128)@10; status nvarchar(30); context_info varbinary(128); cpu_time int;
    memory_usage int; total_scheduled_time int; total_elapsed_time int; endpoint_id int;
    last_request_start_time datetime; last_request_end_time datetime; reads bigint; writes bigint;
    logical_reads bigint; is_user_process bit; text_size int; language nvarchar(128);
    date_format nvarchar(3); date_first smallint; quoted_identifier bit; arithabort bit;
    ansi_null_dflt_on bit; ansi_defaults bit; ansi_warnings bit; ansi_padding bit; ansi_nulls bit;
    concat_null_yields_null bit; transaction_isolation_level smallint; lock_timeout int;
    deadlock_priority int; row_count bigint; prev_error int; original_security_id varbinary(85);
    original_login_name nvarchar(128); last_successful_logon datetime@10;
    last_unsuccessful_logon datetime@10; unsuccessful_logons bigint@10; group_id int;
    database_id smallint@11; authenticating_database_id int@11; open_transaction_count int@11`,
  'sys.dm_exec_requests': `
    session_id smallint; request_id int; start_time datetime; status nvarchar(30); command nvarchar(32);
    sql_handle varbinary(64); statement_start_offset int; statement_end_offset int;
    plan_handle varbinary(64); database_id smallint; user_id int; connection_id uniqueidentifier;
    blocking_session_id smallint; wait_type nvarchar(60); wait_time int; last_wait_type nvarchar(60);
    wait_resource nvarchar(256); open_transaction_count int; open_resultset_count int;
    transaction_id bigint; context_info varbinary(128); percent_complete real;
    estimated_completion_time bigint; cpu_time int; total_elapsed_time int; scheduler_id int;
    task_address varbinary(8); reads bigint; writes bigint; logical_reads bigint; text_size int;
    language nvarchar(128); date_format nvarchar(3); date_first smallint; quoted_identifier bit;
    arithabort bit; ansi_null_dflt_on bit; ansi_defaults bit; ansi_warnings bit; ansi_padding bit;
    ansi_nulls bit; concat_null_yields_null bit; transaction_isolation_level smallint; lock_timeout int;
    deadlock_priority int; row_count bigint; prev_error int; nest_level int; granted_query_memory int;
    executing_managed_code bit; group_id int; query_hash binary(8); query_plan_hash binary(8);
    statement_sql_handle varbinary(64)@12; statement_context_id bigint@12; dop int@13;
    parallel_worker_count int@13; external_script_request_id uniqueidentifier@13; is_resumable bit@14;
    page_resource binary(8)@15; dist_statement_id uniqueidentifier@16`,
  'sys.dm_exec_connections': `
    session_id int; most_recent_session_id int; connect_time datetime; net_transport nvarchar(40);
    protocol_type nvarchar(40); protocol_version int; endpoint_id int; encrypt_option nvarchar(40);
    auth_scheme nvarchar(40); node_affinity smallint; num_reads int; num_writes int; last_read datetime;
    last_write datetime; net_packet_size int; client_net_address varchar(48); client_tcp_port int;
    local_net_address varchar(48); local_tcp_port int; connection_id uniqueidentifier;
    parent_connection_id uniqueidentifier; most_recent_sql_handle varbinary(64)`,
  'sys.dm_tran_locks': `
    resource_type nvarchar(60); resource_subtype nvarchar(60); resource_database_id int;
    resource_description nvarchar(256); resource_associated_entity_id bigint;
    resource_lock_partition int; request_mode nvarchar(60); request_type nvarchar(60);
    request_status nvarchar(60); request_reference_count smallint; request_lifetime int;
    request_session_id int; request_exec_context_id int; request_request_id int;
    request_owner_type nvarchar(60); request_owner_id bigint; request_owner_guid uniqueidentifier;
    request_owner_lockspace_id nvarchar(32); lock_owner_address varbinary(8)`,
  'sys.dm_os_sys_info': `
    cpu_ticks bigint; ms_ticks bigint; cpu_count int; hyperthread_ratio int;
    physical_memory_in_bytes bigint@10; physical_memory_kb bigint@11; virtual_memory_in_bytes bigint@10;
    virtual_memory_kb bigint@11; bpool_committed int@10; committed_kb int@11; bpool_commit_target int@10;
    committed_target_kb int@11; bpool_visible int@10; visible_target_kb int@11; stack_size_in_bytes int;
    os_quantum bigint; os_error_mode int; os_priority_class int; max_workers_count int;
    scheduler_count int; scheduler_total_count int; deadlock_monitor_serial_number int;
    sqlserver_start_time_ms_ticks bigint; sqlserver_start_time datetime; affinity_type int@10;
    affinity_type_desc varchar(60)@10; process_kernel_time_ms bigint@10; process_user_time_ms bigint@10;
    time_source int@10; time_source_desc nvarchar(60)@10; virtual_machine_type int@10;
    virtual_machine_type_desc nvarchar(60)@10; softnuma_configuration int@13;
    softnuma_configuration_desc nvarchar(60)@13; process_physical_affinity nvarchar(3072)@14;
    sql_memory_model int@11; sql_memory_model_desc nvarchar(120)@11; socket_count int@13;
    cores_per_socket int@13; numa_node_count int@13`,
  'sys.dm_server_services': `
    servicename nvarchar(256); startup_type int; startup_type_desc nvarchar(256); status int;
    status_desc nvarchar(256); process_id int; last_startup_time datetimeoffset(7);
    service_account nvarchar(256); filename nvarchar(256); is_clustered nvarchar(1);
    cluster_nodename nvarchar(256); instant_file_initialization_enabled nvarchar(1)@11`,
  'sys.dm_os_performance_counters': `
    object_name nchar(128); counter_name nchar(128); instance_name nchar(128); cntr_value bigint;
    cntr_type int`,
  'sys.dm_exec_sql_text': `
    dbid smallint; objectid int; number smallint; encrypted bit; text nvarchar(max)`,
} as const;
