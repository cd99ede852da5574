/** Mirroring as an instance shows it: its own sessions, those that it watches as witness, its endpoint, its counters. Reference 1.2, 1.3, 1.11. */
import type { VirtualTable } from '../tsql/ast.ts';
import { tableOf, type NamedValues } from './catalogue-columns.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, MirroringDraft } from './instance-state.ts';
import { keptRows, viewKey } from './kept-views.ts';
import { bytesBetween } from './log-position.ts';
import { databaseOf } from './open-database.ts';
import { isSysadmin, mayOnServer } from './server-permissions.ts';
import { serverStateOnly } from './views-activity.ts';
import { databasesOf, sightOf } from './views-databases.ts';

const STATES: Readonly<Record<string, number>> = {
  SUSPENDED: 0,
  DISCONNECTED: 1,
  SYNCHRONIZING: 2,
  PENDING_FAILOVER: 3,
  SYNCHRONIZED: 4,
};

function witnessColumns(mirroring: MirroringDraft): NamedValues {
  if (mirroring.witnessAddress === null)
    return {
      mirroring_witness_name: null,
      mirroring_witness_state: null,
      mirroring_witness_state_desc: null,
    };
  return {
    mirroring_witness_name: mirroring.witnessAddress,
    mirroring_witness_state: mirroring.witnessConnected ? 1 : 2,
    mirroring_witness_state_desc: mirroring.witnessConnected ? 'CONNECTED' : 'DISCONNECTED',
  };
}

function mirroringRow(database: DatabaseDraft, seesMirrors: boolean): NamedValues {
  const { mirroring } = database;
  const hidden =
    mirroring === null || (mirroring.role === 'MIRROR' ? !seesMirrors : database.state !== 'ONLINE');
  if (hidden) return { database_id: database.id };
  return {
    database_id: database.id,
    mirroring_guid: mirroring.guid,
    mirroring_state: STATES[mirroring.state] ?? null,
    mirroring_state_desc: mirroring.state,
    mirroring_role: mirroring.role === 'PRINCIPAL' ? 1 : 2,
    mirroring_role_desc: mirroring.role,
    mirroring_role_sequence: mirroring.roleSequence,
    mirroring_safety_level: mirroring.safety === 'FULL' ? 2 : 1,
    mirroring_safety_level_desc: mirroring.safety,
    mirroring_safety_sequence: mirroring.safetySequence,
    mirroring_partner_name: mirroring.partnerAddress,
    mirroring_partner_instance: mirroring.partnerInstance,
    ...witnessColumns(mirroring),
    mirroring_failover_lsn: mirroring.failoverLsn,
    mirroring_connection_timeout: mirroring.timeoutSeconds,
    mirroring_redo_queue: null,
    mirroring_redo_queue_type: 'UNLIMITED',
    mirroring_end_of_log_lsn: database.position,
    mirroring_replication_lsn: database.position,
  };
}

/**
 * One row per visible database. All NULL when not mirrored, on a mirror for everybody but sysadmin, and on any other database
 * that is not ONLINE (the page says both; the catalogue's note on the contradiction).
 */
export function sysDatabaseMirroring(call: ModuleCall): VirtualTable {
  const { instance, session } = call;
  const seesMirrors = isSysadmin(instance, session.login);
  const sight = sightOf(call);
  return keptRows(instance.databases, viewKey(instance, `mirroring ${sight.key}`, seesMirrors), () => {
    const rows = databasesOf(instance)
      .filter(sight.sees)
      .map((database) => mirroringRow(database, seesMirrors));
    return tableOf('sys.database_mirroring', instance.productVersion, rows);
  });
}

/** Metadata visibility (reference 8): without VIEW ANY DEFINITION there are no rows. */
export function sysMirroringWitnesses({ instance, session }: ModuleCall): VirtualTable {
  const seen = mayOnServer(instance, session.login, 'VIEW ANY DEFINITION');
  const rows = (seen ? Object.values(instance.witnessed) : []).map((row) => ({
    database_name: row.databaseName,
    principal_server_name: row.principal,
    mirror_server_name: row.mirror,
    safety_level: row.safety === 'FULL' ? 2 : 1,
    safety_level_desc: row.safety,
    safety_sequence_number: row.safetySequence,
    role_sequence_number: row.roleSequence,
    mirroring_guid: row.guid,
    family_guid: row.familyGuid,
    is_suspended: row.suspended,
    is_suspended_sequence_number: 1,
    // The two pages swap 5 and 6; the texts agree (reference 1.3).
    partner_sync_state: row.synchronized ? 5 : 6,
    partner_sync_state_desc: row.synchronized ? 'SYNCHRONIZED' : 'UNSYNCHRONIZED',
  }));
  return tableOf('sys.database_mirroring_witnesses', instance.productVersion, rows);
}

const ENDPOINT_STATES: Readonly<Record<string, number>> = { STARTED: 0, STOPPED: 1, DISABLED: 2 };
const ENDPOINT_ID = 65_536;

function endpointRows({ instance, session }: ModuleCall): NamedValues[] {
  const { endpoint } = instance;
  if (endpoint === null || !mayOnServer(instance, session.login, 'VIEW ANY DEFINITION')) return [];
  return [
    {
      name: endpoint.name,
      endpoint_id: ENDPOINT_ID,
      principal_id: 1,
      protocol: 2,
      protocol_desc: 'TCP',
      type: 4,
      type_desc: 'DATABASE_MIRRORING',
      state: ENDPOINT_STATES[endpoint.state] ?? 0,
      state_desc: endpoint.state,
      is_admin_endpoint: false,
      role: 3,
      role_desc: 'ALL',
      is_encryption_enabled: true,
      connection_auth: 3,
      connection_auth_desc: 'NEGOTIATE',
      certificate_id: 0,
      encryption_algorithm: 2,
      encryption_algorithm_desc: 'AES',
      port: endpoint.port,
      is_dynamic_port: false,
      ip_address: null,
    },
  ];
}

export const sysEndpoints = (call: ModuleCall): VirtualTable =>
  tableOf('sys.endpoints', call.instance.productVersion, endpointRows(call));
export const sysMirroringEndpoints = (call: ModuleCall): VirtualTable =>
  tableOf('sys.database_mirroring_endpoints', call.instance.productVersion, endpointRows(call));
export const sysTcpEndpoints = (call: ModuleCall): VirtualTable =>
  tableOf('sys.tcp_endpoints', call.instance.productVersion, endpointRows(call));

const COUNTER_TYPE_GAUGE = 65_792;
const KILOBYTE = 1024;

/** nchar columns arrive padded with blanks to 128 (reference 1.11). */
const padded = (text: string): string => text.padEnd(128);

function objectNameOf(instance: InstanceDraft): string {
  const named = instance.serverName.split('\\')[1];
  return `${named === undefined ? 'SQLServer' : `MSSQL$${named}`}:Database Mirroring`;
}

function queueKb(call: ModuleCall, database: DatabaseDraft, counter: string): number {
  const { mirroring } = database;
  if (mirroring?.role !== 'PRINCIPAL' || counter !== 'Log Send Queue KB' || database.position === null)
    return 0;
  const other = call.ctx.peer(call.instance, mirroring.partnerAddress);
  const sent =
    (other === undefined ? undefined : databaseOf(other, database.name))?.position ?? mirroring.failoverLsn;
  return Math.ceil(bytesBetween(sent, database.position) / KILOBYTE);
}

export const sysPerformanceCounters = serverStateOnly((call: ModuleCall): VirtualTable => {
  const { instance } = call;
  const names = ['Log Send Queue KB', 'Redo Queue KB', 'Log Remaining for Undo KB'];
  const rows = databasesOf(instance)
    .filter((database) => database.mirroring !== null)
    .flatMap((database) =>
      names.map((name) => ({
        object_name: padded(objectNameOf(instance)),
        counter_name: padded(name),
        instance_name: padded(database.name),
        cntr_value: BigInt(queueKb(call, database, name)),
        cntr_type: COUNTER_TYPE_GAUGE,
      })),
    );
  return tableOf('sys.dm_os_performance_counters', instance.productVersion, rows);
});
