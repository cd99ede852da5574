/** What the world may do to the pool between two steps of the daemon, each as one named event on one copy of a world. */
import { runText } from '../../src/simulation/administrator.ts';
import type { SimulatedWorld, WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { ESTATE_SITES, type EstateSite } from '../../src/simulator/estate/estate-options.ts';
import type { EstateState } from '../../src/simulator/estate/estate-state.ts';
import { letHappen } from './daemon-life.ts';

export interface WorldEvent {
  readonly name: string;
  /** ms of simulated time until the world is looked at again. */
  readonly ms: number;
  readonly possible: (state: EstateState) => boolean;
  readonly happen: (world: SimulatedWorld) => void;
}

/** Long enough for a chat server to connect, to beat and for the store to replicate; shorter than any schedule. */
const MOMENT_MS = 6_000;
/** A heartbeat older than a minute is stale. */
const WHILE_MS = 75_000;
const POSTING_MS = 31_000;

const fault =
  (...commands: readonly string[]) =>
  (world: SimulatedWorld): void => {
    for (const command of commands) world.estate.fault(command);
  };

const nameAt = (state: EstateState, site: EstateSite, part: 'primary' | 'mirror'): string =>
  state.options.sites[site][part]?.name ?? '';

function siteEvents(site: EstateSite): readonly WorldEvent[] {
  const down = (state: EstateState): boolean => !state.sites[site].up;
  const damage =
    (change: 'damage' | 'lose') =>
    (world: SimulatedWorld): void => {
      for (const part of ['primary', 'mirror'] as const)
        world.estate.fault(
          `${change} files ${nameAt(world.state, site, part)} ${world.state.options.chatDatabase}`,
        );
      world.estate.fault(`return site ${site}`);
    };
  return [
    {
      name: `${site} is lost`,
      ms: MOMENT_MS,
      possible: (state) => !down(state),
      happen: fault(`down site ${site}`),
    },
    {
      name: `${site} returns as it was`,
      ms: MOMENT_MS,
      possible: down,
      happen: fault(`return site ${site}`),
    },
    {
      name: `${site} is rebuilt empty`,
      ms: MOMENT_MS,
      possible: down,
      happen: fault(`rebuild site ${site}`),
    },
    { name: `${site} returns damaged`, ms: MOMENT_MS, possible: down, happen: damage('damage') },
  ];
}

function instanceEvents(site: EstateSite, part: 'primary' | 'mirror'): readonly WorldEvent[] {
  const stopped = (state: EstateState): boolean => state.hosts[nameAt(state, site, part)]?.stopped === true;
  const change =
    (word: 'down' | 'up') =>
    (world: SimulatedWorld): void =>
      world.estate.fault(`${word} instance ${nameAt(world.state, site, part)}`);
  return [
    {
      name: `${site} ${part} stops`,
      ms: 15_000,
      possible: (state) => state.sites[site].up && !stopped(state),
      happen: change('down'),
    },
    {
      name: `${site} ${part} starts`,
      ms: MOMENT_MS,
      possible: (state) => state.sites[site].up && stopped(state),
      happen: change('up'),
    },
  ];
}

const databaseAt = (state: EstateState, name: string) =>
  state.instances[name]?.databases[state.options.chatDatabase.toLowerCase()];

/** The instance of the site that is principal of a session, if one is. */
const principalOf = (state: EstateState, site: EstateSite): string | undefined =>
  (['primary', 'mirror'] as const)
    .map((part) => nameAt(state, site, part))
    .find(
      (name) =>
        state.instances[name]?.status === 'running' &&
        databaseAt(state, name)?.mirroring?.role === 'PRINCIPAL',
    );

function mirrorEvents(site: EstateSite): readonly WorldEvent[] {
  const stateIs = (state: EstateState, ...wanted: readonly string[]): boolean => {
    const name = principalOf(state, site);
    const mirroring = name === undefined ? undefined : databaseAt(state, name)?.mirroring;
    return mirroring != null && wanted.includes(mirroring.state);
  };
  const set =
    (option: string) =>
    (world: SimulatedWorld): void => {
      const name = principalOf(world.state, site);
      if (name !== undefined)
        runText(world, name, `ALTER DATABASE [${world.state.options.chatDatabase}] SET ${option}`);
    };
  const witnessed = (state: EstateState): boolean => {
    const name = principalOf(state, site);
    return name !== undefined && databaseAt(state, name)?.mirroring?.witnessAddress != null;
  };
  return [
    {
      name: `the mirror of ${site} takes over`,
      ms: MOMENT_MS,
      possible: (state) => stateIs(state, 'SYNCHRONIZED'),
      happen: set('PARTNER FAILOVER'),
    },
    {
      name: `mirroring of ${site} is suspended`,
      ms: MOMENT_MS,
      possible: (state) => stateIs(state, 'SYNCHRONIZED'),
      happen: set('PARTNER SUSPEND'),
    },
    {
      name: `mirroring of ${site} is let go on`,
      ms: MOMENT_MS,
      possible: (state) => stateIs(state, 'SUSPENDED'),
      happen: set('PARTNER RESUME'),
    },
    {
      name: `the witness of ${site} is taken away`,
      ms: MOMENT_MS,
      possible: (state) => stateIs(state, 'SYNCHRONIZED') && witnessed(state),
      happen: set('WITNESS OFF'),
    },
  ];
}

const someSession = (state: EstateState): boolean =>
  Object.values(state.chat.servers).some(({ session }) => session !== null);

/**
 * Its login was dropped and made again, with another SID: the user is orphaned where the service lives. Elsewhere the copy that
 * opens may lack the login altogether.
 */
const LOGIN = "CREATE LOGIN drifter WITH PASSWORD = N'x'";
function loginEvents(site: EstateSite): readonly WorldEvent[] {
  const serving = (state: EstateState): string | undefined =>
    (['primary', 'mirror'] as const)
      .map((part) => nameAt(state, site, part))
      .find((name) => {
        const database = databaseAt(state, name);
        const open = database?.state === 'ONLINE' && database.access === 'MULTI_USER';
        return open && state.instances[name]?.status === 'running' && database.mirroring?.role !== 'MIRROR';
      });
  return [
    {
      name: `a login of mgc at ${site} gets another SID`,
      ms: MOMENT_MS,
      possible: (state) => someSession(state) && serving(state) !== undefined,
      happen: (world) => {
        const name = serving(world.state);
        if (name === undefined) return;
        const user = `USE [${world.state.options.chatDatabase}]; CREATE USER drifter FOR LOGIN drifter; USE master`;
        // What is there already is refused, and stays.
        for (const text of [LOGIN, user, 'DROP LOGIN drifter', LOGIN]) runText(world, name, text);
      },
    },
  ];
}

const quoted = (name: string): string => `N'${name.replaceAll("'", "''")}'`;

/** Log-shipping jobs, started as their schedule would, or deleted by a person. */
function jobEvents(site: EstateSite, role: 'LSBackup' | 'LSCopy' | 'LSRestore'): readonly WorldEvent[] {
  const jobsOf = (state: EstateState): readonly (readonly [string, string])[] =>
    (['primary', 'mirror'] as const).flatMap((part) => {
      const name = nameAt(state, site, part);
      if (state.instances[name]?.status !== 'running') return [];
      const jobs = Object.values(state.hosts[name]?.msdb.jobs ?? {});
      return jobs
        .filter((job) => job.enabled && job.name.startsWith(role))
        .map((job) => [name, job.name] as const);
    });
  const withJobs =
    (procedure: 'sp_start_job' | 'sp_delete_job') =>
    (world: SimulatedWorld): void => {
      for (const [instance, job] of jobsOf(world.state))
        runText(world, instance, `EXEC msdb.dbo.${procedure} @job_name = ${quoted(job)}`);
    };
  const possible = (state: EstateState): boolean => jobsOf(state).length > 0;
  const deleted: WorldEvent = {
    name: `the job ${role} at ${site} is deleted`,
    ms: MOMENT_MS,
    possible,
    happen: withJobs('sp_delete_job'),
  };
  return [
    { name: `${role} runs at ${site}`, ms: 12_000, possible, happen: withJobs('sp_start_job') },
    // Of the secondary one is enough: the row that adds it again makes both.
    ...(role === 'LSRestore' ? [] : [deleted]),
  ];
}

/** Clients post for as long as each needs for one message, then fall silent. */
const CLIENTS: WorldEvent = {
  name: 'clients post',
  ms: POSTING_MS + MOMENT_MS,
  possible: someSession,
  happen: (world) => {
    world.estate.fault('clients on');
    world.clock.after(POSTING_MS, () => world.estate.fault('clients off'));
  },
};

/** No event of its own: it happens anyway. */
export const TIME: WorldEvent = {
  name: 'a while passes',
  ms: WHILE_MS,
  possible: () => true,
  happen: () => undefined,
};

/** What a reversed configuration left where it does not belong: registered, its jobs never switched on. */
const HALVES: readonly WorldEvent[] = [
  {
    name: 'a secondary half is left at home',
    ms: MOMENT_MS,
    possible: (state) => {
      const name = nameAt(state, 'home', 'primary');
      const free = state.hosts[name]?.msdb.secondaries.length === 0;
      return free && state.instances[name]?.status === 'running';
    },
    happen: (world) => {
      const database = quoted(world.state.options.chatDatabase);
      runText(
        world,
        nameAt(world.state, 'home', 'primary'),
        `EXEC master.dbo.sp_add_log_shipping_secondary_primary @primary_server = N'REVERSED', @primary_database = ${database},
  @backup_source_directory = N'D:\\', @backup_destination_directory = N'D:\\', @copy_job_name = N'reversed copy',
  @restore_job_name = N'reversed restore';`,
      );
    },
  },
  {
    name: 'a primary half is left at backup',
    ms: MOMENT_MS,
    possible: (state) => {
      const name = nameAt(state, 'backup', 'primary');
      const free = state.hosts[name]?.msdb.primaryDatabases.length === 0;
      return (
        free && state.instances[name]?.status === 'running' && databaseAt(state, name)?.state === 'ONLINE'
      );
    },
    happen: (world) => {
      const database = quoted(world.state.options.chatDatabase);
      runText(
        world,
        nameAt(world.state, 'backup', 'primary'),
        `EXEC master.dbo.sp_add_log_shipping_primary_database @database = ${database}, @backup_directory = N'D:\\',
  @backup_share = N'D:\\', @backup_job_name = N'reversed backup';`,
      );
    },
  },
];

const SHARE: readonly WorldEvent[] = [
  {
    name: 'the share is lost',
    ms: MOMENT_MS,
    possible: (state) => state.share.up,
    happen: fault('down share'),
  },
  {
    name: 'the share returns',
    ms: MOMENT_MS,
    possible: (state) => !state.share.up,
    happen: fault('up share'),
  },
];
const STORE: readonly WorldEvent[] = [
  {
    name: 'Central Management cannot be written',
    ms: MOMENT_MS,
    possible: (state) => state.cms.mode === 'writable',
    happen: fault('cms read-only'),
  },
  {
    name: 'Central Management can be written',
    ms: MOMENT_MS,
    possible: (state) => state.cms.mode !== 'writable',
    happen: fault('cms writable'),
  },
];

/** No mirror can take over, and the instance lives: only its log still tells what home held. */
const openAtHome = (state: EstateState): string | undefined =>
  (['primary', 'mirror'] as const)
    .map((part) => nameAt(state, 'home', part))
    .find(
      (name) => state.instances[name]?.status === 'running' && databaseAt(state, name)?.state === 'ONLINE',
    );
const DAMAGE: WorldEvent = {
  name: 'mgc at home loses its mirror, and then its data files',
  ms: MOMENT_MS,
  possible: (state) => openAtHome(state) !== undefined,
  happen: (world) => {
    const name = openAtHome(world.state);
    const { chatDatabase } = world.state.options;
    if (name === undefined) return;
    runText(world, name, `ALTER DATABASE [${chatDatabase}] SET PARTNER OFF`);
    fault(`damage files ${name} ${chatDatabase}`, `down instance ${name}`, `up instance ${name}`)(world);
  },
};

const restoringAtBackup = (state: EstateState): string | undefined => {
  const name = nameAt(state, 'backup', 'primary');
  const database = databaseAt(state, name);
  const idle = database?.state === 'RESTORING' && database.mirroring === null;
  return idle && state.instances[name]?.status === 'running' ? name : undefined;
};
const DROP: WorldEvent = {
  name: 'the copy of backup is dropped',
  ms: MOMENT_MS,
  possible: (state) => restoringAtBackup(state) !== undefined,
  happen: (world) => {
    const name = restoringAtBackup(world.state);
    if (name !== undefined) runText(world, name, `DROP DATABASE [${world.state.options.chatDatabase}]`);
  },
};

export const WORLD_EVENTS: readonly WorldEvent[] = [
  CLIENTS,
  ...ESTATE_SITES.flatMap(siteEvents),
  ...jobEvents('home', 'LSBackup'),
  ...jobEvents('backup', 'LSCopy'),
  ...jobEvents('backup', 'LSRestore'),
  ...ESTATE_SITES.flatMap((site) => [...instanceEvents(site, 'primary'), ...instanceEvents(site, 'mirror')]),
  ...ESTATE_SITES.flatMap(mirrorEvents),
  ...ESTATE_SITES.flatMap(loginEvents),
  DAMAGE,
  DROP,
  ...HALVES,
  ...SHARE,
  ...STORE,
];

export const possibleEvents = (from: WorldSnapshot): readonly WorldEvent[] =>
  WORLD_EVENTS.filter(({ possible }) => possible(from.state));

export const afterEvent = (from: WorldSnapshot, event: WorldEvent): Promise<WorldSnapshot> =>
  letHappen(from, event.happen, event.ms);

/** Everything that is down comes back as it was: what a dead copy would turn out to be. */
export const allReturned = (from: WorldSnapshot): Promise<WorldSnapshot> =>
  letHappen(
    from,
    (world) => {
      const { hosts, sites, share, cms } = world.state;
      for (const [name, host] of Object.entries(hosts))
        if (host.stopped) world.estate.fault(`up instance ${name}`);
      for (const site of ESTATE_SITES) if (!sites[site].up) world.estate.fault(`return site ${site}`);
      if (!share.up) world.estate.fault('up share');
      if (cms.mode !== 'writable') world.estate.fault('cms writable');
    },
    MOMENT_MS,
  );
