/**
 * Pool state, active servers and topology: Get-/Set-CsPersistentChatState, Set-CsPersistentChatActiveServer, Get-CsService,
 * Get-CsPool. What the real ones print is unverified (skype reference 9); properties are those that scripts use.
 */
import type { PoolStateName } from '../chat/chat-state.ts';
import { cmdlet, ok, sameText, type CmdletEnv, type CmdletSpec } from './cmdlet-env.ts';
import {
  ambiguousSets,
  cmdletFailure,
  computerUnreachable,
  missingParameter,
  notFound,
  type CmdletFailure,
} from './cmdlet-failures.ts';
import type { CmdletOutcome } from '../estate-contract.ts';
import type { BoundParameters } from './cmdlet-parameters.ts';
import { changeCms } from './cms-state.ts';

const POOL_STATES = ['Normal', 'FailedOver'] as const;
const SIP_PORT = 5041;
/** 7 = Skype for Business Server 2015 (skype reference 4.3, INFER). */
const TOPOLOGY_VERSION = 7;

const settingsIdentity = (env: CmdletEnv): string => `Service:PersistentChatServer:${env.poolFqdn}`;
const serviceIdentity = (env: CmdletEnv): string => `PersistentChatServer:${env.poolFqdn}`;

/** Forms seen in the documents (skype reference 4.1); the one with a blank after `service:` is not accepted here (unverified). */
const isSettingsIdentity = (env: CmdletEnv, identity: string): boolean =>
  [settingsIdentity(env), serviceIdentity(env), `service:${env.poolFqdn}`].some((form) =>
    sameText(form, identity),
  );

const isServiceIdentity = (env: CmdletEnv, identity: string): boolean =>
  [serviceIdentity(env), env.poolFqdn].some((form) => sameText(form, identity));

function getState(env: CmdletEnv, bound: BoundParameters, computer: string | undefined): CmdletOutcome {
  const name = 'Get-CsPersistentChatState';
  const identity = bound.text('Identity');
  if (identity !== undefined && !isSettingsIdentity(env, identity)) return notFound(name, identity);
  if (!bound.flag('LocalStore'))
    return ok([{ Identity: settingsIdentity(env), PoolState: env.cms.poolState }]);
  if (computer === undefined) return ok([{ Identity: settingsIdentity(env), PoolState: env.cms.poolState }]);
  const server = Object.values(env.chat.servers).find(({ fqdn }) => sameText(fqdn, computer));
  if (server === undefined || !env.machineUp(server)) return computerUnreachable(name, computer);
  return ok([{ Identity: settingsIdentity(env), PoolState: server.replica.poolState }]);
}

function setState(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const name = 'Set-CsPersistentChatState';
  const identity = bound.text('Identity') ?? settingsIdentity(env);
  if (!isSettingsIdentity(env, identity)) return notFound(name, identity);
  // Documented default: a call without -PoolState acts as a failback.
  const wanted = bound.text('PoolState') ?? 'Normal';
  const poolState =
    POOL_STATES.find((state) => sameText(state, wanted)) ?? ('Normal' satisfies PoolStateName);
  if (bound.flag('WhatIf')) return ok();
  if (env.cms.poolState !== poolState) env.count(`${name}:${poolState}`);
  env.count(name);
  changeCms(env.cms, env.chat, env.timing, { poolState });
  return ok();
}

const textsOf = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((item) => typeof item === 'string')
      : [];

/**
 * PSListModifier applied to the present list; null empties it, as the documents do it (skype reference 4.3). An empty Replace replaces
 * nothing: the type only looks whether there are items to put in the place of the others (unverified).
 */
function modified(present: readonly string[], modifier: unknown): readonly string[] {
  if (modifier === null || typeof modifier !== 'object') return [];
  const parts = Object.fromEntries(
    Object.entries(modifier).map(([key, value]) => [key.toLowerCase(), textsOf(value)]),
  );
  const replacing = parts['replace'] ?? [];
  if (replacing.length > 0) return replacing;
  const removed = parts['remove'] ?? [];
  const kept = present.filter((item) => !removed.some((other) => sameText(other, item)));
  const added = (parts['add'] ?? []).filter((item) => !kept.some((other) => sameText(other, item)));
  return [...kept, ...added];
}

function setActive(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const name = 'Set-CsPersistentChatActiveServer';
  const identity = bound.text('Identity');
  if (identity !== undefined && !isServiceIdentity(env, identity)) return notFound(name, identity);
  if (bound.has('ActiveServers') && bound.has('Swap')) return ambiguousSets(name);
  if (!bound.has('ActiveServers') && !bound.has('Swap')) return missingParameter(name, 'ActiveServers');
  const members = Object.values(env.chat.servers).map(({ fqdn }) => fqdn);
  const wanted = bound.has('Swap')
    ? members.filter((fqdn) => !env.cms.activeServers.some((other) => sameText(other, fqdn)))
    : modified(env.cms.activeServers, bound.raw('ActiveServers'));
  const stranger = wanted.find((fqdn) => !members.some((member) => sameText(member, fqdn)));
  if (stranger !== undefined) return notMember(name, stranger, env.poolFqdn);
  if (bound.flag('WhatIf')) return ok();
  const activeServers = members.filter((member) => wanted.some((fqdn) => sameText(fqdn, member)));
  const changed = activeServers.join() !== env.cms.activeServers.join();
  env.count(changed ? `${name}:changed` : `${name}:same`);
  env.count(name);
  // More than four is not refused: no document says that the cmdlet does (skype reference 4.3).
  changeCms(env.cms, env.chat, env.timing, { activeServers });
  return ok();
}

const notMember = (name: string, fqdn: string, pool: string): CmdletFailure =>
  cmdletFailure(
    `The computer "${fqdn}" is not a member of the pool "${pool}".`,
    `ProcessRecordFailed,Microsoft.Rtc.Management.${name.replaceAll('-', '')}`,
    'InvalidArgument',
  );

/** References are `<Role>:<sql fqdn>` without instance; the four Backup* names are unverified (skype reference 9). */
function chatService(env: CmdletEnv): Readonly<Record<string, unknown>> {
  const reference = (role: string, fqdn: string | undefined): string | null =>
    fqdn === undefined ? null : `${role}:${fqdn}`;
  const stores = (role: string, suffix: string): Readonly<Record<string, string | null>> => {
    const home = env.stores.find(({ site }) => site === 'home');
    const backup = env.stores.find(({ site }) => site === 'backup');
    return {
      [`PersistentChat${suffix}`]: reference(role, home?.primary),
      [`MirrorPersistentChat${suffix}`]: reference(role, home?.mirror),
      [`BackupPersistentChat${suffix}`]: reference(role, backup?.primary),
      [`BackupMirrorPersistentChat${suffix}`]: reference(role, backup?.mirror),
    };
  };
  const isActive = (fqdn: string): boolean => env.cms.activeServers.some((other) => sameText(other, fqdn));
  const members = Object.values(env.chat.servers).map(({ fqdn }) => fqdn);
  return {
    Identity: serviceIdentity(env),
    PoolFqdn: env.poolFqdn,
    DisplayName: env.poolFqdn,
    MtlsPort: SIP_PORT,
    Registrar: `Registrar:fe.${env.poolFqdn.split('.').slice(1).join('.')}`,
    FileStore: `FileStore:fs01.${env.poolFqdn.split('.').slice(1).join('.')}`,
    ActiveServers: members.filter(isActive),
    InactiveServers: members.filter((fqdn) => !isActive(fqdn)),
    ...stores('PersistentChatDatabase', 'Database'),
    ...(env.compliance ? stores('PersistentChatComplianceDatabase', 'ComplianceDatabase') : {}),
    DependentServiceList: [],
    ServiceId: '1-PersistentChatService-1',
    SiteId: 'Site:paris',
    Version: TOPOLOGY_VERSION,
    Role: 'PersistentChatServer',
  };
}

const databaseServices = (env: CmdletEnv, role: string): readonly Readonly<Record<string, unknown>>[] =>
  env.stores
    .flatMap(({ primary, mirror }) => [primary, ...(mirror === undefined ? [] : [mirror])])
    .map((fqdn) => ({
      Identity: `${role}:${fqdn}`,
      PoolFqdn: fqdn,
      SqlInstanceName: '',
      Version: TOPOLOGY_VERSION,
      Role: role,
    }));

function getService(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const roles = ['PersistentChatServer', 'PersistentChatDatabase', 'PersistentChatComplianceDatabase'].filter(
    (role) => bound.flag(role),
  );
  if (roles.length > 1) return ambiguousSets('Get-CsService');
  const pool = bound.text('PoolFqdn');
  const all: readonly Readonly<Record<string, unknown>>[] = [
    ...(roles.length === 0 || roles[0] === 'PersistentChatServer' ? [chatService(env)] : []),
    ...(roles.length === 0 || roles[0] === 'PersistentChatDatabase'
      ? databaseServices(env, 'PersistentChatDatabase')
      : []),
    ...(env.compliance && (roles.length === 0 || roles[0] === 'PersistentChatComplianceDatabase')
      ? databaseServices(env, 'PersistentChatComplianceDatabase')
      : []),
  ];
  const identity = bound.text('Identity');
  const found = all.filter(
    (service) =>
      (pool === undefined || sameText(String(service['PoolFqdn']), pool)) &&
      (identity === undefined || sameText(String(service['Identity']), identity)),
  );
  if (identity !== undefined && found.length === 0) return notFound('Get-CsService', identity);
  return ok(found);
}

function getPool(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const identity = bound.text('Identity');
  const databases = env.stores.flatMap(({ primary, mirror }) => [
    primary,
    ...(mirror === undefined ? [] : [mirror]),
  ]);
  const pools = [
    {
      Identity: env.poolFqdn,
      Services: [serviceIdentity(env)],
      Computers: Object.values(env.chat.servers).map(({ fqdn }) => fqdn),
      Site: 'Site:paris',
    },
    ...databases.map((fqdn) => ({
      Identity: fqdn,
      Services: [`PersistentChatDatabase:${fqdn}`],
      Computers: [fqdn],
      Site: 'Site:paris',
    })),
  ].filter((pool) => identity === undefined || sameText(pool.Identity, identity));
  return pools.length === 0 ? notFound('Get-CsPool', identity ?? '') : ok(pools);
}

export const POOL_CMDLETS: readonly CmdletSpec[] = [
  cmdlet(
    'Get-CsPersistentChatState',
    { Identity: { kind: 'text' }, Filter: { kind: 'text' }, LocalStore: { kind: 'switch' } },
    (env, bound, { computer }) => getState(env, bound, computer),
  ),
  cmdlet(
    'Set-CsPersistentChatState',
    { Identity: { kind: 'text' }, PoolState: { kind: POOL_STATES }, Force: { kind: 'switch' } },
    setState,
    { changes: true },
  ),
  cmdlet(
    'Set-CsPersistentChatActiveServer',
    {
      Identity: { kind: 'text' },
      ActiveServers: { kind: 'modifier' },
      Swap: { kind: 'switch' },
      Force: { kind: 'switch' },
    },
    setActive,
    { changes: true },
  ),
  cmdlet(
    'Get-CsService',
    {
      Identity: { kind: 'text' },
      Filter: { kind: 'text' },
      PoolFqdn: { kind: 'text' },
      PersistentChatServer: { kind: 'switch' },
      PersistentChatDatabase: { kind: 'switch' },
      PersistentChatComplianceDatabase: { kind: 'switch' },
    },
    getService,
  ),
  cmdlet(
    'Get-CsPool',
    { Identity: { kind: 'text' }, Site: { kind: 'text' }, Filter: { kind: 'text' } },
    getPool,
  ),
];
