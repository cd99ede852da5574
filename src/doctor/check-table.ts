/**
 * Every check of pchat doctor, in the order in which they are printed: what it asks, what mends it, and the function that judges the
 * evidence. Ids are public. docs/doctor.md is generated from it.
 */
import type { DoctorEvidence } from './evidence.ts';
import type { Finding, Verdict } from './finding.ts';
import { epoch } from './epoch-check.ts';
import * as host from './host-checks.ts';
import * as instances from './instance-checks.ts';
import * as mirroring from './mirroring-checks.ts';
import * as reach from './reach-checks.ts';
import * as shell from './shell-checks.ts';
import * as shipping from './shipping-checks.ts';

export interface Check {
  /** What is looked at, and how. */
  readonly asks: string;
  readonly mends: string;
  readonly judge: (evidence: DoctorEvidence) => readonly Verdict[];
}

// prettier-ignore
const TABLE = {
  'runtime':              { judge: host.runtime,               asks: 'Node.js and the SQL Server driver are new enough to be safe', mends: '`npm ci`' },
  'desired-state':        { judge: host.desiredState,          asks: 'nothing of the desired state is refused', mends: '`pchat validate`, then the line it names' },
  'references':           { judge: host.references,            asks: 'every environment variable and file that the settings refer to is there', mends: 'set the variable, write the file' },
  'journal-directory':    { judge: host.journalDirectory,      asks: "the journal's folder is on a local disk, writable and its owner's only", mends: '`chmod 700`, `chown`, or another folder in the settings' },
  'path-map':             { judge: host.pathMap,               asks: 'share, copy folder and both quarantine folders are in the path map, or SQL Server lists them for the daemon', mends: '`pathMap` in the settings' },
  'folder-reachable':     { judge: host.folderReachable,       asks: 'each of those in the path map can be listed from here', mends: '`mount`' },
  'folder-writable':      { judge: host.folderWritable,        asks: 'this account may write there: access rights only, nothing is written', mends: '`setfacl`' },
  'free-space':           { judge: host.freeSpace,             asks: 'as much is free as lies there now, and 1 GiB at least', mends: 'find what is large: `du`' },
  'files-travel':         { judge: shipping.filesTravel,       asks: 'which way log backups travel: by the daemon, straight from the share by SQL Server, by LSCopy', mends: 'read access of the SQL Server account on the share' },
  'instance-reach':       { judge: reach.instanceReach,        asks: 'a TCP connection to each instance', mends: '`Test-NetConnection`: name, port, firewall, service' },
  'instance-tls':         { judge: reach.instanceTls,          asks: "the instance's certificate: authority, name, age", mends: '`caFile` or `serverName` in the settings; a new certificate' },
  'instance-login':       { judge: reach.instanceLogin,        asks: 'the login of the settings gets in', mends: '`user` and `password` in the settings; `ALTER LOGIN`' },
  'instance-answer':      { judge: reach.instanceAnswer,       asks: 'the reads of a whole round, tried', mends: '`pchat grants`' },
  'latency':              { judge: reach.latency,              asks: 'a small question takes no more than a fifth of the time that a look may take', mends: '`deadlines.instance` in the settings' },
  'rights':               { judge: instances.rights,           asks: 'each right that the policy needs, by `HAS_PERMS_BY_NAME` and `IS_SRVROLEMEMBER`', mends: 'the `GRANT` that the line prints' },
  'version':              { judge: instances.version,          asks: 'SQL Server 2012 to 2022', mends: 'an upgrade' },
  'version-pair':         { judge: instances.versionPair,      asks: 'primary, mirror and witness are of one version', mends: 'an upgrade' },
  'edition-pair':         { judge: instances.editionPair,      asks: 'primary and mirror are of one edition', mends: 'an upgrade' },
  'clock-skew':           { judge: instances.clockSkew,        asks: 'all clocks are within 10 s of each other', mends: '`w32tm /resync`' },
  'recovery-model':       { judge: instances.recoveryModel,    asks: 'chat and compliance database are in recovery model FULL', mends: '`ALTER DATABASE ... SET RECOVERY FULL`' },
  'agent-running':        { judge: instances.agentRunning,     asks: 'SQL Server Agent runs (`sys.dm_server_services`)', mends: '`Start-Service`' },
  'epoch':                { judge: epoch,                      asks: 'the epoch that each instance keeps for the pool can be read ([ADR 0026](adr/0026-the-epoch-at-the-target.md))', mends: '`sp_delete_job`, while no daemon runs' },
  'mirroring-endpoint':   { judge: mirroring.mirroringEndpoint,   asks: 'each instance of a mirrored site has a started endpoint in the right role', mends: '`CREATE ENDPOINT`, `ALTER ENDPOINT ... STATE = STARTED`' },
  'endpoint-encryption':  { judge: mirroring.endpointEncryption,  asks: 'the endpoints of a site have an encryption in common', mends: '`ALTER ENDPOINT ... (ENCRYPTION = ...)`' },
  'mirror-healthy':       { judge: mirroring.mirrorHealthy,       asks: 'the store that serves is mirrored and SYNCHRONIZED', mends: '`SET PARTNER RESUME`, `Install-CsMirrorDatabase`' },
  'witness-connected':    { judge: mirroring.witnessConnected,    asks: 'its witness is set and connected', mends: '`SET WITNESS`, `ALTER ENDPOINT ... STATE = STARTED`' },
  'shipping-jobs':        { judge: shipping.shippingJobs,      asks: 'LSBackup, LSCopy and LSRestore are there and enabled', mends: '`sp_update_job`; `pchat plan` where there is none' },
  'job-schedules':        { judge: shipping.jobSchedules,      asks: 'they run at the intervals of the desired state', mends: 'the interval in the desired state, or the schedule' },
  'job-runs':             { judge: shipping.jobRuns,           asks: 'their last run did not fail: the account of SQL Server Agent reaches share and copy folder', mends: "the job's history" },
  'log-backup-readable':  { judge: shipping.logBackupReadable, asks: 'the instance that restores reads the newest log backup from the share (`RESTORE HEADERONLY`)', mends: 'read access of its account' },
  'shipping-thresholds':  { judge: shipping.shippingThresholds,   asks: 'no alert threshold is shorter than the interval that it watches', mends: 'the threshold in the desired state' },
  'shell':                { judge: shell.shellAnswers,         asks: 'the management shell starts and answers', mends: '`shell` in the settings; module, rights, host key' },
  'cmdlets':              { judge: shell.cmdlets,              asks: 'the cmdlets that only look, tried', mends: '`Get-CsAdminRole` says which role holds a cmdlet' },
  'shell-role':           { judge: shell.shellRole,            asks: 'which roles are enforced on this way; what cannot be asked is said', mends: '`Get-CsAdminRole`' },
  'central-management':   { judge: shell.centralManagement,    asks: 'the Central Management Store can be written', mends: '`Invoke-CsManagementServerFailover`' },
  'pool-published':       { judge: shell.poolPublished,        asks: 'machines and stores of the topology are those of the desired state', mends: '`pchat adopt` writes what the topology says' },
  'chat-servers':         { judge: shell.chatServers,          asks: 'each chat server answers the shell, its replica is up to date', mends: '`Enable-PSRemoting`, `Invoke-CsManagementStoreReplication`' },
} as const satisfies Readonly<Record<string, Check>>;

export type CheckId = keyof typeof TABLE;
export const CHECKS: Readonly<Record<CheckId, Check>> = TABLE;
export const CHECK_IDS = Object.keys(TABLE) as readonly CheckId[];
export const isCheckId = (id: string): id is CheckId => Object.hasOwn(TABLE, id);

/** @param only left out: every check */
export const diagnose = (
  evidence: DoctorEvidence,
  only: readonly CheckId[] = CHECK_IDS,
): readonly Finding[] =>
  CHECK_IDS.filter((id) => only.includes(id)).flatMap((check) =>
    CHECKS[check].judge(evidence).map((verdict) => ({ check, ...verdict })),
  );
