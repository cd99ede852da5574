/**
 * What a round never looks at and doctor wants to know of an instance: edition, mirroring endpoint, services and their accounts.
 * Result sets are named like those of the observing batch. Columns: catalogue. Reads only.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';

/** An endpoint shows only to who may see its definition; at most one mirroring endpoint per instance (reference 1.3). */
export const observeCheckup: SqlStatement = {
  name: 'observe-checkup',
  text: `SET NOCOUNT ON;
SET LOCK_TIMEOUT 1500;
SELECT 1 AS part_checkup_product, CONVERT(nvarchar(128), SERVERPROPERTY(N'Edition')) AS edition,
  CONVERT(nvarchar(128), SERVERPROPERTY(N'ProductVersion')) AS product_version,
  HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW ANY DEFINITION') AS sees_endpoints;
SELECT 1 AS part_checkup_endpoint, e.name, e.state_desc, e.role_desc, e.is_encryption_enabled, e.encryption_algorithm_desc, t.port
FROM sys.database_mirroring_endpoints AS e INNER JOIN sys.tcp_endpoints AS t ON t.endpoint_id = e.endpoint_id;
SELECT 1 AS part_checkup_services, v.servicename, v.service_account FROM sys.dm_server_services AS v;`,
  parameters: {},
  mode: 'batch',
};
