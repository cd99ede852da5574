/**
 * Jobs that must end: what happens to a pool, and where it shall be then. The routes of the exploration, and every drift that the
 * product repairs, made as a person or a fault makes it.
 */
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { ROUTES } from '../exploration/routes.ts';
import {
  BACKUP,
  COPY_JOB,
  deleted,
  disabled,
  HOME,
  known,
  says,
  SECONDARY_DELETED,
  type EventLeg,
} from './by-hand.ts';

/** `until`: the way there is left right before this step. `mayEnd`: where it need not converge. */
export type JobLeg =
  EventLeg | { readonly goal: Site; readonly until?: string; readonly mayEnd?: 'asks' | 'waits' };

export interface Job {
  readonly name: string;
  readonly estate: EstateOverrides;
  readonly failback?: 'minimal';
  readonly legs: readonly JobLeg[];
}

const HOME_AGAIN = { goal: 'home' } as const;
const jobNamed = (name: string, ...legs: readonly JobLeg[]): Job => ({ name, estate: {}, legs });

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
  jobNamed('a secondary that is deleted', SECONDARY_DELETED, HOME_AGAIN),
  jobNamed('a disabled copy job', disabled(BACKUP, COPY_JOB), HOME_AGAIN),
  jobNamed('a disabled log-backup job', disabled(HOME, 'LSBackup_mgc'), HOME_AGAIN),
  jobNamed('a log-backup job that is deleted', deleted(HOME, 'LSBackup_mgc'), HOME_AGAIN),
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

export const CLOSED_ESTATE: EstateOverrides = {
  closedToDaemon: [DEFAULT_ESTATE.share, DEFAULT_ESTATE.copyFolder],
  shareOpensTo: 'jobs',
  // Lists folders by a view.
  sqlVersion: '15.0.4415.2',
};

const CLOSED: Job = {
  name: 'a failover where only the jobs reach the share',
  estate: CLOSED_ESTATE,
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

const MINIMAL: Job = {
  name: 'a move and the way back by the log of backup',
  estate: {},
  failback: 'minimal',
  legs: [known('clients post'), { goal: 'backup' }, known('clients post'), { goal: 'home' }],
};

const { home, backup } = DEFAULT_ESTATE.sites;
const ALONE = { mirror: undefined, witness: undefined };
const DAMAGED: Job = {
  name: 'no mirror, and the files of home are damaged',
  estate: { sites: { home: { ...home, ...ALONE }, backup: { ...backup, ...ALONE } } },
  legs: [
    known('clients post'),
    known('mgc at home loses its mirror, and then its data files'),
    { goal: 'backup' },
    known('clients post'),
    { goal: 'home' },
  ],
};

export const JOBS: readonly Job[] = [
  ...ROUTES.map((route, index) => ({
    name: `route ${index + 1}: ${route.map((leg) => ('goal' in leg ? `to ${leg.goal}` : leg.event)).join(', ')}`,
    estate: {},
    legs: route.map((leg): JobLeg => ('goal' in leg ? leg : known(leg.event))),
  })),
  ...DRIFTS,
  CLOSED,
  MINIMAL,
  DAMAGED,
];
