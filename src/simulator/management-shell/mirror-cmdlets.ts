/**
 * Install-/Uninstall-CsMirrorDatabase, Get-CsDatabaseMirrorState, Invoke-CsDatabaseFailover. The partner comes from the
 * topology; there is no parameter for it. That Install picks the backup mirror for a backup SQL host is implied only
 * (skype reference 4.5); texts of their refusals are stand-ins.
 */
import type { CmdletOutcome } from '../estate-contract.ts';
import type { DatabaseDraft, InstanceDraft } from '../instance/instance-state.ts';
import { cmdlet, ok, sameText, type CmdletEnv, type CmdletSpec, type PublishedStore } from './cmdlet-env.ts';
import { ambiguousSets, deploymentFailure, missingParameter } from './cmdlet-failures.ts';
import type { BoundParameters } from './cmdlet-parameters.ts';
import type { MirrorInstallation } from './running-cmdlet.ts';

/** skype reference 4.5. */
const DATABASE_TYPES = [
  'ActiveMonitoring',
  'Application',
  'Archiving',
  'CentralMgmt',
  'Edge',
  'Lyss',
  'Monitoring',
  'PersistentChat',
  'PersistentChatCompliance',
  'Provision',
  'Registrar',
  'SigninTelemetry',
  'User',
] as const;
const GIVE_UP_MS = 30 * 60_000;

/** Databases of a type that the topology has; an empty list: the role is not there. */
function databasesOf(env: CmdletEnv, type: string | undefined): readonly string[] {
  const chat = type === undefined || sameText(type, 'PersistentChat') ? [env.chatDatabase] : [];
  const compliance =
    env.compliance && (type === undefined || sameText(type, 'PersistentChatCompliance'))
      ? [env.complianceDatabase]
      : [];
  return [...chat, ...compliance];
}

const storeOn = (env: CmdletEnv, fqdn: string): PublishedStore | undefined =>
  env.stores.find(
    ({ primary, mirror }) => sameText(primary, fqdn) || (mirror !== undefined && sameText(mirror, fqdn)),
  );

const databaseIn = (instance: InstanceDraft | undefined, name: string): DatabaseDraft | undefined =>
  instance?.databases[name.toLowerCase()];

const isDefaultInstance = (name: string | undefined): boolean =>
  name === undefined || name === '' || sameText(name, 'MSSQLSERVER');

function install(env: CmdletEnv, bound: BoundParameters): CmdletOutcome | MirrorInstallation {
  const name = 'Install-CsMirrorDatabase';
  if (bound.flag('ConfiguredDatabases') === bound.has('DatabaseType'))
    return bound.has('DatabaseType') ? ambiguousSets(name) : missingParameter(name, 'DatabaseType');
  const fqdn = bound.text('SqlServerFqdn') ?? '';
  const store = storeOn(env, fqdn);
  if (store === undefined || !isDefaultInstance(bound.text('SqlInstanceName') ?? bound.text('ForInstance')))
    return deploymentFailure(name, `There is no database of the topology on SQL Server "${fqdn}".`);
  if (store.mirror === undefined)
    return deploymentFailure(name, `No mirror is configured in the topology for SQL Server "${fqdn}".`);
  const principal = sameText(store.primary, fqdn) ? store.primary : store.mirror;
  const mirror = principal === store.primary ? store.mirror : store.primary;
  const [database, ...queue] = databasesOf(env, bound.text('DatabaseType'));
  if (database === undefined)
    return deploymentFailure(name, 'The database type is not present on this SQL Server.');
  for (const candidate of [database, ...queue]) {
    const refused = refuse(env, candidate, principal, mirror, bound.flag('DropExistingDatabasesOnMirror'));
    if (refused !== undefined) return deploymentFailure(name, refused);
  }
  return {
    queue,
    database,
    principal,
    mirror,
    witnessAddress: addressOf(store.witness === undefined ? undefined : env.instance(store.witness)),
    fileShare: (bound.text('FileShare') ?? '').replace(/\\+$/, ''),
    dropExisting: bound.flag('DropExistingDatabasesOnMirror'),
    phase: 'drop-copy',
    operation: '',
    sessionId: 0,
    giveUpAtMs: env.timing.nowMs + GIVE_UP_MS,
  };
}

const addressOf = (instance: InstanceDraft | undefined): string | undefined =>
  instance?.endpoint == null ? undefined : `TCP://${instance.hostFqdn}:${instance.endpoint.port}`;

function refuse(
  env: CmdletEnv,
  database: string,
  principal: string,
  mirror: string,
  dropExisting: boolean,
): string | undefined {
  const source = env.instance(principal);
  const target = env.instance(mirror);
  if (source === undefined) return `Cannot connect to SQL Server "${principal}".`;
  if (target === undefined) return `Cannot connect to SQL Server "${mirror}".`;
  const original = databaseIn(source, database);
  const copy = databaseIn(target, database);
  if (original?.state !== 'ONLINE') return `Database "${database}" on "${principal}" is not online.`;
  if (original.mirroring !== null) return `Database "${database}" on "${principal}" is already mirrored.`;
  if (copy !== undefined && !dropExisting)
    return `Database "${database}" already exists on mirror "${mirror}".`;
  if (copy?.mirroring != null)
    return `Database "${database}" on "${mirror}" is enabled for database mirroring.`;
  return undefined;
}

function uninstall(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const name = 'Uninstall-CsMirrorDatabase';
  const fqdn = bound.text('SqlServerFqdn') ?? '';
  const store = storeOn(env, fqdn);
  const source = env.instance(fqdn);
  if (store === undefined || source === undefined)
    return deploymentFailure(name, `Cannot connect to SQL Server "${fqdn}".`);
  const partner = sameText(store.primary, fqdn) ? store.mirror : store.primary;
  for (const database of databasesOf(env, bound.text('DatabaseType'))) {
    if (databaseIn(source, database)?.mirroring == null)
      return deploymentFailure(name, `Database "${database}" on "${fqdn}" is not mirrored.`);
    const refused = env.setPartnerOff(source.name, database);
    if (refused !== undefined) return refused;
    if (!bound.flag('DropExistingDatabasesOnMirror') || partner === undefined) continue;
    const failed = env.dropDatabase(partner, database);
    if (failed !== undefined) return failed;
  }
  env.count(name);
  return ok();
}

const INACCESSIBLE = 'DatabaseInaccessibleOrMirroringNotEnabled';

/** Primary and mirror are those of the topology's primary pair; whether it follows a failed-over pool is unverified (4.7). */
function mirrorState(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const name = 'Get-CsDatabaseMirrorState';
  const store = env.stores.find(({ site }) => site === 'home');
  const type = bound.text('DatabaseType');
  const databases = databasesOf(env, type);
  if (!sameText(bound.text('PoolFqdn') ?? '', env.poolFqdn) || store === undefined || databases.length === 0)
    return deploymentFailure(name, `The role is not present on pool "${bound.text('PoolFqdn') ?? ''}".`);
  return ok(
    databases.map((database) => {
      const sides = [store.primary, store.mirror].map((fqdn) => {
        const mirroring =
          fqdn === undefined ? undefined : databaseIn(env.instance(fqdn), database)?.mirroring;
        if (mirroring == null) return { state: INACCESSIBLE, status: '' };
        return {
          state: mirroring.role === 'PRINCIPAL' ? 'Principal' : 'Mirror',
          status: mirroring.state.toLowerCase(),
        };
      });
      return {
        DatabaseName: database,
        StateOnPrimary: sides[0]?.state,
        StateOnMirror: sides[1]?.state,
        MirroringStatusOnPrimary: sides[0]?.status,
        MirroringStatusOnMirror: sides[1]?.status,
      };
    }),
  );
}

function failover(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const name = 'Invoke-CsDatabaseFailover';
  const store = env.stores.find(({ site }) => site === 'home');
  if (!sameText(bound.text('PoolFqdn') ?? '', env.poolFqdn) || store?.mirror === undefined)
    return deploymentFailure(name, 'There is no primary and mirror pair on this pool.');
  const wanted = sameText(bound.text('NewPrincipal') ?? '', 'Mirror') ? store.mirror : store.primary;
  const present = wanted === store.mirror ? store.primary : store.mirror;
  for (const database of databasesOf(env, bound.text('DatabaseType'))) {
    if (databaseIn(env.instance(wanted), database)?.mirroring?.role === 'PRINCIPAL') continue;
    if (databaseIn(env.instance(present), database)?.mirroring?.role !== 'PRINCIPAL')
      return deploymentFailure(name, `Database "${database}" is not mirrored or not accessible.`);
    const refused = env.setPartnerFailover(present, database);
    if (refused !== undefined) return refused;
  }
  env.count(name);
  return ok();
}

const TYPE = { kind: DATABASE_TYPES } as const;
const REPORT = { Report: { kind: 'text' } } as const;
const MIRROR_TARGET = {
  SqlServerFqdn: { kind: 'text', mandatory: true },
  SqlInstanceName: { kind: 'text' },
  DropExistingDatabasesOnMirror: { kind: 'switch' },
  ...REPORT,
} as const;

export const MIRROR_CMDLETS: readonly CmdletSpec[] = [
  cmdlet(
    'Install-CsMirrorDatabase',
    {
      ...MIRROR_TARGET,
      ConfiguredDatabases: { kind: 'switch' },
      DatabaseType: TYPE,
      FileShare: { kind: 'text', mandatory: true },
      ForDefaultInstance: { kind: 'switch' },
      ForInstance: { kind: 'text' },
      ExcludeDatabaseList: { kind: 'list' },
      DatabasePathMap: { kind: 'modifier' },
    },
    install,
    { confirms: true, weight: 3 },
  ),
  cmdlet(
    'Uninstall-CsMirrorDatabase',
    { ...MIRROR_TARGET, DatabaseType: { ...TYPE, mandatory: true } },
    uninstall,
    { confirms: true, weight: 4 },
  ),
  cmdlet(
    'Get-CsDatabaseMirrorState',
    {
      PoolFqdn: { kind: 'text', mandatory: true },
      DatabaseType: TYPE,
      LocalStore: { kind: 'switch' },
      ...REPORT,
    },
    mirrorState,
    { weight: 2 },
  ),
  cmdlet(
    'Invoke-CsDatabaseFailover',
    {
      PoolFqdn: { kind: 'text', mandatory: true },
      DatabaseType: { ...TYPE, mandatory: true },
      NewPrincipal: { kind: ['Mirror', 'Primary'], mandatory: true },
      ExcludeDatabaseList: { kind: 'list' },
      Force: { kind: 'switch' },
      LocalStore: { kind: 'switch' },
      ...REPORT,
    },
    failover,
    { confirms: true, weight: 4 },
  ),
];
