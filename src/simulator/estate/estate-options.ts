/** What a simulated estate is made of: sites, instances, servers, folders, speeds. Defaults are those of the example desired state. */
import type { PasswordState } from '../instance/instance-state.ts';
import type { ServerRole } from '../instance/server-permissions.ts';
import type { ChatTiming } from '../chat/chat-state.ts';

export type EstateSite = 'home' | 'backup';
export const ESTATE_SITES: readonly EstateSite[] = ['home', 'backup'];

export interface EstateInstanceOptions {
  /** As the desired state and faults name it. */
  readonly name: string;
  /** SERVERPROPERTY('ServerName'). */
  readonly serverName: string;
  /** A year (product-versions.ts) or a build; default: sqlVersion of the estate. */
  readonly productVersion?: string;
  readonly clockOffsetMs: number;
  readonly timeZoneMinutes: number;
}

export interface EstateSiteOptions {
  readonly datacenter: string;
  readonly primary: EstateInstanceOptions;
  readonly mirror: EstateInstanceOptions | undefined;
  readonly witness: EstateInstanceOptions | undefined;
  readonly chatServers: readonly string[];
  readonly quarantineFolder: string;
  /** Share of this site for mirroring backups; undefined: the estate's, which stands where the backup share does. */
  readonly mirroringShare: string | undefined;
}

export interface EstateOptions {
  /** One seed, one run: guids and everything that varies. */
  readonly seed: string;
  /** True UTC, ms, of the first instant. */
  readonly startAtMs: number;
  readonly poolFqdn: string;
  readonly sites: Readonly<Record<EstateSite, EstateSiteOptions>>;
  readonly chatDatabase: string;
  readonly complianceDatabase: string;
  /** mgccomp on the same instances, mirrored at home. */
  readonly compliance: boolean;
  readonly shareSite: EstateSite;
  readonly share: string;
  readonly mirroringShare: string;
  readonly copyFolder: string;
  /** Folders that the daemon's host may not read or write, and that its settings therefore do not map. */
  readonly closedToDaemon: readonly string[];
  /** Who of the backup site may read the share: SQL Server and its Agent, or only the account that the jobs run under. */
  readonly shareOpensTo: 'everybody' | 'jobs';
  readonly backupEveryMinutes: number;
  readonly copyEveryMinutes: number;
  readonly restoreEveryMinutes: number;
  readonly retentionMinutes: number;
  readonly clients: number;
  readonly chat: ChatTiming;
  /** Nearest server; every further one gets it a bit later, ms. */
  readonly replicationDelayMs: number;
  readonly cmdletMs: number;
  readonly sqlPassword: string;
  /** SQL Server of every instance that names no version of its own: a year (product-versions.ts) or a build. */
  readonly sqlVersion: string;
  /** SERVERPROPERTY('Edition') of every instance. */
  readonly edition: string;
  /** The Windows domain of every host; undefined: workgroup, Windows credentials are refused. */
  readonly domain: EstateDomain | undefined;
  /** Besides the ones that every instance has. */
  readonly logins: readonly EstateLogin[];
  readonly databaseBytes: number;
  readonly speed: {
    readonly bytesPerSecond: number;
    readonly minimumMs: number;
    readonly synchronizeMs: number;
    readonly recoveryMs: number;
    readonly copyBytesPerSecond: number;
    readonly minimumCopyMs: number;
    readonly jobStartMs: number;
  };
}

export interface EstateDomain {
  /** NetBIOS name, upper case. */
  readonly name: string;
  readonly dnsName: string;
  /** Account -> password; an account needs a login `NAME\\account` in `logins` too. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** A login on every instance. */
export interface EstateLogin {
  readonly name: string;
  /** Without it: a Windows login. */
  readonly password?: string;
  readonly disabled?: boolean;
  readonly passwordState?: PasswordState;
  readonly roles?: readonly ServerRole[];
}

export type EstateOverrides = Partial<EstateOptions>;

const MINUTE_MS = 60_000;
/** Central European winter time at home, the backup site deliberately elsewhere: nobody may compare local times. */
const HOME_ZONE = 60;
const BACKUP_ZONE = 0;

const instance = (name: string, clockOffsetMs: number, timeZoneMinutes: number): EstateInstanceOptions => ({
  name: `${name}.contoso.com`,
  serverName: name.toUpperCase(),
  clockOffsetMs,
  timeZoneMinutes,
});

const servers = (code: string): readonly string[] =>
  [1, 2, 3, 4].map((number) => `chat-${code}-${number}.contoso.com`);

const DEFAULT_SITES: Readonly<Record<EstateSite, EstateSiteOptions>> = {
  home: {
    datacenter: 'paris',
    primary: instance('sql-par-1', 0, HOME_ZONE),
    mirror: instance('sql-par-2', 1_700, HOME_ZONE),
    witness: instance('sql-par-w', -400, HOME_ZONE),
    chatServers: servers('par'),
    quarantineFolder: 'D:\\Quarantine\\paris',
    mirroringShare: undefined,
  },
  backup: {
    datacenter: 'lyon',
    primary: instance('sql-lyo-1', -2_300, BACKUP_ZONE),
    mirror: instance('sql-lyo-2', 900, BACKUP_ZONE),
    witness: instance('sql-lyo-w', 0, BACKUP_ZONE),
    chatServers: servers('lyo'),
    quarantineFolder: 'D:\\Quarantine\\lyon',
    mirroringShare: '\\\\fs02\\mgc-mirroring',
  },
};

export const DEFAULT_ESTATE: EstateOptions = {
  seed: 'estate',
  startAtMs: Date.UTC(2026, 10, 23, 8, 0, 0),
  poolFqdn: 'pchat.contoso.com',
  sites: DEFAULT_SITES,
  chatDatabase: 'mgc',
  complianceDatabase: 'mgccomp',
  compliance: false,
  shareSite: 'backup',
  share: '\\\\fs01\\mgc-logs',
  mirroringShare: '\\\\fs01\\mgc-mirroring',
  copyFolder: 'D:\\LSCopy',
  closedToDaemon: [],
  shareOpensTo: 'everybody',
  backupEveryMinutes: 15,
  copyEveryMinutes: 15,
  restoreEveryMinutes: 15,
  retentionMinutes: 4_320,
  clients: 4,
  chat: { heartbeatMs: 10_000, connectRetryMs: 5_000, postEveryMs: MINUTE_MS / 2 },
  replicationDelayMs: 4_000,
  cmdletMs: 400,
  sqlPassword: 'simulated',
  sqlVersion: '2016',
  edition: 'Standard Edition (64-bit)',
  domain: undefined,
  logins: [],
  databaseBytes: 256 * 1024 * 1024,
  speed: {
    bytesPerSecond: 64 * 1024 * 1024,
    minimumMs: 200,
    synchronizeMs: 2_000,
    recoveryMs: 2_000,
    copyBytesPerSecond: 50 * 1024 * 1024,
    minimumCopyMs: 300,
    jobStartMs: 500,
  },
};
