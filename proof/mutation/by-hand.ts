/** What a person does at the estate beside the daemon: a query window, a cmdlet, a file deleted. Each is one event of a job. */
import { runText } from '../../src/simulation/administrator.ts';
import type { SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { DEFAULT_ESTATE, type EstateSite } from '../../src/simulator/estate/estate-options.ts';
import { WORLD_EVENTS, type WorldEvent } from '../exploration/world-events.ts';
import { growOlder, OLDER_MS } from './run-step.ts';

export interface EventLeg {
  readonly event: WorldEvent;
}

const { sites, poolFqdn, share, copyFolder } = DEFAULT_ESTATE;
export const HOME = sites.home.primary.name;
export const BACKUP = sites.backup.primary.name;
const MOMENT_MS = 6_000;
/** Shorter than the list takes to arrive at a server. */
const INSTANT_MS = 100;
/** A full backup, its restore and the recovery of a small database. */
const LONG_MS = 45_000;

function does(name: string, happen: (world: SimulatedWorld) => void, ms = MOMENT_MS): EventLeg {
  return { event: { name, ms, possible: () => true, happen } };
}

/** A text that is answered at once. */
export const says = (name: string, instance: string, text: string): EventLeg =>
  does(name, (world) => void runText(world, instance, text));

/** Texts that take their time; each is waited for, and the window is closed at the end. */
export const sends = (name: string, instance: string, ...texts: readonly string[]): EventLeg =>
  does(
    name,
    (world) => {
      const login = {
        login: 'sa',
        password: world.sqlPassword,
        database: 'master',
        host: 'desk',
        program: 'query window',
      };
      const connection = world.estate.login(instance, 'operator', login, () => undefined);
      texts.forEach((text, index) => {
        world.clock.after((index * LONG_MS) / (texts.length + 1), () => {
          world.estate.request(instance, connection, { kind: 'batch', text });
        });
      });
      world.clock.after(LONG_MS - 1_000, () => {
        world.estate.disconnect(instance, connection);
      });
    },
    LONG_MS,
  );

/** Faults of the estate, in its own words (fault-grammar.ts). */
export const fails = (name: string, ...commands: readonly string[]): EventLeg =>
  does(name, ({ estate }) => {
    for (const command of commands) estate.fault(command);
  });

/** A window that stays open on mgc, from the host of a chat server: who looks at sessions by their hosts takes it for one of the service. */
export const visited = (site: EstateSite): EventLeg =>
  does(`somebody on a chat server has mgc of ${site} open`, ({ estate, sqlPassword }) => {
    const request = {
      login: 'sa',
      password: sqlPassword,
      database: 'mgc',
      host: sites[site].chatServers[0] ?? '',
      program: 'query window',
    };
    // By a name of its own: those of a world's connections are counted anew in every copy of it.
    const instance = sites[site].primary.name;
    estate.input({ kind: 'login', instance, connection: 'visitor', party: 'operator', request });
  });

/** An event of the exploration, by its name. */
export function known(name: string): EventLeg {
  const event = WORLD_EVENTS.find((one) => one.name === name);
  if (event === undefined) throw new RangeError(`no event of the exploration is called ${name}`);
  return { event };
}

const invokes = (
  name: string,
  cmdlet: string,
  parameters: Readonly<Record<string, unknown>>,
  ms = MOMENT_MS,
): EventLeg =>
  does(
    name,
    (world) => {
      const all = { Confirm: false, ...parameters };
      world.estate.cmdlet(cmdlet, all, undefined, () => undefined);
    },
    ms,
  );

const setsActive = (name: string, servers: readonly string[], ms = MOMENT_MS): EventLeg =>
  invokes(
    name,
    'Set-CsPersistentChatActiveServer',
    {
      Identity: `PersistentChatServer:${poolFqdn}`,
      ActiveServers: servers.length === 0 ? null : { replace: servers },
      Force: true,
    },
    ms,
  );

export const listed = (site: EstateSite): EventLeg =>
  setsActive(`the servers of ${site} are listed by hand`, sites[site].chatServers);
/** No server has connected yet. */
export const justListed = (site: EstateSite): EventLeg =>
  setsActive(
    `the servers of ${site} are listed by hand in this instant`,
    sites[site].chatServers,
    DEFAULT_ESTATE.cmdletMs + INSTANT_MS,
  );
export const EMPTIED = setsActive('the list of servers is emptied by hand', []);

export const setsState = (poolState: 'Normal' | 'FailedOver'): EventLeg =>
  invokes(`the pool is set ${poolState} by hand`, 'Set-CsPersistentChatState', {
    Identity: `service:${poolFqdn}`,
    PoolState: poolState,
    Force: true,
  });

export const mirrored = (site: EstateSite): EventLeg =>
  invokes(
    `${site} is mirrored by hand`,
    'Install-CsMirrorDatabase',
    {
      DatabaseType: 'PersistentChat',
      SqlServerFqdn: sites[site].primary.name,
      FileShare: DEFAULT_ESTATE.mirroringShare,
      DropExistingDatabasesOnMirror: true,
    },
    LONG_MS,
  );

export const RECOVERED = sends(
  'the backup copy is recovered by hand',
  BACKUP,
  'RESTORE DATABASE mgc WITH RECOVERY;',
  'ALTER DATABASE mgc SET MULTI_USER;',
);

const jobStep = (name: string, instance: string, job: string, call: string): EventLeg =>
  says(name, instance, `EXEC msdb.dbo.${call.replace('JOB', `@job_name = N'${job}'`)};`);
export const COPY_JOB = 'LSCopy_SQL-PAR-1_mgc';
export const disabled = (instance: string, job: string): EventLeg =>
  jobStep(`${job} is disabled`, instance, job, 'sp_update_job JOB, @enabled = 0');
export const enabled = (instance: string, job: string): EventLeg =>
  jobStep(`${job} is enabled`, instance, job, 'sp_update_job JOB, @enabled = 1');
export const deleted = (instance: string, job: string): EventLeg =>
  jobStep(`${job} is deleted`, instance, job, 'sp_delete_job JOB');

export const SIGNS_AGED = does('the last signs of life grow old', growOlder, OLDER_MS);

const FULL = `${share}\\by-hand.bak`;
export const DROPPED = says('the backup copy is dropped by hand', BACKUP, 'DROP DATABASE mgc;');
export const FULL_OF_MGC = `BACKUP DATABASE mgc TO DISK = N'${FULL}' WITH CHECKSUM;`;
export const FULL_AT_HOME = sends('a full backup of home is taken by hand', HOME, FULL_OF_MGC);
/** Begun, and cut off before its end. */
const INTO_RESTORE_MS = 150;
export const RESTORE_CUT = does('a restore of the backup copy by hand is cut off', (world) => {
  const login = {
    login: 'sa',
    password: world.sqlPassword,
    database: 'master',
    host: 'desk',
    program: 'query window',
  };
  const connection = world.estate.login(BACKUP, 'operator', login, () => undefined);
  const text = `RESTORE DATABASE mgc FROM DISK = N'${FULL}' WITH REPLACE, NORECOVERY;`;
  world.estate.request(BACKUP, connection, { kind: 'batch', text });
  world.clock.after(INTO_RESTORE_MS, () => {
    world.estate.fault(`cut restore ${BACKUP}`);
    world.estate.disconnect(BACKUP, connection);
  });
});

export const SECONDARY_DELETED = says(
  'the secondary is deleted',
  BACKUP,
  "EXEC master.dbo.sp_delete_log_shipping_secondary_database @secondary_database = N'mgc';",
);

/** @param which the oldest or the newest log backup there */
export const withoutFile = (where: 'share' | 'copy folder', which: 'oldest' | 'newest'): EventLeg =>
  does(`the ${which} log backup on the ${where} is deleted`, ({ folders }) => {
    const folder = where === 'share' ? share : copyFolder;
    const names = folders.list(folder).flatMap(({ name }) => (name.endsWith('.trn') ? [name] : []));
    const name = which === 'oldest' ? names[0] : names.at(-1);
    if (name !== undefined) folders.delete(`${folder}\\${name}`);
  });
