/**
 * Rights of a login on the server: roles, permissions, what implies what. Sources: docs `t-sql/statements/grant-server-
 * permissions-transact-sql.md` (implied by), `security/authentication-access/server-level-roles.md` (roles). Only what the
 * estate's statements ask for.
 */
import { existsSince } from '../catalogue/version-gate.ts';
import { SA_SID } from './content.ts';
import type { InstanceDraft, LoginDraft } from './instance-state.ts';

interface PermissionRow {
  readonly impliedBy: string | undefined;
  /** Release that brought it; absent: older than all that are served. */
  readonly since?: string;
}

const PERMISSIONS = {
  'CONTROL SERVER': { impliedBy: undefined },
  'CONNECT SQL': { impliedBy: 'CONTROL SERVER' },
  'ALTER ANY CONNECTION': { impliedBy: 'CONTROL SERVER' },
  'ALTER ANY DATABASE': { impliedBy: 'CONTROL SERVER' },
  'ALTER ANY ENDPOINT': { impliedBy: 'CONTROL SERVER' },
  'ALTER ANY LOGIN': { impliedBy: 'CONTROL SERVER' },
  'ALTER ANY SERVER ROLE': { impliedBy: 'CONTROL SERVER', since: '2012' },
  'ALTER SERVER STATE': { impliedBy: 'CONTROL SERVER' },
  'CONNECT ANY DATABASE': { impliedBy: 'CONTROL SERVER', since: '2014' },
  'CREATE ANY DATABASE': { impliedBy: 'ALTER ANY DATABASE' },
  'CREATE ENDPOINT': { impliedBy: 'ALTER ANY ENDPOINT' },
  'SELECT ALL USER SECURABLES': { impliedBy: 'CONTROL SERVER', since: '2014' },
  'VIEW ANY DATABASE': { impliedBy: 'VIEW ANY DEFINITION' },
  'VIEW ANY DEFINITION': { impliedBy: 'CONTROL SERVER' },
  'VIEW SERVER STATE': { impliedBy: 'ALTER SERVER STATE' },
  'VIEW SERVER PERFORMANCE STATE': { impliedBy: 'VIEW SERVER STATE', since: '2022' },
  'VIEW SERVER SECURITY STATE': { impliedBy: 'VIEW SERVER STATE', since: '2022' },
} as const satisfies Record<string, PermissionRow>;

export type ServerPermission = keyof typeof PERMISSIONS;
export const SERVER_PERMISSIONS = Object.keys(PERMISSIONS) as readonly ServerPermission[];

/** sysadmin stands above permissions. The grants of the other roles: the permissions poster of the roles page. */
const ROLES = {
  sysadmin: ['CONTROL SERVER'],
  serveradmin: ['ALTER ANY ENDPOINT', 'ALTER SERVER STATE', 'VIEW SERVER STATE'],
  securityadmin: ['ALTER ANY LOGIN'],
  processadmin: ['ALTER ANY CONNECTION', 'ALTER SERVER STATE'],
  setupadmin: [],
  bulkadmin: [],
  diskadmin: [],
  dbcreator: ['CREATE ANY DATABASE', 'ALTER ANY DATABASE'],
} as const satisfies Record<string, readonly ServerPermission[]>;

export type ServerRole = keyof typeof ROLES;

/** VIEW ANY DATABASE and CONNECT SQL are what every login has by default. */
const PUBLIC: readonly ServerPermission[] = ['VIEW ANY DATABASE', 'CONNECT SQL'];

export const isServerRole = (name: string): name is ServerRole => Object.hasOwn(ROLES, name);

/** undefined: no such permission in this version. */
export function serverPermission(
  instance: Pick<InstanceDraft, 'productVersion'>,
  name: string,
): ServerPermission | undefined {
  const upper = name.trim().replaceAll(/\s+/g, ' ').toUpperCase();
  if (!Object.hasOwn(PERMISSIONS, upper)) return undefined;
  const permission = upper as ServerPermission;
  const { since }: PermissionRow = PERMISSIONS[permission];
  return since === undefined || existsSince(instance.productVersion, since) ? permission : undefined;
}

/** What master records of who owns a database. */
export const ownedBy = (
  instance: InstanceDraft,
  login: string,
): { readonly owner: string | null; readonly ownerSid: string } => {
  const sid = loginOf(instance, login)?.sid ?? SA_SID;
  return { owner: sid === SA_SID ? null : login, ownerSid: sid };
};

export const loginOf = (instance: InstanceDraft, login: string): LoginDraft | undefined =>
  instance.logins[login.toLowerCase()];

/** The role itself: a permission such as CONTROL SERVER does not stand for sysadmin, sysadmin stands for every role. */
export function hasRole(instance: InstanceDraft, login: string, ...roles: readonly ServerRole[]): boolean {
  const own = loginOf(instance, login)?.roles ?? [];
  return own.includes('sysadmin') || roles.some((role) => own.includes(role));
}

export const isSysadmin = (instance: InstanceDraft, login: string): boolean => hasRole(instance, login);

/** Nobody can deny anything to sysadmin; a DENY of a permission or of one that implies it beats every grant. */
export function mayOnServer(instance: InstanceDraft, login: string, wanted: ServerPermission): boolean {
  const account = loginOf(instance, login);
  if (account === undefined) return false;
  if (account.roles.includes('sysadmin')) return true;
  const held: ReadonlySet<string> = new Set([
    ...PUBLIC,
    ...account.permissions,
    ...account.roles.flatMap((role): readonly string[] => ROLES[role]),
  ]);
  let granted = false;
  for (
    let name: ServerPermission | undefined = wanted;
    name !== undefined;
    name = PERMISSIONS[name].impliedBy
  ) {
    if (account.denied.includes(name)) return false;
    granted ||= held.has(name);
  }
  return granted;
}

/** What the dynamic views ask for (2022 splits VIEW SERVER STATE; which view asks for which half: reference 8, partly unverified). */
export const serverStateOf = (
  instance: InstanceDraft,
  half: 'PERFORMANCE' | 'SECURITY' = 'PERFORMANCE',
): ServerPermission => serverPermission(instance, `VIEW SERVER ${half} STATE`) ?? 'VIEW SERVER STATE';

/** Rows of OFFLINE databases, and of those that somebody hides with DENY VIEW ANY DATABASE (reference 1.1, 1.2). */
export const mayCreateDatabases = (instance: InstanceDraft, login: string): boolean =>
  mayOnServer(instance, login, 'CREATE ANY DATABASE');
