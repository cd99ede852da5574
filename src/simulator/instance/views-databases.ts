/** sys.databases, sys.master_files, sys.database_recovery_status: one row per database, what is NULL in which state. Reference 1.1, 1.4. */
import type { VirtualTable } from '../tsql/ast.ts';
import { tableOf, type NamedValues } from './catalogue-columns.ts';
import { ownsByLogin } from './database-permissions.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft } from './instance-state.ts';
import { localText } from './instants.ts';
import { keptRows, viewKey } from './kept-views.ts';
import { currentFork, forkAt } from './log-position.ts';
import { closedBy } from './open-database.ts';
import { mayCreateDatabases, mayOnServer } from './server-permissions.ts';
import { bytesOfSid } from './views-principals.ts';

const STATES = ['ONLINE', 'RESTORING', 'RECOVERING', 'RECOVERY_PENDING', 'SUSPECT', 'EMERGENCY', 'OFFLINE'];
const ACCESS = ['MULTI_USER', 'SINGLE_USER', 'RESTRICTED_USER'];
const MODELS = ['', 'FULL', 'BULK_LOGGED', 'SIMPLE'];
const COLLATION = 'SQL_Latin1_General_CP1_CI_AS';
const PAGE_BYTES = 8192;
const COMPATIBILITY: Readonly<Record<string, number>> = {
  '11': 110,
  '12': 120,
  '13': 130,
  '14': 140,
  '15': 150,
  '16': 160,
};

export const databasesOf = (instance: InstanceDraft): DatabaseDraft[] =>
  Object.values(instance.databases).sort((a, b) => a.id - b.id);

export const compatibilityOf = (version: string): number => COMPATIBILITY[version.split('.')[0] ?? ''] ?? 130;

function logReuse(database: DatabaseDraft): readonly [number, string] {
  if (database.mirroring !== null && database.mirroring.state !== 'SYNCHRONIZED')
    return [5, 'DATABASE_MIRRORING'];
  if (database.recoveryModel === 'FULL' && database.lastLogBackupLsn !== null) return [2, 'LOG_BACKUP'];
  return [0, 'NOTHING'];
}

function databaseRow(instance: InstanceDraft, database: DatabaseDraft): NamedValues {
  const [reuse, reuseText] = logReuse(database);
  // The state of a principal without quorum is unverified (reference 10.3); the docs say "in recovery".
  const state = database.mirroring?.withoutQuorum === true ? 'RECOVERING' : database.state;
  return {
    name: database.name,
    database_id: database.id,
    owner_sid: bytesOfSid(database.ownerSid),
    is_trustworthy_on: database.trustworthy,
    create_date: localText(instance, database.createdAtMs),
    compatibility_level: compatibilityOf(instance.productVersion),
    collation_name: closedBy(database) === undefined ? COLLATION : null,
    user_access: ACCESS.indexOf(database.access),
    user_access_desc: database.access,
    is_read_only: database.inStandby,
    state: STATES.indexOf(state),
    state_desc: state,
    is_in_standby: database.inStandby,
    snapshot_isolation_state: 0,
    snapshot_isolation_state_desc: 'OFF',
    recovery_model: MODELS.indexOf(database.recoveryModel),
    recovery_model_desc: database.recoveryModel,
    page_verify_option: 2,
    page_verify_option_desc: 'CHECKSUM',
    is_auto_create_stats_on: true,
    is_auto_update_stats_on: true,
    service_broker_guid: database.brokerGuid,
    log_reuse_wait: reuse,
    log_reuse_wait_desc: reuseText,
    default_fulltext_language_lcid: 1033,
    containment: 0,
    containment_desc: 'NONE',
    target_recovery_time_in_seconds: 60,
    delayed_durability: 0,
    delayed_durability_desc: 'DISABLED',
  };
}

interface Sight {
  readonly sees: (database: DatabaseDraft) => boolean;
  /** Logins with the same key see the same rows. */
  readonly key: string;
}

/**
 * Whose rows a login sees: all with VIEW ANY DATABASE (public has it) or CREATE ANY DATABASE, else its own databases, the
 * current one, master and tempdb (catalogue).
 */
export function sightOf({ instance, session }: ModuleCall): Sight {
  const { login } = session;
  if (mayOnServer(instance, login, 'VIEW ANY DATABASE') || mayCreateDatabases(instance, login))
    return { sees: () => true, key: '' };
  const always = ['master', 'tempdb', session.database.toLowerCase()];
  const sees = (database: DatabaseDraft): boolean =>
    always.includes(database.name.toLowerCase()) || ownsByLogin(database, login);
  return { sees, key: `of ${login} in ${session.database}` };
}

/** Who has no ALTER ANY DATABASE or CREATE DATABASE does not see the row of an OFFLINE database at all (reference 1.1). */
export function sysDatabases(call: ModuleCall): VirtualTable {
  const { instance, session } = call;
  const seesOffline = mayCreateDatabases(instance, session.login);
  const { sees, key } = sightOf(call);
  return keptRows(instance.databases, viewKey(instance, `databases ${key}`, seesOffline), () => {
    const rows = databasesOf(instance).filter(
      (database) => sees(database) && (seesOffline || database.state !== 'OFFLINE'),
    );
    return tableOf(
      'sys.databases',
      instance.productVersion,
      rows.map((database) => databaseRow(instance, database)),
      false,
    );
  });
}

function fileRows(instance: InstanceDraft, database: DatabaseDraft): NamedValues[] {
  const state = database.state === 'EMERGENCY' ? 'ONLINE' : database.state;
  const restoring = database.state === 'RESTORING' || database.state === 'RECOVERY_PENDING';
  const position = restoring ? database.position : null;
  const row = (
    fileId: number,
    name: string,
    path: string,
    type: 'ROWS' | 'LOG',
    bytes: number,
  ): NamedValues => ({
    database_id: database.id,
    file_id: fileId,
    file_guid: null,
    type: type === 'ROWS' ? 0 : 1,
    type_desc: type,
    data_space_id: type === 'ROWS' ? 1 : 0,
    name,
    physical_name: path,
    state: STATES.indexOf(state),
    state_desc: state,
    size: Math.ceil(bytes / PAGE_BYTES),
    max_size: -1,
    growth: 8192,
    redo_start_lsn: position,
    redo_start_fork_guid: position === null ? null : forkAt(database.forks, position),
    redo_target_lsn: restoring ? database.redoTarget : null,
    redo_target_fork_guid: position === null ? null : forkAt(database.forks, database.redoTarget ?? position),
    backup_lsn: type === 'ROWS' ? database.lastFullBackupLsn : null,
  });
  return [
    row(1, database.system ? database.name : database.name, database.dataFile, 'ROWS', database.dataBytes),
    row(2, `${database.name}_log`, database.logFile, 'LOG', database.dataBytes / 4),
  ];
}

export function sysMasterFiles({ instance, session }: ModuleCall): VirtualTable {
  const may =
    mayCreateDatabases(instance, session.login) ||
    mayOnServer(instance, session.login, 'VIEW ANY DEFINITION');
  return keptRows(instance.databases, viewKey(instance, 'master_files', may), () => {
    const rows = may ? databasesOf(instance).flatMap((database) => fileRows(instance, database)) : [];
    return tableOf('sys.master_files', instance.productVersion, rows, false);
  });
}

/** The guids are NULL when the database cannot be opened. */
function recoveryRow(database: DatabaseDraft): NamedValues {
  if (closedBy(database) !== undefined) return { database_id: database.id };
  const fork = currentFork(database);
  const before = database.forks.at(-2);
  return {
    database_id: database.id,
    database_guid: database.databaseGuid,
    family_guid: database.familyGuid,
    last_log_backup_lsn:
      database.recoveryModel === 'SIMPLE' || database.inStandby ? null : database.lastLogBackupLsn,
    recovery_fork_guid: fork.fork,
    first_recovery_fork_guid: before?.fork ?? fork.fork,
    fork_point_lsn: before === undefined ? null : fork.startLsn,
  };
}

export function sysRecoveryStatus(call: ModuleCall): VirtualTable {
  const { instance } = call;
  const { sees, key } = sightOf(call);
  return keptRows(instance.databases, viewKey(instance, `recovery_status ${key}`), () =>
    tableOf(
      'sys.database_recovery_status',
      instance.productVersion,
      databasesOf(instance).filter(sees).map(recoveryRow),
    ),
  );
}
