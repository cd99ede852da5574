/**
 * The state of one simulated SQL Server instance: plain JSON-like data. The types are the writable (draft) side, because
 * every function of this folder gets an immer draft; `InstanceState` is what is kept between steps. `Content`, the log and
 * a session's T-SQL state are immutable values that are replaced whole (see plain.ts), never changed in place.
 */
import type { Immutable } from 'immer';
import type { Execution } from '../tsql/execution.ts';
import type { TsqlSession } from '../tsql/session.ts';
import type { Content, LogRecord } from './content.ts';
import type { Chunks } from './chunks.ts';
import type { ForkEntry } from './log-position.ts';
import type { BackupSetRow, MediaFamilyRow, RestoreRow } from './history-rows.ts';
import type { OperationWork } from './operation-work.ts';
import type { ServerPermission, ServerRole } from './server-permissions.ts';

export type InstanceState = Immutable<InstanceDraft>;

/** `hung`: accepts connections, answers nothing; the estate keeps its inputs away from the engine. */
export type InstanceStatus = 'running' | 'stopped' | 'hung';

export interface InstanceDraft {
  /** Key in the estate, also the part that faults name. */
  name: string;
  /** SERVERPROPERTY('ServerName'), `HOST` or `HOST\INSTANCE`. */
  serverName: string;
  /** Host in the endpoint address, `TCP://<hostFqdn>:<endpoint.port>`. */
  hostFqdn: string;
  productVersion: string;
  edition: string;
  /** Instance clock minus true UTC, ms. */
  clockOffsetMs: number;
  timeZoneMinutes: number;
  startedAtMs: number;
  status: InstanceStatus;
  agentRunning: boolean;
  /** So many SET PARTNER more are answered by 1404 where this instance is the mirror. */
  mirrorBusy: number;
  /** So many reads of views and msdb tables more end as deadlock victims, or wait too long for a lock. */
  readTroubles: { deadlock: number; lockTimeout: number };
  /** Seed of every guid that the instance makes. */
  seed: string;
  speed: SpeedOptions;
  dataFolder: string;
  logFolder: string;
  logins: Record<string, LoginDraft>;
  endpoint: { name: string; port: number; state: 'STARTED' | 'STOPPED' | 'DISABLED' } | null;
  /** Keyed by the name in lower case. System databases included. */
  databases: Record<string, DatabaseDraft>;
  /** Keyed by session id. */
  sessions: Record<string, SessionDraft>;
  operations: Record<string, OperationDraft>;
  /** Sessions that this instance watches as witness, by mirroring guid. */
  witnessed: Record<string, WitnessDraft>;
  backupSets: BackupSetRow[];
  mediaFamilies: MediaFamilyRow[];
  restores: RestoreRow[];
  next: {
    guid: number;
    databaseId: number;
    backupSet: number;
    mediaSet: number;
    restore: number;
    operation: number;
  };
}

export interface SpeedOptions {
  /** BACKUP and RESTORE, bytes of nominal database or log size per second. */
  bytesPerSecond: number;
  /** No BACKUP or RESTORE is faster, ms. */
  minimumMs: number;
  /** From SYNCHRONIZING to SYNCHRONIZED at the least, ms. */
  synchronizeMs: number;
  /** RECOVERING after a restart, ms. */
  recoveryMs: number;
}

export interface LoginDraft {
  name: string;
  password: string;
  disabled: boolean;
  /** CREATE LOGIN ... FROM WINDOWS: the host verifies it, a password is of no use. */
  windows: boolean;
  /** 18486, 18487, 18488: what else may keep a login with the right password out. */
  passwordState: PasswordState;
  /** Hex; a database user belongs to the login with its SID. Logins of the estate's parties have the same one everywhere. */
  sid: string;
  roles: ServerRole[];
  permissions: ServerPermission[];
  denied: ServerPermission[];
  /** Databases, lower case, in whose every copy the login has a user that reads and writes. */
  users: string[];
}
export type PasswordState = 'valid' | 'locked' | 'expired' | 'must-change';

export type DatabaseStateName =
  'ONLINE' | 'RESTORING' | 'RECOVERING' | 'RECOVERY_PENDING' | 'SUSPECT' | 'EMERGENCY' | 'OFFLINE';
export type UserAccess = 'MULTI_USER' | 'SINGLE_USER' | 'RESTRICTED_USER';
export type RecoveryModel = 'FULL' | 'BULK_LOGGED' | 'SIMPLE';

export interface DatabaseDraft {
  name: string;
  id: number;
  system: boolean;
  /** The login that created or restored it, as master records it; null: sa. */
  owner: string | null;
  /** Of that login; stays when the login is gone. Hex. */
  ownerSid: string;
  /** Kept in master: off after every restore. */
  trustworthy: boolean;
  createdAtMs: number;
  familyGuid: string;
  databaseGuid: string;
  brokerGuid: string;
  recoveryModel: RecoveryModel;
  access: UserAccess;
  /** Session that holds a SINGLE_USER database. */
  singleUser: number | null;
  state: DatabaseStateName;
  /** Standby: state ONLINE and read-only, more log can be restored. */
  inStandby: boolean;
  undoFile: string | null;
  /** ONLINE again at this instant (recovery after a restart). */
  recoveredAtMs: number | null;
  /** Next LSN to write (ONLINE) or to restore (RESTORING, STANDBY); null: nothing can be applied (a cut-off restore). */
  position: string | null;
  /** RESTORING: recovery is legal at or beyond it. */
  redoTarget: string | null;
  /** Forks of this copy's history, oldest first; the last is the current one. */
  forks: ForkEntry[];
  /** At least one log was restored, or this copy was mirror or tail source: SET PARTNER wants it (1412). */
  rolledForward: boolean;
  /** Where the next log backup begins; null: no log backup possible (4214). */
  lastLogBackupLsn: string | null;
  /** No log backup was taken since the chain began. */
  beginsChain: boolean;
  lastFullBackupLsn: string | null;
  /** Operation that owns the database (RESTORE, tail): nobody else gets in. */
  exclusive: string | null;
  /** What the next start finds of the data: `lost` gives RECOVERY_PENDING, `damaged` SUSPECT; `ruined`: the log is lost too. */
  files: 'whole' | 'lost' | 'damaged' | 'ruined';
  mirroring: MirroringDraft | null;
  content: Content;
  /** Records not yet truncated by a log backup, oldest first. */
  log: Chunks<LogRecord>;
  /** Nominal size of the data file, bytes: gives BACKUP and RESTORE their duration. */
  dataBytes: number;
  dataFile: string;
  logFile: string;
}

export type MirroringStateName =
  'SUSPENDED' | 'DISCONNECTED' | 'SYNCHRONIZING' | 'PENDING_FAILOVER' | 'SYNCHRONIZED';

export interface MirroringDraft {
  guid: string;
  /** false on a mirror that ran SET PARTNER before its principal did. */
  established: boolean;
  role: 'PRINCIPAL' | 'MIRROR';
  state: MirroringStateName;
  safety: 'FULL' | 'OFF';
  roleSequence: number;
  safetySequence: number;
  partnerAddress: string;
  partnerInstance: string | null;
  witnessAddress: string | null;
  witnessConnected: boolean;
  timeoutSeconds: number;
  /** Newest LSN known to be hardened on both. */
  failoverLsn: string;
  /** Service was forced here: the old principal comes back as a suspended mirror. */
  forced: boolean;
  /** SUSPENDED by a person or by forced service; survives restarts. */
  suspended: boolean;
  /** SUSPENDED because the mirror could not redo: nothing but a new session helps. */
  redoFailed: boolean;
  /** The old principal of a forced service takes back what it had more; a break in between leaves it useless. */
  undoing: boolean;
  /** When the link broke; null while it stands. */
  lostAtMs: number | null;
  /** SYNCHRONIZED at this instant. */
  caughtUpAtMs: number | null;
  /** The principal has no quorum: 955. */
  withoutQuorum: boolean;
}

export interface WitnessDraft {
  guid: string;
  familyGuid: string;
  databaseName: string;
  principal: string;
  mirror: string;
  safety: 'FULL' | 'OFF';
  safetySequence: number;
  roleSequence: number;
  synchronized: boolean;
  suspended: boolean;
}

export interface SessionDraft {
  id: number;
  /** user: over TDS; internal: a chat server or a job inside the estate; system: cannot be killed. */
  kind: 'user' | 'internal' | 'system';
  /** TDS connection key; empty otherwise. */
  connection: string;
  /** Who opened an internal session; empty otherwise. */
  owner: string;
  login: string;
  host: string | null;
  program: string | null;
  /** Current database, spelled as the database is. */
  database: string;
  command: string;
  loginAtMs: number;
  requestStartedAtMs: number;
  requestEndedAtMs: number | null;
  running: boolean;
  openTransactions: number;
  operation: string | null;
  tsql: TsqlSession | null;
  execution: Execution | null;
}

export interface OperationDraft {
  id: string;
  sessionId: number;
  /** dm_exec_requests.command. */
  command: string;
  databaseId: number;
  startedAtMs: number;
  /** null: waits for something (sessions to leave); tried again by every `advance`. */
  finishesAtMs: number | null;
  /** INFO 3211 every so many percent; null: none. */
  statsEvery: number | null;
  reportedPercent: number;
  work: OperationWork;
}
