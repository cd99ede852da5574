/** A fresh instance with its system databases, and new user databases in it. */
import { SA_SID, type Content } from './content.ts';
import type {
  DatabaseDraft,
  InstanceDraft,
  LoginDraft,
  SessionDraft,
  SpeedOptions,
} from './instance-state.ts';
import { emptyDatabase } from './new-database.ts';
import { newSession } from '../tsql/session.ts';

export interface InstanceOptions {
  readonly name: string;
  /** Default: the name. */
  readonly serverName?: string;
  /** Default: `<name>.contoso.com` in lower case. */
  readonly hostFqdn?: string;
  /** Default 13.0.6300.2 (SQL Server 2016). */
  readonly productVersion?: string;
  readonly edition?: string;
  readonly clockOffsetMs?: number;
  readonly timeZoneMinutes?: number;
  readonly seed?: string;
  readonly speed?: Partial<SpeedOptions>;
  /** Mirroring endpoint port; null: no endpoint. Default 5022. */
  readonly endpointPort?: number | null;
  readonly logins?: readonly (Pick<LoginDraft, 'name' | 'password'> & Partial<LoginDraft>)[];
  readonly startedAtMs: number;
}

const DEFAULT_SPEED: SpeedOptions = {
  bytesPerSecond: 64 * 1024 * 1024,
  minimumMs: 20,
  synchronizeMs: 1000,
  recoveryMs: 2000,
};
const SYSTEM_DATABASES = ['master', 'tempdb', 'model', 'msdb'];
const FIRST_USER_DATABASE = 5;
// prettier-ignore
const SYSTEM_SESSIONS: readonly (readonly [number, string])[] = [
  [1, 'LOG WRITER'], [2, 'LAZY WRITER'], [3, 'LOCK MONITOR'], [4, 'SIGNAL HANDLER'], [6, 'CHECKPOINT'], [9, 'BRKR TASK'],
];

function systemSession(id: number, command: string, atMs: number): SessionDraft {
  return {
    id,
    kind: 'system',
    connection: '',
    owner: '',
    login: 'sa',
    host: null,
    program: null,
    database: 'master',
    command,
    loginAtMs: atMs,
    requestStartedAtMs: atMs,
    requestEndedAtMs: null,
    running: false,
    openTransactions: 0,
    operation: null,
    tsql: newSession(),
    execution: null,
  };
}

export const systemSessions = (atMs: number): Record<string, SessionDraft> =>
  Object.fromEntries(SYSTEM_SESSIONS.map(([id, command]) => [String(id), systemSession(id, command, atMs)]));

export function createInstance(options: InstanceOptions): InstanceDraft {
  const port = options.endpointPort === undefined ? 5022 : options.endpointPort;
  const instance: InstanceDraft = {
    name: options.name,
    serverName: options.serverName ?? options.name,
    hostFqdn: options.hostFqdn ?? `${options.name.toLowerCase()}.contoso.com`,
    productVersion: options.productVersion ?? '13.0.6300.2',
    edition: options.edition ?? 'Standard Edition (64-bit)',
    clockOffsetMs: options.clockOffsetMs ?? 0,
    timeZoneMinutes: options.timeZoneMinutes ?? 0,
    startedAtMs: options.startedAtMs,
    status: 'running',
    agentRunning: true,
    mirrorBusy: 0,
    readTroubles: { deadlock: 0, lockTimeout: 0 },
    seed: options.seed ?? 'estate',
    speed: { ...DEFAULT_SPEED, ...options.speed },
    dataFolder: 'D:\\Data',
    logFolder: 'L:\\Log',
    logins: {},
    endpoint: port === null ? null : { name: 'Mirroring', port, state: 'STARTED' },
    databases: {},
    sessions: systemSessions(options.startedAtMs),
    operations: {},
    witnessed: {},
    backupSets: [],
    mediaFamilies: [],
    restores: [],
    next: { guid: 0, databaseId: 1, backupSet: 0, mediaSet: 0, restore: 0, operation: 0 },
  };
  for (const login of options.logins ?? []) addLogin(instance, login);
  for (const name of SYSTEM_DATABASES) {
    const database = emptyDatabase(instance, name, options.startedAtMs);
    instance.databases[name] = {
      ...database,
      system: true,
      recoveryModel: name === 'model' ? 'FULL' : 'SIMPLE',
    };
  }
  instance.next.databaseId = FIRST_USER_DATABASE;
  return instance;
}

/** A Windows account has one SID everywhere, and so has sa. Hex. */
export const sidOf = (name: string): string =>
  name.toLowerCase() === 'sa'
    ? SA_SID
    : `0x0105${Buffer.from(name.toLowerCase(), 'utf8').toString('hex').toUpperCase()}`;

export function addLogin(
  instance: InstanceDraft,
  login: Pick<LoginDraft, 'name' | 'password'> & Partial<LoginDraft>,
): void {
  instance.logins[login.name.toLowerCase()] = {
    disabled: false,
    windows: false,
    passwordState: 'valid',
    sid: sidOf(login.name),
    roles: [],
    permissions: [],
    denied: [],
    users: [],
    ...login,
  };
}

/** Adds an ONLINE, empty database; `content` and `dataBytes` may be given (Topology Builder makes mgc like this). */
export function createDatabase(
  instance: InstanceDraft,
  name: string,
  nowMs: number,
  options: Partial<Pick<DatabaseDraft, 'dataBytes' | 'recoveryModel'>> & { readonly content?: Content } = {},
): DatabaseDraft {
  instance.databases[name.toLowerCase()] = { ...emptyDatabase(instance, name, nowMs), ...options };
  const database = instance.databases[name.toLowerCase()];
  if (database === undefined) throw new Error('unreachable: just added');
  return database;
}

/** `TCP://host:port`, what SET PARTNER and EngineContext.peer speak of; undefined without an endpoint. */
export const endpointAddress = (instance: InstanceDraft): string | undefined =>
  instance.endpoint === null ? undefined : `TCP://${instance.hostFqdn}:${instance.endpoint.port}`;
