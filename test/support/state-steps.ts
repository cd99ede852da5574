/**
 * The words in which a row of the refusal table says how an estate gets into its state: statements as text, estate faults and
 * files, so that any client can do the same (in memory: test/simulator/instance/refusal-table.test.ts). No row writes state.
 */
import type { EstateLogin } from '../../src/simulator/estate/estate-options.ts';

export const HOME = 'sql-par-1.contoso.com';
export const OTHER = 'sql-par-2.contoso.com';
export const BACKUP = 'sql-lyo-1.contoso.com';
/** Witness beside BACKUP: what cuts the sites apart takes it from HOME. */
export const BACKUP_WITNESS = 'sql-lyo-w.contoso.com';
/** Witness beside HOME. */
export const HOME_WITNESS = 'sql-par-w.contoso.com';
export const SHARE = '\\\\fs01\\mgc-mirroring';
export const COPY_FOLDER = 'D:\\LSCopy';

/** Logins that are kept out though they know their password. */
export type KeptOut = 'disabled' | 'locked' | 'expired' | 'must-change';

/** Who a session logs in as. `sa`: the estate's password. `ordinary`: the chat servers' Windows account, which has no rights. */
export type StateLogin = 'sa' | 'ordinary' | KeptOut;
export const LOGIN_NAMES: Readonly<Record<StateLogin, string>> = {
  sa: 'sa',
  ordinary: 'CONTOSO\\svc-persistentchat',
  disabled: 'is-disabled',
  locked: 'is-locked',
  expired: 'is-expired',
  'must-change': 'must-change',
};
/** Of KEPT_OUT. */
export const STATE_PASSWORD = 'right';

/** The estate's option `logins` for the rows. */
export const KEPT_OUT: readonly EstateLogin[] = [
  { name: LOGIN_NAMES.disabled, password: STATE_PASSWORD, disabled: true },
  ...(['locked', 'expired', 'must-change'] as const).map((passwordState) => ({
    name: LOGIN_NAMES[passwordState],
    password: STATE_PASSWORD,
    passwordState,
  })),
];

/** One connection, opened when it is first named and kept until it is closed, killed or cut off. */
export interface StateSession {
  readonly on: string;
  readonly session: string;
  readonly login: StateLogin;
}

/** `sql` of '': the statement is the login itself. */
export interface StateStatement extends StateSession {
  readonly sql: string;
  /** Initial catalog and password of the login. */
  readonly database?: string;
  readonly password?: string;
}

/** What becomes of a backup file. `older`, `newer`: the same, as if another version had written it. */
export type FileChange = 'empty' | 'foreign' | 'cut' | 'damage' | 'older' | 'newer' | 'delete';

export type StateStep =
  /** One batch, to its end. What it answers does not matter. */
  | (StateSession & { readonly kind: 'sql'; readonly sql: string })
  /** One batch, not waited for. */
  | (StateSession & { readonly kind: 'start'; readonly sql: string })
  /** An attention for the batch that runs. */
  | (StateSession & { readonly kind: 'cancel' })
  | (StateSession & { readonly kind: 'close' })
  | { readonly kind: 'fault'; readonly command: string }
  /** Reads `from`, changes it, writes `to`; both are Windows paths of the estate. */
  | { readonly kind: 'file'; readonly change: FileChange; readonly from: string; readonly to: string };

const ADMIN = 'admin';

export const sql = (on: string, text: string, session = ADMIN, login: StateLogin = 'sa'): StateStep => ({
  kind: 'sql',
  on,
  session,
  login,
  sql: text,
});
export const start = (on: string, text: string, session: string): StateStep => ({
  kind: 'start',
  on,
  session,
  login: 'sa',
  sql: text,
});
export const cancel = (on: string, session: string): StateStep => ({
  kind: 'cancel',
  on,
  session,
  login: 'sa',
});
export const fault = (command: string): StateStep => ({ kind: 'fault', command });
export const file = (change: FileChange, from: string, to: string): StateStep => ({
  kind: 'file',
  change,
  from,
  to,
});

/** One row's own database and files, so that all rows can share one estate. */
export class Scene {
  readonly database: string;

  constructor(database: string) {
    this.database = database;
  }

  path(name: string): string {
    return `${SHARE}\\${this.database}_${name}`;
  }

  undoFile(): string {
    return `${COPY_FOLDER}\\${this.database}.tuf`;
  }

  alter(change: string): string {
    return `ALTER DATABASE [${this.database}] SET ${change}`;
  }

  backupFull(name = 'full.bak', options = 'INIT, CHECKSUM'): string {
    return `BACKUP DATABASE [${this.database}] TO DISK = N'${this.path(name)}' WITH ${options}`;
  }

  backupLog(name: string, options = 'INIT, CHECKSUM'): string {
    return `BACKUP LOG [${this.database}] TO DISK = N'${this.path(name)}' WITH ${options}`;
  }

  restoreFull(name = 'full.bak', options = 'NORECOVERY'): string {
    return `RESTORE DATABASE [${this.database}] FROM DISK = N'${this.path(name)}' WITH ${options}`;
  }

  restoreLog(name: string, options = 'NORECOVERY'): string {
    return `RESTORE LOG [${this.database}] FROM DISK = N'${this.path(name)}' WITH ${options}`;
  }

  recover(): string {
    return `RESTORE DATABASE [${this.database}] WITH RECOVERY`;
  }

  partner(host: string): string {
    return this.alter(`PARTNER = N'TCP://${host}:5022'`);
  }

  witness(host: string): string {
    return this.alter(`WITNESS = N'TCP://${host}:5022'`);
  }

  created(on: string): readonly StateStep[] {
    return [sql(on, `CREATE DATABASE [${this.database}]`)];
  }

  /** A statement about the principals in the database, by sa. */
  within(on: string, text: string): StateStep {
    return sql(on, `USE [${this.database}]; ${text}; USE master`);
  }

  /** As online, and the ordinary login has a user there. */
  withUser(): readonly StateStep[] {
    return [...this.online(), this.within(HOME, `CREATE USER [${LOGIN_NAMES.ordinary}]`)];
  }

  /** Another session is in the database. */
  enter(on: string): StateStep {
    return sql(on, `USE [${this.database}]`, 'visitor');
  }

  /** The session that sends the statement is in the database itself. */
  inside(on: string): StateStep {
    return sql(on, `USE [${this.database}]`);
  }

  /** SINGLE_USER on HOME, and somebody else is the user. */
  held(): readonly StateStep[] {
    const text = `USE [${this.database}]; ${this.alter('SINGLE_USER')}`;
    return [...this.online(), sql(HOME, text, 'holder')];
  }

  /** ONLINE on HOME with a full backup and two log backups, each with something in it. */
  online(): readonly StateStep[] {
    const change = this.alter('MULTI_USER');
    const texts = [this.backupFull(), change, this.backupLog('log1.trn'), change, this.backupLog('log2.trn')];
    return [...this.created(HOME), ...texts.map((text) => sql(HOME, text))];
  }

  /** As online, and RESTORING on BACKUP: the full backup and `logs`. */
  restoring(...logs: readonly string[]): readonly StateStep[] {
    const restores = [this.restoreFull(), ...logs.map((name) => this.restoreLog(name))];
    return [...this.online(), ...restores.map((text) => sql(BACKUP, text))];
  }

  /** STANDBY on BACKUP. */
  standby(): readonly StateStep[] {
    const text = this.restoreLog('log1.trn', `STANDBY = N'${this.undoFile()}'`);
    return [...this.restoring(), sql(BACKUP, text)];
  }

  /** HOME is the PRINCIPAL, BACKUP its MIRROR, SYNCHRONIZED. */
  mirrored(): readonly StateStep[] {
    return [...this.synchronizing(), sql(HOME, "WAITFOR DELAY '00:00:04'")];
  }

  synchronizing(): readonly StateStep[] {
    return [
      ...this.restoring('log1.trn', 'log2.trn'),
      sql(BACKUP, this.partner(HOME)),
      sql(HOME, this.partner(BACKUP)),
    ];
  }

  /** Mirrored, with a witness. */
  watched(witness: string): readonly StateStep[] {
    return [...this.mirrored(), sql(HOME, this.witness(witness))];
  }

  /** The sites are cut apart for longer than the time-out of mirroring. */
  apart(): readonly StateStep[] {
    return [fault('cut link home-backup'), sql(HOME, "WAITFOR DELAY '00:00:11'")];
  }
}

/** Down and up again at once. */
export const restart = (on: string): readonly StateStep[] => [
  fault(`down instance ${on}`),
  fault(`up instance ${on}`),
];

export const asAdmin = (on: string, text: string): StateStatement => ({
  on,
  session: ADMIN,
  login: 'sa',
  sql: text,
});
export const asOrdinary = (on: string, text: string): StateStatement => ({
  on,
  session: 'ordinary',
  login: 'ordinary',
  sql: text,
});

export const TOGETHER: readonly StateStep[] = [fault('heal link home-backup')];
