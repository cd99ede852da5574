/**
 * What one round saw of the world: plain data, one section per source, nothing concluded. The zod schemas are the only
 * definition; `facts.schema.json` is generated from them. An unreachable source is `unknown` with its reason and age;
 * a field that a source may hide (NULL) is 'unknown' inside a known section. LSNs are decimal text.
 */
import { z } from 'zod';

const lsnText = z
  .string()
  .regex(/^\d{1,25}$/)
  .describe('log sequence number, decimal digits');
const guid = z.string().describe('unique identifier, upper case');
const utc = z.string().describe('instant, ISO 8601 UTC, in the clock of the source that reports it');
const known = <T extends z.ZodType>(schema: T) => z.union([schema, z.literal('unknown')]);

const observed = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('value'), value, source: z.string(), ageMs: z.number().min(0) }),
    z.strictObject({
      kind: z.literal('unknown'),
      reason: z.string(),
      code: z.string(),
      source: z.string(),
      silentForMs: z.number().min(0),
      askedOnce: z
        .boolean()
        .optional()
        .describe(
          'true: one look in vain so far; the next one uses a fresh connection, and nothing is concluded before',
        ),
    }),
  ]);

/** STANDBY is ONLINE with is_in_standby = 1; ABSENT means that the instance has no such database. */
export const databaseStateSchema = z.enum([
  'ABSENT',
  'ONLINE',
  'STANDBY',
  'RESTORING',
  'RECOVERING',
  'RECOVERY_PENDING',
  'SUSPECT',
  'EMERGENCY',
  'OFFLINE',
]);

export const mirroringSchema = z.strictObject({
  role: z.enum(['PRINCIPAL', 'MIRROR']),
  state: z.enum([
    'SUSPENDED',
    'DISCONNECTED',
    'SYNCHRONIZING',
    'PENDING_FAILOVER',
    'SYNCHRONIZED',
    'UNSYNCHRONIZED',
  ]),
  safety: z.enum(['UNKNOWN', 'OFF', 'FULL']),
  roleSequence: z.number().int(),
  /** Endpoint address of the partner, `TCP://host:port`. */
  partnerAddress: z.string(),
  partnerInstance: z.string().nullable(),
  witnessAddress: z.string().nullable(),
  witnessState: z.enum(['UNKNOWN', 'CONNECTED', 'DISCONNECTED']).nullable(),
  failoverLsn: lsnText.nullable(),
});

export const sessionSchema = z.strictObject({
  sessionId: z.number().int(),
  login: z.string(),
  host: z.string().nullable(),
  program: z.string().nullable(),
});

/** What can be read of the content of an ONLINE or STANDBY mgc. `source` tables: skype reference 1.2. */
export const contentSchema = z.strictObject({
  /** tblConfig.configPoolID: proves that two copies descend from one installation. */
  configPoolId: guid.nullable(),
  messages: z.number().int().min(0),
  newest: z
    .strictObject({
      channelId: z.string(),
      chatId: z.string(),
      chatDate: z.string().describe('ticks as decimal text'),
      at: utc,
    })
    .nullable(),
  revision: z.string().nullable(),
  /** tblServerIdentity: one row per chat server that ever was active here; age by the instance's own clock. */
  heartbeats: z.array(z.strictObject({ server: z.string(), ageMs: z.number() })),
});

/** What master keeps of an open database beside it, and what the database itself records: docs/adr/0027. */
export const serverObjectsSchema = z.strictObject({
  owner: z
    .string()
    .nullable()
    .describe('login that owns it on this instance; null: its SID is no login here'),
  ownerRecorded: z.boolean().describe('the database records the same owner (SID of its user dbo)'),
  recordedOwner: z.string().nullable().describe('login here with the SID of the owner that is recorded'),
  trustworthy: z.boolean(),
  /** SQL users and Windows groups of the database whose SID no login of this instance has. */
  orphans: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(['SQL_USER', 'WINDOWS_GROUP']),
      namedAsAccount: z.boolean().describe('its name is that of an account, DOMAIN\\name'),
      namesake: z
        .string()
        .nullable()
        .describe('type of the login here that has its name; null: there is none'),
    }),
  ),
  mayAlign: z.boolean().describe('the login that looked may change all of it (sysadmin)'),
});

export const databaseFactsSchema = z.strictObject({
  state: databaseStateSchema,
  access: known(z.enum(['MULTI_USER', 'SINGLE_USER', 'RESTRICTED_USER'])),
  recoveryModel: known(z.enum(['FULL', 'BULK_LOGGED', 'SIMPLE'])),
  /** Lineage, survives restore; from database_recovery_status, else from the newest restore history row. */
  familyGuid: known(guid.nullable()),
  /** RESTORING: redo_start_lsn. STANDBY: last restored LSN. ONLINE: start of the next log backup (NULL: no chain). */
  positionLsn: known(lsnText.nullable()),
  /** RESTORING: redo_start_fork_guid. ONLINE: recovery_fork_guid. */
  forkGuid: known(guid.nullable()),
  /** ONLINE: first_recovery_fork_guid and fork_point_lsn: where this copy left the line it was restored from. */
  firstForkGuid: known(guid.nullable()),
  forkPointLsn: known(lsnText.nullable()),
  /** RESTORING: redo_target_lsn; recovery is legal only at or beyond it. */
  redoTargetLsn: known(lsnText.nullable()),
  /** null: not mirrored (and seen by an account that would see it); 'unknown': hidden. */
  mirroring: known(mirroringSchema.nullable()),
  /** Sessions whose database is this one or that hold a database lock in it; never the daemon's own. */
  sessions: known(z.array(sessionSchema)),
  /** 'unknown' when the database cannot be opened or the read failed. */
  content: known(contentSchema),
  /** Events that wait in the compliance database. Left out: another database, or facts of a version that did not look. */
  complianceBacklog: known(z.number().int().min(0)).optional(),
  /** Left out: not the chat database, or facts of a version that did not look. */
  serverObjects: known(serverObjectsSchema).optional(),
  /** Newest restore on this instance into this database. */
  lastRestore: known(
    z
      .strictObject({
        type: z.string(),
        at: utc,
        firstLsn: lsnText,
        lastLsn: lsnText,
        familyGuid: guid.nullable(),
        forkGuid: guid.nullable(),
        /** What was committed before this instant is in it for certain; what came until its end may be. */
        backupStartedAt: utc,
        backupFinishedAt: utc,
        /** Zone of the server that took it; null: msdb does not say, and both instants are by the reader's zone. */
        backupTimeZoneMinutes: z.number().int().nullable(),
        backupServer: z.string().nullable(),
      })
      .nullable(),
  ),
});

export const jobSchema = z.strictObject({
  id: guid,
  name: z.string(),
  role: z.enum(['backup', 'copy', 'restore', 'alert']),
  enabled: z.boolean(),
  running: z.boolean(),
  lastRun: z
    .strictObject({ status: z.enum(['failed', 'succeeded', 'retry', 'canceled', 'in progress']), at: utc })
    .nullable(),
});

export const backupSetSchema = z.strictObject({
  type: z.enum(['full', 'differential', 'log', 'other']),
  path: z.string(),
  firstLsn: lsnText,
  lastLsn: lsnText,
  checkpointLsn: lsnText.nullable(),
  startedAt: utc,
  finishedAt: utc,
  copyOnly: z.boolean(),
  /** Taken WITH NORECOVERY: the tail. */
  tail: z.boolean(),
  familyGuid: guid.nullable(),
  firstForkGuid: guid.nullable(),
  lastForkGuid: guid.nullable(),
});

export const logShippingPrimarySchema = z.strictObject({
  primaryId: guid,
  backupDirectory: z.string(),
  backupShare: z.string(),
  backupJobId: guid,
  lastBackupFile: z.string().nullable(),
  lastBackupAt: utc.nullable(),
  secondaries: z.array(z.strictObject({ server: z.string(), database: z.string() })),
});

export const logShippingSecondarySchema = z.strictObject({
  secondaryId: guid,
  primaryServer: z.string(),
  sourceDirectory: z.string(),
  destinationDirectory: z.string(),
  copyJobId: guid,
  restoreJobId: guid,
  restoreMode: z.enum(['NORECOVERY', 'STANDBY']),
  lastCopiedFile: z.string().nullable(),
  lastCopiedAt: utc.nullable(),
  lastRestoredFile: z.string().nullable(),
  lastRestoredAt: utc.nullable(),
});

export const instanceFactsSchema = z.strictObject({
  /** SERVERPROPERTY('ServerName'). */
  serverName: z.string(),
  /** SERVERPROPERTY('ProductVersion'), for example 13.0.6300.2. */
  version: z.string(),
  startedAt: utc,
  /** Instance clock (UTC) minus the daemon's clock at the same instant, ms; half a round trip of error. */
  clockOffsetMs: z.number(),
  /** Offset of the instance's local time from UTC, minutes. */
  timeZoneMinutes: z.number().int(),
  agentRunning: known(z.boolean()),
  /** Keyed by database name as the desired state spells it; only the databases of this product. */
  databases: z.record(z.string(), databaseFactsSchema),
  /** Mirroring sessions that this instance watches as witness. */
  witnessOf: z.array(
    z.strictObject({
      database: z.string(),
      principal: z.string(),
      mirror: z.string(),
      roleSequence: z.number().int(),
      partnerSync: z.string(),
    }),
  ),
  /** null: no row for this database in msdb. Keyed like `databases`. */
  shippingPrimary: z.record(z.string(), logShippingPrimarySchema.nullable()),
  shippingSecondary: z.record(z.string(), logShippingSecondarySchema.nullable()),
  jobs: z.array(jobSchema),
  /** Newest full backups and every log backup after them that this instance took of mgc, oldest first; at most 200. */
  backups: z.array(backupSetSchema),
  /** BACKUP and RESTORE that run now. */
  running: z.array(
    z.strictObject({ sessionId: z.number().int(), command: z.string(), percentComplete: z.number() }),
  ),
});

/** Header of one backup file, read through an instance (RESTORE HEADERONLY) and cached by name and by what the listing says of it. */
export const backupHeaderSchema = z.strictObject({
  type: z.enum(['full', 'differential', 'log', 'other']),
  serverName: z.string(),
  databaseName: z.string(),
  familyGuid: guid,
  firstLsn: lsnText,
  lastLsn: lsnText,
  checkpointLsn: lsnText,
  databaseBackupLsn: lsnText,
  firstForkGuid: guid,
  lastForkGuid: guid,
  forkPointLsn: lsnText.nullable(),
  /** What was committed before this instant is in it for certain; what came until its end may be. */
  startedAt: utc
    .nullable()
    .describe('instant, ISO 8601 UTC; null: nothing tells in which zone its server was'),
  finishedAt: utc.nullable().describe('instant, ISO 8601 UTC; null as startedAt'),
  copyOnly: z.boolean(),
  tail: z.boolean(),
  damaged: z.boolean(),
});

export const backupFileSchema = z.strictObject({
  name: z.string(),
  sizeBytes: z.number().int().min(0).nullable().describe('null: the listing does not say'),
  modifiedAt: utc.nullable().describe('instant, ISO 8601 UTC; null: listed through SQL Server'),
  /** 'unknown': not yet read, truncated, foreign or no instance could read it; `headerProblem` says which. */
  header: known(backupHeaderSchema),
  headerProblem: z.string().nullable(),
});

export const folderFactsSchema = z.strictObject({
  /** As SQL Server names it. */
  path: z.string(),
  /** Finished files only (`.trn`, `.bak`), by name. */
  files: z.array(backupFileSchema),
  /** Files being written or copied (`.wrk`). */
  unfinished: z.array(z.string()),
  /** Absent: the daemon listed the files itself. */
  through: z.string().optional().describe('instance that listed the folder for the daemon'),
  /** Looked for only where the daemon cannot copy between share and copy folder. */
  restorableBy: z
    .array(z.string())
    .optional()
    .describe('instances whose RESTORE HEADERONLY of a file in it worked last'),
});

export const poolStateFactsSchema = z.strictObject({
  /** Identity that the pool state cmdlets return and accept. */
  identity: z.string(),
  poolState: known(z.enum(['Normal', 'FailedOver'])),
  activeServers: z.array(z.string()),
  inactiveServers: z.array(z.string()),
  centralManagement: known(z.enum(['writable', 'read-only'])),
});

/** One chat server seen from the management shell (Get-CsPersistentChatState -LocalStore, replication status). */
export const chatServerFactsSchema = z.strictObject({
  localPoolState: known(z.enum(['Normal', 'FailedOver'])),
  chatService: known(z.enum(['Running', 'Stopped'])),
  replicaUpToDate: known(z.boolean()),
});

/** Exact answer to "does this copy hold the other copy's newest message"; only when both copies can be read. */
export const comparisonSchema = z.strictObject({
  homeNewestInBackup: z.boolean(),
  backupNewestInHome: z.boolean(),
});

/** What sources that are silent now said last. The daemon keeps it from its own start on; sources that answer are left out. */
export const lastSeenSchema = z.strictObject({
  share: z
    .strictObject({ folder: folderFactsSchema, at: utc.describe('by the clock of the daemon, ISO 8601 UTC') })
    .nullable(),
  /** By instance: its own clock when it answered last. */
  clocks: z.record(z.string(), utc),
  unansweredSince: z
    .record(z.string(), utc)
    .optional()
    .describe(
      'by instance that is silent: what its own clock would have shown when the first look had got no answer from it',
    ),
  synchronized: z
    .record(z.string(), utc)
    .optional()
    .describe(
      'by instance: its own clock when it was last seen as the principal of mgc, SYNCHRONIZED under safety FULL; what it had committed by then its mirror has',
    ),
  unusableSince: z
    .record(z.string(), utc)
    .optional()
    .describe(
      'by instance that answers: its own clock when its mgc was first seen SUSPECT, RECOVERY_PENDING, EMERGENCY or OFFLINE, and so at every look since; nothing was written later',
    ),
});

export const poolFactsSchema = z.strictObject({
  version: z.literal(1),
  pool: z.string(),
  /** The daemon's wall clock at the end of the round. */
  observedAt: utc,
  instances: z.record(z.string(), observed(instanceFactsSchema)),
  share: observed(folderFactsSchema),
  copyFolder: observed(folderFactsSchema),
  quarantine: z.strictObject({ home: observed(folderFactsSchema), backup: observed(folderFactsSchema) }),
  closedFolders: z
    .array(z.string())
    .optional()
    .describe('folders whose files this daemon does not reach by its settings, only SQL Server does'),
  poolState: observed(poolStateFactsSchema),
  /** Keyed by FQDN, every member of the pool. */
  chatServers: z.record(z.string(), observed(chatServerFactsSchema)),
  comparison: observed(comparisonSchema),
  lastSeen: lastSeenSchema.optional(),
});

export type DatabaseState = z.infer<typeof databaseStateSchema>;
export type MirroringFacts = z.infer<typeof mirroringSchema>;
export type ServerObjects = z.infer<typeof serverObjectsSchema>;
export type ContentFacts = z.infer<typeof contentSchema>;
export type DatabaseFacts = z.infer<typeof databaseFactsSchema>;
export type JobFacts = z.infer<typeof jobSchema>;
export type BackupSetFacts = z.infer<typeof backupSetSchema>;
export type InstanceFacts = z.infer<typeof instanceFactsSchema>;
export type BackupHeader = z.infer<typeof backupHeaderSchema>;
export type BackupFile = z.infer<typeof backupFileSchema>;
export type FolderFacts = z.infer<typeof folderFactsSchema>;
export type PoolStateFacts = z.infer<typeof poolStateFactsSchema>;
export type ChatServerFacts = z.infer<typeof chatServerFactsSchema>;
export type LastSeen = z.infer<typeof lastSeenSchema>;
export type PoolFacts = z.infer<typeof poolFactsSchema>;
