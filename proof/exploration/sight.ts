/**
 * What of the world the daemon sees, apart from what lives. The same sight twice: laid over the facts of a full look, which is
 * cheap and done for every subset, and in front of the daemon's ports, when a step is really run under it.
 */
import type { ActuatorPorts } from '../../src/actuators/step-context.ts';
import type { CmdletRequest } from '../../src/ports/management-shell.ts';
import type { Observed } from '../../src/topology/known.ts';
import { PoolError, type ErrorCode } from '../../src/topology/pool-error.ts';
import type { FolderFacts, InstanceFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { instancesOf, SITES, type PoolTopology, type Site } from '../../src/topology/pool-topology.ts';

/** Everything that can be out of the daemon's sight by itself; bit i of a set of parties is PARTIES[i]. */
export const PARTIES = [
  'home primary',
  'home mirror',
  'home witness',
  'home chat servers',
  'backup primary',
  'backup mirror',
  'backup witness',
  'backup chat servers',
  'backup folders',
  'share',
  'shell',
] as const;
export type Party = (typeof PARTIES)[number];
export type PartySet = number;

export const ALL_PARTIES: PartySet = (1 << PARTIES.length) - 1;
export const bitOf = (party: Party): PartySet => 1 << PARTIES.indexOf(party);
export const has = (set: PartySet, party: Party): boolean => (set & bitOf(party)) !== 0;
export const partiesIn = (set: PartySet): readonly Party[] => PARTIES.filter((party) => has(set, party));

export interface Sight {
  readonly seen: PartySet;
  /** How long whoever is not seen has been silent: longer than the policy's limit, or not. */
  readonly silentLong: boolean;
}

const LONG_MS = 600_000;
const SHORT_MS = 1_000;

export function partyOf(topology: PoolTopology, instance: string): Party {
  const found = instancesOf(topology).find((one) => one.instance === instance);
  if (found === undefined) throw new RangeError(`${instance} is no instance of the pool`);
  return `${found.site} ${found.part}`;
}

const INSTANCES: Readonly<Record<Site, readonly Party[]>> = {
  home: ['home primary', 'home mirror', 'home witness'],
  backup: ['backup primary', 'backup mirror', 'backup witness'],
};

/** Is there a path to the folders of the site? */
const seesFolders = (seen: PartySet, site: Site): boolean =>
  site === 'backup' ? has(seen, 'backup folders') : INSTANCES.home.some((party) => has(seen, party));

/** Only then does it matter for how long. */
export const isDark = (seen: PartySet): boolean =>
  SITES.some((site) => !INSTANCES[site].some((party) => has(seen, party)));

function hidden<T>(observed: Observed<T>, code: ErrorCode, silentForMs: number): Observed<T> {
  const { source } = observed;
  if (observed.kind === 'unknown') return aged(observed, silentForMs);
  return { kind: 'unknown', reason: 'out of sight', code, source, silentForMs };
}

/** A silence that has lasted was asked about anew. */
const aged = <T>(observed: Observed<T>, silentForMs: number): Observed<T> =>
  observed.kind === 'unknown' ? { ...observed, silentForMs, askedOnce: undefined } : observed;

/** Headers are read through an instance that sees the folder. */
const withoutHeaders = (folder: Observed<FolderFacts>): Observed<FolderFacts> =>
  folder.kind === 'unknown'
    ? folder
    : {
        ...folder,
        value: {
          ...folder.value,
          files: folder.value.files.map((file) => ({ ...file, header: 'unknown', headerProblem: null })),
        },
      };

/** Only how long the silence has lasted: what a daemon that had just begun to look cannot know of itself. */
export function withSilence(facts: PoolFacts, sight: Sight): PoolFacts {
  const silentForMs = sight.silentLong ? LONG_MS : SHORT_MS;
  const each = <T>(observed: Readonly<Record<string, Observed<T>>>): Record<string, Observed<T>> =>
    Object.fromEntries(Object.entries(observed).map(([name, one]) => [name, aged(one, silentForMs)]));
  return {
    ...facts,
    instances: each(facts.instances),
    share: aged(facts.share, silentForMs),
    copyFolder: aged(facts.copyFolder, silentForMs),
    quarantine: {
      home: aged(facts.quarantine.home, silentForMs),
      backup: aged(facts.quarantine.backup, silentForMs),
    },
    poolState: aged(facts.poolState, silentForMs),
    chatServers: each(facts.chatServers),
  };
}

/** The facts of a full look as they would be under this sight. */
export function factsUnder(full: PoolFacts, sight: Sight, topology: PoolTopology): PoolFacts {
  const { seen } = sight;
  const silentForMs = sight.silentLong ? LONG_MS : SHORT_MS;
  const sees = (instance: string): boolean => has(seen, partyOf(topology, instance));
  const instances = Object.fromEntries(
    Object.entries(full.instances).map(([name, observed]): [string, Observed<InstanceFacts>] => [
      name,
      sees(name) ? observed : hidden(observed, 'PCO_INSTANCE_UNREACHABLE', silentForMs),
    ]),
  );
  const folder = (
    observed: Observed<FolderFacts>,
    visible: boolean,
    readers: readonly (string | undefined)[],
  ): Observed<FolderFacts> => {
    if (!visible) return hidden(observed, 'PCO_SHARE_UNREADABLE', silentForMs);
    return readers.some((name) => name !== undefined && sees(name)) ? observed : withoutHeaders(observed);
  };
  const { home, backup } = topology.sites;
  const atHome = [home.chat.primary, home.chat.mirror];
  const atBackup = [backup.chat.primary, backup.chat.mirror];
  const shell = has(seen, 'shell');
  const chatServers = Object.fromEntries(
    Object.entries(full.chatServers).map(([name, observed]) => {
      const visible = shell && has(seen, serverParty(topology, name));
      const code = shell ? 'PCO_COMPUTER_UNREACHABLE' : 'PCO_SHELL_UNAVAILABLE';
      return [name, visible ? observed : hidden(observed, code, silentForMs)];
    }),
  );
  const partial: PoolFacts = {
    ...full,
    instances,
    share: folder(full.share, has(seen, 'share'), [...atBackup, ...atHome]),
    copyFolder: folder(full.copyFolder, seesFolders(seen, 'backup'), atBackup.slice(0, 1)),
    quarantine: {
      home: folder(full.quarantine.home, seesFolders(seen, 'home'), atHome),
      backup: folder(full.quarantine.backup, seesFolders(seen, 'backup'), atBackup),
    },
    poolState: shell ? full.poolState : hidden(full.poolState, 'PCO_SHELL_UNAVAILABLE', silentForMs),
    chatServers,
    comparison: comparisonUnder(full, sees, atHome, atBackup, silentForMs),
  };
  return withSilence(partial, sight);
}

const serverParty = (topology: PoolTopology, name: string): Party =>
  topology.sites.home.servers.some((server) => server === name) ? 'home chat servers' : 'backup chat servers';

/** The copies are compared through the first instance of each site whose content can be read. */
function comparisonUnder(
  full: PoolFacts,
  sees: (instance: string) => boolean,
  atHome: readonly (string | undefined)[],
  atBackup: readonly (string | undefined)[],
  silentForMs: number,
): PoolFacts['comparison'] {
  const readable = (names: readonly (string | undefined)[]): boolean =>
    names.some((name) => {
      const observed = name === undefined || !sees(name) ? undefined : full.instances[name];
      return (
        observed?.kind === 'value' &&
        Object.values(observed.value.databases).some(({ content }) => content !== 'unknown')
      );
    });
  return readable(atHome) && readable(atBackup)
    ? full.comparison
    : hidden(full.comparison, 'PCO_UNEXPECTED_ANSWER', silentForMs);
}

const unreachable = (what: string, code: ErrorCode): Promise<never> =>
  Promise.reject(new PoolError(code, `${what}: out of sight`));

/** The daemon's ports with only these parties behind them. */
export function portsUnder(ports: ActuatorPorts, seen: PartySet, topology: PoolTopology): ActuatorPorts {
  const sees = (instance: string): boolean => has(seen, partyOf(topology, instance));
  const within = (path: string, folder: string): boolean =>
    path.toLowerCase().startsWith(folder.toLowerCase());
  const reaches = (path: string): boolean => {
    const { share, copyFolder, mirroringShare } = topology.logShipping;
    if (within(path, share) || within(path, mirroringShare)) return has(seen, 'share');
    const { home, backup } = topology.sites;
    if (within(path, copyFolder) || within(path, backup.quarantineFolder)) return seesFolders(seen, 'backup');
    return within(path, home.quarantineFolder) ? seesFolders(seen, 'home') : true;
  };
  const files = ports.files;
  const gone = (path: string): Promise<never> => unreachable(path, 'PCO_SHARE_UNREADABLE');
  const answers = ({ computer, parameters }: CmdletRequest): ErrorCode | undefined => {
    if (!has(seen, 'shell')) return 'PCO_SHELL_UNAVAILABLE';
    const asked = computer ?? parameters['ComputerName'];
    const dark = typeof asked === 'string' && !has(seen, serverParty(topology, asked));
    return dark ? 'PCO_COMPUTER_UNREACHABLE' : undefined;
  };
  return {
    ...ports,
    sql: {
      observer: (instance) =>
        sees(instance)
          ? ports.sql.observer(instance)
          : { run: () => unreachable(instance, 'PCO_INSTANCE_UNREACHABLE') },
      open: (instance, signal) =>
        sees(instance) ? ports.sql.open(instance, signal) : unreachable(instance, 'PCO_INSTANCE_UNREACHABLE'),
    },
    shell: {
      invoke: (request, options) => {
        const code = answers(request);
        return code === undefined ? ports.shell.invoke(request, options) : unreachable(request.cmdlet, code);
      },
    },
    files: {
      reaches: (folder) => files.reaches(folder),
      list: (folder, signal) => (reaches(folder) ? files.list(folder, signal) : gone(folder)),
      copy: (source, target, options) => {
        const dark = [source, target].find((path) => !reaches(path));
        return dark === undefined ? files.copy(source, target, options) : gone(dark);
      },
      move: (source, target, signal) => {
        const dark = [source, target].find((path) => !reaches(path));
        return dark === undefined ? files.move(source, target, signal) : gone(dark);
      },
      removeUnfinished: (path, signal) => (reaches(path) ? files.removeUnfinished(path, signal) : gone(path)),
    },
  };
}
