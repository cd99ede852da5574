/**
 * Every right that the product needs, and which of its statements needs it. The only list: `pchat grants` and every check
 * come from it. Rows: sql-server reference 8; numbers: 4.4 row 99. A right that another row's right contains is not granted.
 */
import type { ServerPermissionName } from '../statements/grant-rights.ts';

/** observe: a policy mode that changes nothing. act: the whole of it. */
export type Purpose = 'observe' | 'act';
/** store: an instance that holds or may hold a chat or compliance database. */
export type Place = 'store' | 'witness';

export const SQL_VERSIONS = ['2012', '2014', '2016', '2017', '2019', '2022'] as const;
export type SqlVersion = (typeof SQL_VERSIONS)[number];

export type Right =
  | { readonly kind: 'server-role'; readonly role: 'sysadmin' }
  | { readonly kind: 'server-permission'; readonly permission: ServerPermissionName }
  | { readonly kind: 'database-role'; readonly database: 'msdb' | 'chat'; readonly role: 'db_datareader' };

export interface RightRow {
  readonly id: string;
  readonly purpose: Purpose;
  readonly places: readonly Place[];
  /** Names of statements, as logs and metrics call them. */
  readonly statements: readonly string[];
  readonly right: (version: SqlVersion) => Right | undefined;
  /** Numbers of the refusal; empty: nothing is refused, rows or values are missing. */
  readonly refused: readonly number[];
  /** What the product cannot do without it. */
  readonly without: string;
}

const permission = (name: ServerPermissionName): Right => ({ kind: 'server-permission', permission: name });
const SYSADMIN: Right = { kind: 'server-role', role: 'sysadmin' };

const year = (version: SqlVersion): number => Number(version);
/** From 2014 on two permissions read every chat database, wherever it is restored; before, the database must bring a user. */
const from2014 =
  (name: ServerPermissionName) =>
  (version: SqlVersion): Right | undefined =>
    year(version) >= 2014 ? permission(name) : undefined;

/** What an account that only looks needs. It cannot tell a mirror from a copy that is plainly RESTORING: that takes sysadmin. */
const OBSERVING: readonly RightRow[] = [
  {
    id: 'server-state',
    purpose: 'observe',
    places: ['store', 'witness'],
    statements: ['observe-instance', 'read-progress', 'recheck-sessions', 'read-own-session'],
    right: (version) =>
      permission(year(version) >= 2022 ? 'VIEW SERVER PERFORMANCE STATE' : 'VIEW SERVER STATE'),
    refused: [300],
    without: 'sessions, running backups and the start of the instance are not seen: the instance is unknown',
  },
  {
    // That dm_server_services asks for this half of the split permission is unverified.
    id: 'services',
    purpose: 'observe',
    places: ['store', 'witness'],
    statements: ['observe-instance', 'observe-checkup'],
    right: (version) =>
      permission(year(version) >= 2022 ? 'VIEW SERVER SECURITY STATE' : 'VIEW SERVER STATE'),
    refused: [300],
    without: 'whether SQL Server Agent runs is not known',
  },
  {
    id: 'witness-rows',
    purpose: 'observe',
    places: ['witness'],
    statements: ['observe-instance'],
    right: () => permission('VIEW ANY DEFINITION'),
    refused: [],
    without: 'sys.database_mirroring_witnesses is empty: what the witness knows is no evidence',
  },
  {
    id: 'endpoints',
    purpose: 'observe',
    places: ['store', 'witness'],
    statements: ['observe-checkup', 'read-mirroring-endpoint'],
    right: () => permission('VIEW ANY DEFINITION'),
    refused: [],
    without: 'the mirroring endpoint is not seen: neither its address nor whether it is started is known',
  },
  {
    id: 'server-logins',
    purpose: 'observe',
    places: ['store'],
    statements: ['observe-instance'],
    right: () => permission('VIEW ANY DEFINITION'),
    refused: [],
    without: 'owner and logins of the chat database are not compared with what it needs',
  },
  {
    id: 'backup-headers',
    purpose: 'observe',
    places: ['store'],
    statements: ['read-header', 'read-file-list', 'verify-backup', 'recheck-copy', 'read-file-paths'],
    right: () => permission('CREATE ANY DATABASE'),
    refused: [262],
    without:
      'headers of log backups, positions of restoring copies and rows of offline databases are not seen',
  },
  {
    id: 'job-tables',
    purpose: 'observe',
    places: ['store'],
    statements: [
      'observe-instance',
      'read-primary-half',
      'read-secondary-half',
      'read-job',
      'recheck-full-backup',
      'observe-log-shipping-setup',
    ],
    right: () => ({ kind: 'database-role', database: 'msdb', role: 'db_datareader' }),
    refused: [229],
    without: 'log shipping, jobs and the backup history are not seen: the instance is unknown',
  },
  {
    id: 'chat-databases',
    purpose: 'observe',
    places: ['store'],
    statements: ['observe-instance', 'read-message', 'recheck-newest-message'],
    right: from2014('CONNECT ANY DATABASE'),
    refused: [916],
    without: 'the content of the chat database is not seen: copies cannot be compared',
  },
  {
    id: 'chat-content',
    purpose: 'observe',
    places: ['store'],
    statements: ['observe-instance', 'read-message', 'recheck-newest-message'],
    right: (version) =>
      year(version) >= 2014
        ? permission('SELECT ALL USER SECURABLES')
        : { kind: 'database-role', database: 'chat', role: 'db_datareader' },
    refused: [229, 916],
    without: 'the content of the chat database is not seen: copies cannot be compared',
  },
];

/** Of the acting account, on stores. sysadmin contains every other right, also those of OBSERVING. */
const acting = (
  id: string,
  statements: readonly string[],
  refused: readonly number[],
  without: string,
): RightRow => ({
  id,
  purpose: 'act',
  places: ['store'],
  statements,
  right: () => SYSADMIN,
  refused,
  without,
});

const ACTING: readonly RightRow[] = [
  acting(
    'mirror-rows',
    ['observe-instance', 'recheck-copy'],
    [],
    'a mirror cannot be told from a restoring copy',
  ),
  acting(
    'log-shipping',
    [
      'delete-secondary',
      'delete-secondary-primary',
      'delete-primary',
      'delete-primary-secondary',
      'add-primary',
      'add-alert-job',
      'add-primary-secondary',
      'add-secondary-primary',
      'add-secondary-database',
    ],
    [229],
    'log shipping cannot be removed or set up: its procedures are for sysadmin only',
  ),
  acting(
    'foreign-jobs',
    ['enable-job', 'disable-job', 'start-job', 'stop-job', 'add-job-schedule', 'raise-epoch'],
    [229, 14_377, 14_393, 14_525],
    'jobs of log shipping belong to whoever set it up and cannot be changed',
  ),
  acting(
    'restore',
    ['restore-log', 'restore-database', 'recover-database'],
    [3110],
    'no copy can be restored or recovered',
  ),
  acting(
    'backup',
    ['backup-database', 'backup-log', 'backup-tail', 'backup-damaged-tail'],
    [262, 916],
    'no backup and no tail can be taken',
  ),
  acting(
    'alter-database',
    ['restrict-access', 'open-access', 'take-offline', 'bring-online'],
    [5011],
    'the write barrier and the fence cannot be set',
  ),
  acting(
    'mirroring',
    ['set-partner', 'set-partner-off', 'set-witness', 'resume-partner', 'fail-over-partner', 'force-service'],
    [5011],
    'mirroring cannot be set up or removed',
  ),
  acting(
    // What the two extended procedures ask for has no page: unverified.
    'closed-folders',
    ['list-folder'],
    [],
    'a folder that only SQL Server reaches looks empty, and counts as not seen',
  ),
  acting(
    'server-objects',
    ['read-server-objects', 'own-database', 'set-trustworthy', 'create-windows-login', 'map-user'],
    [5011, 15_247],
    'owner, TRUSTWORTHY and logins that differ are only shown',
  ),
  acting('kill', ['kill-session', 'backup-tail'], [6102], 'sessions that hold up a fence cannot be ended'),
];

export const RIGHT_TABLE: readonly RightRow[] = [...OBSERVING, ...ACTING];

/** Asked about identity and the clock only; every login may. */
export const OPEN_STATEMENTS: readonly string[] = ['recheck-server', 'require-login', 'read-rights'];
