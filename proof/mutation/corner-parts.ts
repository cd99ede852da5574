/** What corners are made of: how a pool came to where one begins, and what estate it is. */
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import { known } from './by-hand.ts';
import type { Job, JobLeg } from './jobs.ts';

export const upTo = (goal: 'home' | 'backup', until: string): JobLeg => ({ goal, until });

export const SHIPPED = [
  known('clients post'),
  known('LSBackup runs at home'),
  known('LSCopy runs at backup'),
];
export const FAILED_OVER: readonly JobLeg[] = [
  known('clients post'),
  known('home is lost'),
  { goal: 'backup' },
];
export const REBUILT: readonly JobLeg[] = [...FAILED_OVER, known('home is rebuilt empty')];
export const MOVED: readonly JobLeg[] = [known('clients post'), { goal: 'backup' }, known('clients post')];

export const corner = (name: string, ...legs: readonly JobLeg[]): Job => ({ name, estate: {}, legs });
export const minimal = (name: string, ...legs: readonly JobLeg[]): Job => ({
  name,
  estate: {},
  failback: 'minimal',
  legs,
});

const ALONE = { mirror: undefined, witness: undefined };
const { home, backup } = DEFAULT_ESTATE.sites;
export const UNMIRRORED = { sites: { home: { ...home, ...ALONE }, backup: { ...backup, ...ALONE } } };
export const unmirrored = (name: string, ...legs: readonly JobLeg[]): Job => ({
  name,
  estate: UNMIRRORED,
  legs,
});
