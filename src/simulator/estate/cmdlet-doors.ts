/** Binds the cmdlets to the estate: the Central Management Store, the chat servers' machines, and commands on the instances. */
import type { CmdletOutcome } from '../estate-contract.ts';
import { runInternalCommand } from '../instance/internal-commands.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { closeInternalSession, openInternalSession } from '../instance/sessions.ts';
import type { CmdletEnv, PublishedStore } from '../management-shell/cmdlet-env.ts';
import { deploymentFailure } from '../management-shell/cmdlet-failures.ts';
import type { ReplicationTiming } from '../management-shell/cms-state.ts';
import type { AlterDatabaseChange, Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { ESTATE_SITES } from './estate-options.ts';
import { linkStands } from './links.ts';
import { answers, hostAround, partyOf, type World } from './world.ts';

/** The person whose rights the shell has: sysadmin on the chat instances. */
export const SHELL_LOGIN = 'CONTOSO\\svc-csadmin';

export const replicationTiming = (world: World): ReplicationTiming => ({
  nowMs: world.nowMs,
  delayMs: world.around.options.replicationDelayMs,
  machineUp: (server) => world.around.sites[server.site].up,
});

/** The shell stands beside the daemon but is not cut off with it: it has links of its own. */
export function shellReaches(world: World, name: string): InstanceDraft | undefined {
  const found = Object.values(world.draft.instances).find(
    (instance) => instance.name.toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined || !answers(world, found)) return undefined;
  const { site } = hostAround(world, found.name);
  const passes = world.around.sites[site].up && linkStands(world.around, 'shell', partyOf(world, found.name));
  return passes ? found : undefined;
}

export interface ShellCommand {
  readonly sessionId: number;
  readonly outcome: CommandOutcome;
}

/** One command in a session of its own; close the session when the outcome is there. */
export function runShellCommand(
  world: World,
  instance: InstanceDraft,
  owner: string,
  command: Command,
): ShellCommand {
  const ctx = world.context(instance);
  const opened = openInternalSession(instance, ctx, {
    owner,
    login: SHELL_LOGIN,
    host: 'ADMIN01',
    program: 'Skype for Business Server Management Shell',
    database: 'master',
  });
  if (opened.kind === 'failure') return { sessionId: 0, outcome: opened };
  const { sessionId } = opened;
  return { sessionId, outcome: runInternalCommand(instance, ctx, sessionId, command) };
}

function alter(
  world: World,
  cmdletName: string,
  name: string,
  database: string,
  change: AlterDatabaseChange,
): CmdletOutcome | undefined {
  return immediate(world, cmdletName, name, { kind: 'alter-database', database, change });
}

function immediate(
  world: World,
  cmdletName: string,
  name: string,
  command: Command,
): CmdletOutcome | undefined {
  const instance = shellReaches(world, name);
  if (instance === undefined) return deploymentFailure(cmdletName, `Cannot connect to SQL Server "${name}".`);
  const { sessionId, outcome } = runShellCommand(world, instance, 'cmdlet', command);
  if (sessionId !== 0) closeInternalSession(instance, sessionId);
  if (outcome.kind !== 'failure') return undefined;
  return deploymentFailure(cmdletName, outcome.errors.map(({ message }) => message).join(' '));
}

export function publishedStores(world: World): readonly PublishedStore[] {
  return ESTATE_SITES.map((site) => {
    const { primary, mirror, witness } = world.around.options.sites[site];
    return { site, primary: primary.name, mirror: mirror?.name, witness: witness?.name };
  });
}

export function cmdletEnv(world: World): CmdletEnv {
  const { draft } = world;
  const { options } = world.around;
  return {
    cms: draft.cms,
    chat: draft.chat,
    eventLog: draft.eventLog,
    timing: replicationTiming(world),
    poolFqdn: options.poolFqdn,
    stores: publishedStores(world),
    chatDatabase: options.chatDatabase,
    complianceDatabase: options.complianceDatabase,
    compliance: options.compliance,
    instance: (name) => shellReaches(world, name),
    machineUp: (server) =>
      world.around.sites[server.site].up && linkStands(world.around, 'shell', `${server.site} chat`),
    setPartnerFailover: (name, database) =>
      alter(world, 'Invoke-CsDatabaseFailover', name, database, { kind: 'partner', option: 'FAILOVER' }),
    setPartnerOff: (name, database) =>
      alter(world, 'Uninstall-CsMirrorDatabase', name, database, { kind: 'partner', option: 'OFF' }),
    dropDatabase: (name, database) =>
      immediate(world, 'Uninstall-CsMirrorDatabase', name, { kind: 'drop-database', database }),
    count: (deed) => world.count(deed),
  };
}
