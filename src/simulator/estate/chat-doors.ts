/** Binds chat servers to the instances: a plain database user's session, heartbeats and messages through the engine's own rules. */
import type { ChatEnv, OpenSession } from '../chat/chat-env.ts';
import type { ChatServerDraft, ChatSite } from '../chat/chat-state.ts';
import { heartbeat, insertMessage } from '../instance/chat-doors.ts';
import { unlessChanged } from '../instance/plain.ts';
import { closeInternalSession, openInternalSession } from '../instance/sessions.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { packetsPass } from './links.ts';
import { answers, hostAround, partyOf, reaches, type World } from './world.ts';

/** Neither sysadmin nor db_owner: RESTRICTED_USER keeps it out. */
export const CHAT_LOGIN = 'CONTOSO\\svc-persistentchat';

/** Primary, then mirror, of a site's store. */
function storeOf(world: World, site: ChatSite): readonly InstanceDraft[] {
  const { primary, mirror } = world.around.options.sites[site];
  return [primary, mirror].flatMap((options) => {
    const instance = options === undefined ? undefined : world.instance(options.name);
    return instance === undefined ? [] : [instance];
  });
}

function connect(world: World, server: ChatServerDraft, site: ChatSite): OpenSession | undefined {
  for (const instance of storeOf(world, site)) {
    if (!reaches(world, `${server.site} chat`, instance)) continue;
    const opened = openInternalSession(instance, world.context(instance), {
      owner: `chat:${server.fqdn}`,
      login: CHAT_LOGIN,
      host: server.fqdn.split('.')[0]?.toUpperCase() ?? server.fqdn,
      program: 'Skype for Business Server Persistent Chat',
      database: world.around.options.chatDatabase,
    });
    if (opened.kind === 'open') return { instance: instance.name, sessionId: opened.sessionId };
  }
  return undefined;
}

export function chatEnv(world: World): ChatEnv {
  const found = (session: OpenSession): InstanceDraft | undefined => world.instance(session.instance);
  return {
    nowMs: world.nowMs,
    machineUp: (server) => world.around.sites[server.site].up,
    siteOf: (name) => hostAround(world, name).site,
    connect: (server, site) => connect(world, server, site),
    sessionAlive(server) {
      const instance = server.session === null ? undefined : found(server.session);
      if (instance?.status !== 'running' || server.session === null) return false;
      return (
        unlessChanged(instance.sessions)[server.session.sessionId]?.owner === `chat:${server.fqdn}` &&
        packetsPass(world.around, `${server.site} chat`, partyOf(world, instance.name))
      );
    },
    closeSession(session) {
      const instance = found(session);
      if (instance !== undefined) closeInternalSession(instance, session.sessionId);
    },
    heartbeat(server, session) {
      const instance = found(session);
      if (instance === undefined) return false;
      // A hung instance says nothing: the server waits and keeps its session.
      if (!answers(world, instance)) return true;
      const serverAddress = `net.tcp://${server.fqdn}:8011`;
      const outcome = heartbeat(instance, world.context(instance), session.sessionId, {
        serverId: server.serverId,
        serverAddress,
      });
      return outcome.kind !== 'failure';
    },
    insert(session, message) {
      const instance = found(session);
      if (instance === undefined || !answers(world, instance)) return false;
      return (
        insertMessage(instance, world.context(instance), session.sessionId, message).kind === 'committed'
      );
    },
  };
}
