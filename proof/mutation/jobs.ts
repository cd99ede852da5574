/**
 * Jobs that must end: what happens to a pool, and where it shall be then. The routes of the exploration, and every drift that the
 * product repairs, made as a person or a fault makes it.
 */
import { runText } from '../../src/simulation/administrator.ts';
import type { SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { ROUTES } from '../exploration/routes.ts';
import { WORLD_EVENTS, type WorldEvent } from '../exploration/world-events.ts';

export type JobLeg = { readonly event: WorldEvent } | { readonly goal: Site };

export interface Job {
  readonly name: string;
  readonly estate: EstateOverrides;
  readonly legs: readonly JobLeg[];
}

const HOME = DEFAULT_ESTATE.sites.home.primary.name;
const BACKUP = DEFAULT_ESTATE.sites.backup.primary.name;
const MOMENT_MS = 6_000;

function does(name: string, happen: (world: SimulatedWorld) => void): JobLeg {
  return { event: { name, ms: MOMENT_MS, possible: () => true, happen } };
}
const says = (name: string, instance: string, text: string): JobLeg =>
  does(name, (world) => void runText(world, instance, text));

function known(name: string): JobLeg {
  const event = WORLD_EVENTS.find((one) => one.name === name);
  if (event === undefined) throw new RangeError(`no event of the exploration is called ${name}`);
  return { event };
}

const HOME_AGAIN = { goal: 'home' } as const;
const jobNamed = (name: string, ...legs: readonly JobLeg[]): Job => ({ name, estate: {}, legs });
const disable = (job: string): string => `EXEC msdb.dbo.sp_update_job @job_name = N'${job}', @enabled = 0;`;

const DRIFTS: readonly Job[] = [
  jobNamed(
    'a suspended session',
    says('mirroring is suspended', HOME, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;'),
    HOME_AGAIN,
  ),
  jobNamed(
    'the principal at the partner',
    says('the mirror takes over', HOME, 'ALTER DATABASE [mgc] SET PARTNER FAILOVER;'),
    HOME_AGAIN,
  ),
  jobNamed(
    'no witness',
    says('the witness is taken away', HOME, 'ALTER DATABASE [mgc] SET WITNESS OFF;'),
    HOME_AGAIN,
  ),
  jobNamed(
    'a secondary that is deleted',
    says(
      'the secondary is deleted',
      BACKUP,
      "EXEC master.dbo.sp_delete_log_shipping_secondary_database @secondary_database = N'mgc';",
    ),
    HOME_AGAIN,
  ),
  jobNamed(
    'a disabled copy job',
    says('LSCopy is disabled', BACKUP, disable('LSCopy_SQL-PAR-1_mgc')),
    HOME_AGAIN,
  ),
  jobNamed(
    'a disabled log-backup job',
    says('LSBackup is disabled', HOME, disable('LSBackup_mgc')),
    HOME_AGAIN,
  ),
  jobNamed(
    'a move that is taken back half way',
    known('clients post'),
    known('home is lost'),
    { goal: 'backup' },
    known('home returns as it was'),
    { goal: 'backup' },
    known('clients post'),
    { goal: 'home' },
  ),
];

const CLOSED: Job = {
  name: 'a failover where only the jobs reach the share',
  estate: {
    closedToDaemon: [DEFAULT_ESTATE.share, DEFAULT_ESTATE.copyFolder],
    shareOpensTo: 'jobs',
    // Lists folders by a view.
    sqlVersion: '15.0.4415.2',
  },
  legs: [
    known('clients post'),
    known('LSBackup runs at home'),
    known('LSCopy runs at backup'),
    known('clients post'),
    known('LSBackup runs at home'),
    known('home is lost'),
    { goal: 'backup' },
  ],
};

export const JOBS: readonly Job[] = [
  ...ROUTES.map((route, index) => ({
    name: `route ${index + 1}: ${route.map((leg) => ('goal' in leg ? `to ${leg.goal}` : leg.event)).join(', ')}`,
    estate: {},
    legs: route.map((leg): JobLeg => ('goal' in leg ? { goal: leg.goal } : known(leg.event))),
  })),
  ...DRIFTS,
  CLOSED,
];
