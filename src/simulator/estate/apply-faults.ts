/** What a fault does to the estate. Names may be short (`sql-par-1`). An impossible one is answered by a note and changes nothing. */
import { startAgent, stopAgent } from '../agent/agent.ts';
import { cutRunning, startInstance, stopInstance } from '../instance/advance.ts';
import { createDatabase } from '../instance/create-instance.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { failRedo } from '../instance/mirror-roles.ts';
import { databaseOf } from '../instance/open-database.ts';
import { replicate } from '../management-shell/cms-state.ts';
import { agentEnv } from './agent-doors.ts';
import { replicationTiming } from './cmdlet-doors.ts';
import { freshHost, freshInstance } from './fresh-instance.ts';
import type { EstateSite } from './estate-options.ts';
import { parseFault, type Fault } from './fault-grammar.ts';
import { dropCmdlets } from './run-cmdlets.ts';
import { foldersAt } from './links.ts';
import { pathStands, type World } from './world.ts';
import { writeRecord } from '../instance/transaction-log.ts';

/** undefined: done; else why not. */
export function applyFault(world: World, command: string): string | undefined {
  const fault = parseFault(command);
  if (fault.kind === 'unknown') return fault.problem;
  if (!('name' in fault)) return applyToEstate(world, fault);
  const instance = find(world, fault.name);
  if (instance === undefined)
    return `"${command}": there is no instance ${fault.name}; there are ${Object.keys(world.draft.instances).join(', ')}`;
  return applyToInstance(world, fault, instance);
}

const find = (world: World, name: string): InstanceDraft | undefined =>
  Object.values(world.draft.instances).find(
    (instance) =>
      instance.name.toLowerCase() === name ||
      instance.name.toLowerCase().split('.')[0] === name ||
      instance.serverName.toLowerCase() === name,
  );

type InstanceFault = Extract<Fault, { readonly name: string }>;

function applyToInstance(world: World, fault: InstanceFault, instance: InstanceDraft): string | undefined {
  const host = world.host(instance.name);
  switch (fault.kind) {
    case 'instance':
      return turnInstance(world, instance, fault.change);
    case 'slow':
      host.slowMs = fault.ms;
      return undefined;
    case 'skew':
      instance.clockOffsetMs = fault.ms;
      return undefined;
    case 'agent':
      host.agentStopped = !fault.running;
      if (fault.running) bringAgentUp(world, instance);
      else takeAgentDown(world, instance, 'clean');
      return undefined;
    case 'busy':
      instance.mirrorBusy += fault.times;
      return undefined;
    case 'reads':
      instance.readTroubles[fault.trouble] += fault.times;
      return undefined;
    case 'files':
    case 'events':
    case 'redo':
      return applyToDatabase(world, fault, instance);
    case 'cut': {
      const kinds = fault.what === 'restore' ? (['restore', 'recover'] as const) : (['backup'] as const);
      const cut = cutRunning(instance, world.context(instance), kinds);
      return cut === 0 ? `no ${fault.what} is running on ${instance.name}` : undefined;
    }
  }
}

function applyToDatabase(
  world: World,
  fault: Extract<Fault, { readonly kind: 'files' | 'redo' | 'events' }>,
  instance: InstanceDraft,
): string | undefined {
  const database = databaseOf(instance, fault.database);
  if (database === undefined) return `there is no database ${fault.database} on ${instance.name}`;
  if (fault.kind === 'files') database.files = fault.change;
  else if (fault.kind === 'events') writeRecord(database, { kind: 'compliance', events: fault.count });
  else if (!failRedo(instance, world.context(instance), database))
    return `${fault.database} on ${instance.name} is no connected mirror`;
  return undefined;
}

function turnInstance(
  world: World,
  instance: InstanceDraft,
  change: 'down' | 'hung' | 'up',
): string | undefined {
  const host = world.host(instance.name);
  switch (change) {
    case 'down':
      host.stopped = true;
      stop(world, instance);
      return undefined;
    case 'hung':
      host.hung = true;
      return undefined;
    case 'up':
      Object.assign(host, { stopped: false, hung: false, slowMs: 0 });
      if (world.draft.sites[host.site].up) start(world, instance);
      return undefined;
  }
}

function stop(world: World, instance: InstanceDraft): void {
  takeAgentDown(world, instance, 'crash');
  stopInstance(instance, world.context(instance), 'crash');
  world.host(instance.name).held = [];
}

function start(world: World, instance: InstanceDraft): void {
  if (instance.status === 'running') return;
  startInstance(instance, world.context(instance));
  bringAgentUp(world, instance);
}

function takeAgentDown(world: World, instance: InstanceDraft, how: 'clean' | 'crash'): void {
  if (!instance.agentRunning) return;
  stopAgent(agentEnv(world, instance), how);
  instance.agentRunning = false;
}

function bringAgentUp(world: World, instance: InstanceDraft): void {
  if (instance.agentRunning || instance.status !== 'running' || world.host(instance.name).agentStopped)
    return;
  instance.agentRunning = true;
  startAgent(agentEnv(world, instance));
}

type EstateFault = Exclude<Fault, InstanceFault>;

function applyToEstate(world: World, fault: EstateFault): string | undefined {
  const { draft } = world;
  switch (fault.kind) {
    case 'site':
      return turnSite(world, fault.site, fault.change);
    case 'link':
      turnLinks(world, fault.links, fault.cut);
      return undefined;
    case 'share':
      draft.share.up = fault.up;
      return undefined;
    case 'disk':
      draft.share.full = fault.full;
      return undefined;
    case 'shell':
      draft.shell = fault.change;
      if (fault.change === 'down') dropCmdlets(world);
      return undefined;
    case 'cms':
      draft.cms.mode = fault.mode;
      return undefined;
    case 'clients':
      for (const client of Object.values(draft.chat.clients)) {
        client.posting = fault.on;
        client.nextPostAtMs = Math.max(client.nextPostAtMs, world.nowMs);
      }
      return undefined;
  }
}

const instancesAt = (world: World, site: EstateSite): readonly InstanceDraft[] =>
  Object.values(world.draft.instances).filter((instance) => world.host(instance.name).site === site);

function turnSite(world: World, site: EstateSite, change: 'down' | 'return' | 'rebuild'): string | undefined {
  if (change === 'down') {
    for (const instance of instancesAt(world, site)) stop(world, instance);
    world.draft.sites[site].up = false;
    return undefined;
  }
  if (change === 'rebuild') rebuild(world, site);
  world.draft.sites[site].up = true;
  resetSevered(world);
  for (const instance of instancesAt(world, site))
    if (!world.host(instance.name).stopped) start(world, instance);
  // The returned servers begin with what their replicas said last; the store brings them up to date after its delay.
  replicate(world.draft.cms, world.draft.chat, replicationTiming(world));
  return undefined;
}

/** New disks: what the old ones held is gone. */
function emptyFolders(world: World, site: EstateSite): void {
  for (const folder of foldersAt(world.draft, site)) {
    const listing = world.files.list(folder);
    if ('osError' in listing) continue;
    for (const { name } of listing)
      world.emitFile({ operation: 'delete', path: `${folder.replace(/\\+$/, '')}\\${name}` });
  }
}

/** Fresh machines and disks, databases as Topology Builder installs them: ONLINE, empty, a lineage of their own, no mirror, no log shipping. */
function rebuild(world: World, site: EstateSite): void {
  const { draft } = world;
  const { options } = draft;
  emptyFolders(world, site);
  for (const part of ['primary', 'mirror', 'witness'] as const) {
    const wanted = options.sites[site][part];
    if (wanted === undefined) continue;
    const old = draft.instances[wanted.name];
    if (old !== undefined) stop(world, old);
    const fresh = freshInstance(options, wanted, world.nowMs);
    if (part === 'primary') {
      createDatabase(fresh, options.chatDatabase, world.nowMs);
      if (options.compliance) createDatabase(fresh, options.complianceDatabase, world.nowMs);
    }
    draft.instances[wanted.name] = fresh;
    draft.hosts[wanted.name] = freshHost(site, part);
    world.forget(wanted.name);
    const placed = draft.instances[wanted.name];
    if (placed !== undefined) startAgent(agentEnv(world, placed));
  }
  for (const server of Object.values(draft.chat.servers)) {
    if (server.site !== site) continue;
    server.session = null;
    server.service = 'Running';
    server.replica = { revision: 0, poolState: draft.cms.poolState, activeServers: [] };
  }
}

/** While a link is cut nothing passes; when it heals, connections that lost something are dead. */
function turnLinks(world: World, links: readonly string[], cut: boolean): void {
  const { draft } = world;
  const others = draft.cutLinks.filter((other) => !links.includes(other));
  if (!cut) {
    draft.cutLinks = others;
    resetSevered(world);
    return;
  }
  draft.cutLinks = [...others, ...new Set(links)];
  for (const [id, connection] of Object.entries(draft.connections))
    if (!pathStands(world, id)) connection.severed = true;
}

function resetSevered(world: World): void {
  const { draft } = world;
  for (const [connection, entry] of Object.entries(draft.connections)) {
    if (!entry.severed || !pathStands(world, connection)) continue;
    world.endConnection(connection);
    world.outputs.push({ kind: 'drop', instance: entry.instance, connection, how: 'reset' });
  }
}
