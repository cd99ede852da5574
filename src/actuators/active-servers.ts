/**
 * activate-servers and clear-active-servers. Servers that leave the list keep their connections, so clearing waits for the
 * sessions to drain and then stops the chat service of those that stay.
 */
import { isCmdletRefusal } from '../topology/cmdlet-failure.ts';
import type { InstanceName, ServerFqdn } from '../topology/pool-topology.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import {
  chatServicesOf,
  readChatService,
  replicaIsUpToDate,
  sameServers,
  setActiveServers,
  switchService,
} from './chat-cmdlets.ts';
import { chatSessionsIn, endSessions, type SessionInside } from './end-sessions.ts';
import { openInstance } from './instance-session.ts';
import { requireNotWritable } from './pool-state.ts';
import { seenInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { siteOf } from './step-site.ts';
import { waitFor } from './waiting.ts';

const LOOK_EVERY_MS = 1_000;

/** A listed server that cannot be started does not hold the others back: its missing heartbeat is seen by the loop. */
async function startStopped(
  ports: ActuatorPorts,
  context: StepContext,
  servers: readonly ServerFqdn[],
): Promise<StepNotes> {
  const notStarted: Record<string, string> = {};
  for (const server of servers) {
    const observed = context.facts.chatServers[server];
    if (observed?.kind !== 'value' || observed.value.chatService !== 'Stopped') continue;
    try {
      const stopped = (await chatServicesOf(ports, context, server)).filter((service) => !service.running);
      for (const service of stopped) {
        await switchService(ports, context, 'Start-CsWindowsService', server, service);
      }
    } catch (error) {
      const problem = toPoolError(error);
      if (!isCmdletRefusal(problem.code) && problem.code !== 'PCO_COMPUTER_UNREACHABLE') throw error;
      notStarted[server] = problem.message;
    }
  }
  return Object.keys(notStarted).length === 0 ? {} : { notStarted };
}

export const activateServers: Actuator = async (ports, context): Promise<StepNotes> => {
  const site = siteOf(context.step);
  const wanted = context.pool.topology.sites[site].activeServers;
  if (site === 'home') await requireNotWritable(ports, context, 'backup');
  const service = await readChatService(ports, context);
  const listed = sameServers(service.activeServers, wanted);
  if (!listed) await setActiveServers(ports, context, service.identity, wanted);
  const started = await startStopped(ports, context, wanted);
  return { before: service.activeServers, active: wanted, set: listed ? 'already' : 'now', ...started };
};

/** Copies that clients may be on: the serving instance of each site, where it was seen ONLINE. */
function servingCopies(context: StepContext): readonly InstanceName[] {
  const { topology } = context.pool;
  return (['home', 'backup'] as const)
    .map((site) => servingInstance(context.facts, topology, site))
    .filter(
      (instance) =>
        seenInstance(context.facts, instance)?.databases[topology.chatDatabase]?.state === 'ONLINE',
    );
}

async function sessionsLeft(
  ports: ActuatorPorts,
  context: StepContext,
  instance: InstanceName,
): Promise<readonly SessionInside[]> {
  await using session = await openInstance(ports, context, instance);
  return await chatSessionsIn(session, context.pool.topology.chatDatabase);
}

async function drained(
  ports: ActuatorPorts,
  context: StepContext,
  copies: readonly InstanceName[],
  limitMs: number,
): Promise<boolean> {
  const gone = await waitFor(ports, context, { everyMs: LOOK_EVERY_MS, limitMs }, async () => {
    for (const instance of copies) {
      const left = await sessionsLeft(ports, context, instance);
      if (left.length === 0) continue;
      context.progress(`${left.length} sessions are still on ${instance}`);
      return undefined;
    }
    return true;
  });
  return gone === true;
}

const hostOf = (server: string): string => (server.split('.')[0] ?? server).toLowerCase();

/** Servers of the pool that still hold a session on one of the copies; by host name, with or without its domain. */
async function serversInside(
  ports: ActuatorPorts,
  context: StepContext,
  copies: readonly InstanceName[],
): Promise<readonly ServerFqdn[]> {
  const hosts = new Set<string>();
  for (const instance of copies) {
    for (const { host } of await sessionsLeft(ports, context, instance)) {
      if (host !== null) hosts.add(hostOf(host));
    }
  }
  const { home, backup } = context.pool.topology.sites;
  return [...new Set([...home.servers, ...backup.servers])].filter((server) => hosts.has(hostOf(server)));
}

async function stopServers(
  ports: ActuatorPorts,
  context: StepContext,
  servers: readonly ServerFqdn[],
): Promise<void> {
  for (const server of servers) {
    for (const service of await chatServicesOf(ports, context, server)) {
      if (service.running) await switchService(ports, context, 'Stop-CsWindowsService', server, service);
    }
  }
}

/** Only where the empty list has arrived: a server with the old list would connect again. Others are started when listed. */
async function restartServers(
  ports: ActuatorPorts,
  context: StepContext,
  servers: readonly ServerFqdn[],
): Promise<readonly ServerFqdn[]> {
  const left: ServerFqdn[] = [];
  for (const server of servers) {
    if (!(await replicaIsUpToDate(ports, context, server))) {
      left.push(server);
      continue;
    }
    for (const service of await chatServicesOf(ports, context, server)) {
      if (!service.running) await switchService(ports, context, 'Start-CsWindowsService', server, service);
    }
  }
  return left;
}

/** What remains belongs to no server that could be stopped; without a service behind it nothing connects again. */
async function endRest(
  ports: ActuatorPorts,
  context: StepContext,
  copies: readonly InstanceName[],
): Promise<void> {
  for (const instance of copies) {
    await using session = await openInstance(ports, context, instance);
    await endSessions(session, context.pool.topology.chatDatabase);
  }
}

export const clearActiveServers: Actuator = async (ports, context): Promise<StepNotes> => {
  const service = await readChatService(ports, context);
  const before = service.activeServers;
  if (before.length > 0) await setActiveServers(ports, context, service.identity, []);
  const { policy } = context.pool;
  const copies = servingCopies(context);
  if (await drained(ports, context, copies, policy.drainTimeoutMs)) return { before, drained: true };
  const stopped = await serversInside(ports, context, copies);
  await stopServers(ports, context, stopped);
  if (!(await drained(ports, context, copies, stopped.length > 0 ? LOOK_EVERY_MS * 2 : 0))) {
    await endRest(ports, context, copies);
  }
  if (!(await drained(ports, context, copies, policy.stepTimeoutMs))) {
    throw new PoolError(
      'PCO_DONE_NOT_SEEN',
      'sessions stay on the database after its chat services were stopped',
    );
  }
  const leftStopped = await restartServers(ports, context, stopped);
  return { before, drained: true, stopped, leftStopped };
};
