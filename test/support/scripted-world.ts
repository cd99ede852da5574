/**
 * A tiny outside world for tests of actuators: instances that answer to T-SQL text, folders, a management shell. It knows just
 * enough to tell whether an effect happened, twice or in the wrong order. The simulated estate (src/simulator) is the real bed.
 */
import type { SqlAnswer, SqlRow, SqlStatement } from '../../src/ports/sql-connection.ts';
import type { BackupHeader } from '../../src/topology/pool-facts.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';

export interface Db {
  state: 'ONLINE' | 'RESTORING' | 'OFFLINE' | 'SUSPECT';
  access: 'MULTI_USER' | 'RESTRICTED_USER';
  role: 'PRINCIPAL' | 'MIRROR' | null;
  family: string;
  redoLsn: string | null;
  redoFork: string | null;
  nextLogLsn: string | null;
  fork: string | null;
  restored: { type: string; lastLsn: string; fork: string } | null;
  sessions: { id: number; host: string | null }[];
}

export interface Job {
  name: string;
  role: 'backup' | 'copy' | 'restore';
  enabled: boolean;
  running: boolean;
  schedules: number;
  outcome: number;
}

export interface Instance {
  serverName: string;
  db: Db | undefined;
  jobs: Map<string, Job>;
  primary: { share: string; jobId: string; secondaries: string[] } | undefined;
  secondary:
    | { primaryServer: string; source: string; destination: string; copyJob: string; restoreJob: string }
    | undefined;
  fulls: { path: string; lastLsn: string }[];
  /** Next answers to a statement whose text holds the key: error numbers instead of the effect. */
  refusals: { text: string; numbers: number[] }[];
}

export interface WorldFile {
  sizeBytes: number;
  header: BackupHeader;
}

export class World {
  readonly instances = new Map<InstanceName, Instance>();
  readonly folders = new Map<string, Map<string, WorldFile>>();
  poolState: 'Normal' | 'FailedOver' = 'Normal';
  active: string[] = [];
  readonly services = new Map<string, 'Running' | 'Stopped'>();
  /** `effect ...` as announced, `sent ...` as done, in order. */
  readonly log: string[] = [];
  #ids = 0;

  id(prefix: string): string {
    this.#ids += 1;
    return `${prefix}-${this.#ids}`;
  }

  folder(path: string): Map<string, WorldFile> {
    const key = path.toLowerCase();
    const there = this.folders.get(key) ?? new Map<string, WorldFile>();
    this.folders.set(key, there);
    return there;
  }

  fileAt(path: string): WorldFile | undefined {
    const at = path.lastIndexOf('\\');
    return this.folder(path.slice(0, at)).get(path.slice(at + 1));
  }

  write(path: string, file: WorldFile): void {
    const at = path.lastIndexOf('\\');
    this.folder(path.slice(0, at)).set(path.slice(at + 1), file);
  }

  instance(name: InstanceName): Instance {
    const found = this.instances.get(name);
    if (found === undefined) throw new Error(`no instance ${name}`);
    return found;
  }
}

export const rows = (...sets: SqlRow[][]): SqlAnswer => ({
  resultSets: sets.map((set) => ({ columns: Object.keys(set[0] ?? {}), rows: set })),
  infos: [],
  errors: [],
});

export const refused = (...numbers: number[]): SqlAnswer => ({
  resultSets: [],
  infos: [],
  errors: numbers.map((number) => ({ number, state: 1, class: 16, message: `error ${number}` })),
});

export const header = (over: Partial<BackupHeader>): BackupHeader => ({
  type: 'log',
  serverName: 'SQL',
  databaseName: 'mgc',
  familyGuid: 'FAMILY',
  firstLsn: '0',
  lastLsn: '0',
  checkpointLsn: '0',
  databaseBackupLsn: '0',
  firstForkGuid: 'FORK',
  lastForkGuid: 'FORK',
  forkPointLsn: null,
  startedAt: '2026-11-23T20:00:00.000Z',
  finishedAt: '2026-11-23T20:00:00.000Z',
  copyOnly: false,
  tail: false,
  damaged: false,
  ...over,
});

const text = (statement: SqlStatement, name: string): string => String(statement.parameters[name]?.value);

function copyRow(instance: Instance): SqlAnswer {
  const { db, serverName } = instance;
  const open = db?.state === 'ONLINE';
  const first = {
    server_name: serverName,
    state_desc: db?.state ?? null,
    is_in_standby: false,
    user_access_desc: db?.access ?? null,
    redo_start_lsn: db?.state === 'RESTORING' ? db.redoLsn : null,
    redo_start_fork_guid: db?.state === 'RESTORING' ? db.redoFork : null,
    last_log_backup_lsn: open ? db.nextLogLsn : null,
    recovery_fork_guid: open ? db.fork : null,
    family_guid: open ? db.family : null,
    mirroring_role_desc: db?.role ?? null,
    mirroring_state_desc: db?.role == null ? null : 'SYNCHRONIZED',
    mirroring_witness_name: null,
  };
  const last = db?.restored;
  if (last == null) return rows([first], []);
  const { type, lastLsn, fork } = last;
  return rows(
    [first],
    [
      {
        restore_type: type,
        last_lsn: lastLsn,
        last_recovery_fork_guid: fork,
        family_guid: db?.family ?? null,
      },
    ],
  );
}

function jobRow(instance: Instance, statement: SqlStatement): SqlAnswer {
  const job = instance.jobs.get(text(statement, 'job'));
  if (job === undefined) return rows([], []);
  const { name, enabled, running, schedules, outcome } = job;
  const history = outcome === 0 ? [] : [{ instance_id: outcome, run_status: 1, message: '' }];
  return rows([{ name, enabled: enabled ? 1 : 0, running: running ? 1 : 0, schedules }], history);
}

function secondaryRow(instance: Instance): SqlAnswer {
  const half = instance.secondary;
  if (half === undefined) return rows([]);
  return rows([
    {
      secondary_id: 'SECONDARY',
      primary_server: half.primaryServer,
      backup_source_directory: half.source,
      backup_destination_directory: half.destination,
      copy_job_id: half.copyJob,
      restore_job_id: half.restoreJob,
      last_copied_file: null,
      secondary_database: 'mgc',
      last_restored_file: null,
    },
  ]);
}

function primaryRow(instance: Instance): SqlAnswer {
  const half = instance.primary;
  if (half === undefined) return rows([], []);
  return rows(
    [{ primary_id: 'P', backup_directory: half.share, backup_share: half.share, backup_job_id: half.jobId }],
    half.secondaries.map((server) => ({ secondary_server: server, secondary_database: 'mgc' })),
  );
}

/** Reads, by the name of the statement; undefined: it is a change. */
export function answerRead(world: World, instance: Instance, statement: SqlStatement): SqlAnswer | undefined {
  switch (statement.name) {
    case 'recheck-server':
      return rows([{ server_name: instance.serverName }]);
    case 'recheck-copy':
      return copyRow(instance);
    case 'recheck-sessions':
      return rows(
        (instance.db?.sessions ?? []).map(({ id, host }) => ({
          session_id: id,
          host_name: host,
          own_program: 0,
        })),
      );
    case 'read-own-session':
      return rows([{ session_id: 51 }]);
    case 'read-progress':
      return rows([{ command: 'RESTORE', percent_complete: 10 }]);
    case 'read-job':
      return jobRow(instance, statement);
    case 'read-secondary-half':
      return secondaryRow(instance);
    case 'read-primary-half':
      return primaryRow(instance);
    case 'read-mirroring-endpoint':
      return rows([{ name: 'Mirroring', state_desc: 'STARTED', role_desc: 'ALL', port: 5022 }]);
    case 'read-file-list':
      return rows([{ LogicalName: 'mgc', PhysicalName: 'D:\\data\\mgc.mdf', Type: 'D' }]);
    case 'read-file-paths':
      return rows([], [{ data_path: 'D:\\data', log_path: 'D:\\data' }]);
    case 'recheck-full-backup': {
      const newest = instance.fulls.at(-1);
      return rows(
        newest === undefined ? [] : [{ last_lsn: newest.lastLsn, physical_device_name: newest.path }],
      );
    }
    case 'verify-backup':
      return rows();
    // The copies of this world hold no message.
    case 'recheck-newest-message':
      return rows();
    case 'read-header':
      return headerRow(world.fileAt(text(statement, 'path')));
    default:
      return undefined;
  }
}

function headerRow(file: WorldFile | undefined): SqlAnswer {
  if (file === undefined) return refused(3201, 3013);
  const { header: one } = file;
  return rows([
    {
      BackupType: one.type === 'log' ? 2 : 1,
      ServerName: one.serverName,
      DatabaseName: one.databaseName,
      FamilyGUID: one.familyGuid,
      FirstLSN: one.firstLsn,
      LastLSN: one.lastLsn,
      CheckpointLSN: one.checkpointLsn,
      DatabaseBackupLSN: one.databaseBackupLsn,
      FirstRecoveryForkID: one.firstForkGuid,
      RecoveryForkID: one.lastForkGuid,
      ForkPointLSN: one.forkPointLsn,
      BackupStartDate: one.startedAt,
      BackupFinishDate: one.finishedAt,
      IsCopyOnly: one.copyOnly,
      IsForceOffline: one.tail,
      IsDamaged: one.damaged,
    },
  ]);
}
