/**
 * The estate at its first instant. Mirroring and log shipping are set up by the same commands and procedures that a person
 * would run (set-up-estate.ts), in the minutes before `startAtMs`; the files of the set-up are gone afterwards.
 */
import { createDraft, finishDraft } from 'immer';
import type { ChatDraft, ChatServerDraft } from '../chat/chat-state.ts';
import { noChunks } from '../instance/chunks.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { DEFAULT_ESTATE, ESTATE_SITES, type EstateOptions, type EstateOverrides } from './estate-options.ts';
import type { EstateDraft, EstateState, HostDraft } from './estate-state.ts';
import { freshHost, freshInstance } from './fresh-instance.ts';
import { setUpEstate } from './set-up-estate.ts';

const SET_UP_MS = 15 * 60_000;

function chatOf(options: EstateOptions): ChatDraft {
  const active = [...options.sites.home.chatServers];
  const servers = ESTATE_SITES.flatMap((site) =>
    options.sites[site].chatServers.map((fqdn) => ({ fqdn, site })),
  ).map(({ fqdn, site }, index): ChatServerDraft => ({
    fqdn,
    serverId: index + 1,
    site,
    service: 'Running',
    replica: { revision: 1, poolState: 'Normal', activeServers: [...active] },
    session: null,
    nextConnectAtMs: options.startAtMs,
    nextHeartbeatAtMs: options.startAtMs,
  }));
  const clients = Array.from({ length: options.clients }, (_, index) => {
    const pause = options.chat.postEveryMs;
    return {
      name: `client-${index}`,
      server: null,
      posting: false,
      // Spread over one pause, so that clients do not post in step.
      nextPostAtMs: options.startAtMs + Math.floor((pause * (index + 1)) / options.clients),
      posted: 0,
      acknowledged: 0,
    };
  });
  return {
    servers: Object.fromEntries(servers.map((server) => [server.fqdn, server])),
    clients: Object.fromEntries(clients.map((client) => [client.name, client])),
    acknowledged: noChunks,
    refused: 0,
    nextMessage: 1,
    timing: { ...options.chat },
  };
}

function emptyEstate(options: EstateOptions): EstateDraft {
  const nowMs = options.startAtMs - SET_UP_MS;
  const instances: Record<string, InstanceDraft> = {};
  const hosts: Record<string, HostDraft> = {};
  for (const site of ESTATE_SITES) {
    for (const part of ['primary', 'mirror', 'witness'] as const) {
      const instance = options.sites[site][part];
      if (instance === undefined) continue;
      instances[instance.name] = freshInstance(options, instance, nowMs);
      hosts[instance.name] = freshHost(site, part);
    }
  }
  return {
    options,
    nowMs,
    sweptAtMs: nowMs,
    sites: { home: { up: true }, backup: { up: true } },
    instances,
    hosts,
    share: { site: options.shareSite, up: true, full: false },
    cutLinks: [],
    shell: 'up',
    cms: {
      mode: 'writable',
      revision: 1,
      poolState: 'Normal',
      activeServers: [...options.sites.home.chatServers],
      lastUpdateAtMs: nowMs,
      pending: [],
      reports: {},
    },
    chat: chatOf(options),
    eventLog: { logName: 'Application', sources: ['pchat-operator'], entries: [] },
    cmdlets: [],
    connections: {},
    delayed: [],
    counts: {},
    writable: { atTwoSites: false, totalMs: 0 },
    nextGuid: 0,
  };
}

export function createEstate(overrides: EstateOverrides = {}): EstateState {
  const options: EstateOptions = { ...DEFAULT_ESTATE, ...overrides };
  const draft = createDraft<EstateDraft>(emptyEstate(options));
  setUpEstate(draft);
  draft.nowMs = options.startAtMs;
  draft.counts = {};
  return finishDraft(draft);
}
