/** The jobs that the product is made for, from start to finish: their worlds are where the exploration begins. */
import type { Site } from '../../src/topology/pool-topology.ts';
import type { Explorer, Node } from './explorer.ts';
import { possibleEvents } from './world-events.ts';

/** `mayEnd`: where it need not converge, because it takes a person, or the return of what is down. */
type Leg = { readonly event: string } | { readonly goal: Site; readonly mayEnd?: 'asks' | 'waits' };

const event = (name: string): Leg => ({ event: name });
const goal = (site: Site, mayEnd?: 'asks' | 'waits'): Leg =>
  mayEnd === undefined ? { goal: site } : { goal: site, mayEnd };

export const ROUTES: readonly (readonly Leg[])[] = [
  [goal('home'), event('clients post'), goal('backup'), event('clients post'), goal('home')],
  [
    event('clients post'),
    event('LSBackup runs at home'),
    event('LSCopy runs at backup'),
    event('home is lost'),
    goal('backup'),
    event('home is rebuilt empty'),
    goal('home'),
  ],
  [
    event('clients post'),
    event('LSBackup runs at home'),
    event('home is lost'),
    goal('backup'),
    event('clients post'),
    event('home returns as it was'),
    goal('backup'),
    goal('home'),
  ],
  [event('home is lost'), goal('backup'), event('home returns as it was'), goal('home')],
  [event('backup is lost'), event('clients post'), event('backup is rebuilt empty'), goal('home')],
  [
    event('home primary stops'),
    event('clients post'),
    event('home primary starts'),
    goal('home'),
    goal('backup'),
  ],
  [event('home is lost'), event('home is rebuilt empty'), goal('home')],
  [
    event('mirroring of home is suspended'),
    event('home primary stops'),
    goal('home', 'waits'),
    event('home primary starts'),
    goal('home'),
  ],
  [
    goal('backup'),
    event('mirroring of backup is suspended'),
    event('backup primary stops'),
    goal('backup', 'waits'),
    event('backup primary starts'),
    // What the old principal holds alone is for a person to save.
    goal('backup', 'asks'),
  ],
  [goal('backup'), event('a primary half is left at backup'), goal('home')],
];

/** Of a pool that declares no mirrors: nothing but its log tells what a damaged copy held. */
export const UNMIRRORED_ROUTES: readonly (readonly Leg[])[] = [
  [
    event('clients post'),
    event('mgc at home loses its mirror, and then its data files'),
    goal('backup'),
    event('clients post'),
    goal('home'),
  ],
  [event('mgc at home loses its mirror, and then its data files'), goal('home'), goal('backup')],
];

/** Longer than any job. */
const MOST_STEPS = 40;

/** Follows the plan of one goal to its end; a person who is asked decides what lets the plan go on. */
async function follow(explorer: Explorer, start: Node, site: Site, mayGoOn: () => boolean): Promise<Node> {
  let at = start;
  let decided = 'nothing';
  for (let step = 0; step < MOST_STEPS && mayGoOn(); step += 1) {
    await explorer.expand(at);
    const answer = at.plans.get(`${site}|${decided}`) ?? at.plans.get(`${site}|nothing`);
    const kind = answer?.plan.kind;
    if (kind === 'blocked' && decided === 'nothing') {
      const said = [...at.plans.values()].find((one) => one.goal === site && one.plan.kind === 'steps');
      if (said === undefined) return at;
      decided = said.decided;
      continue;
    }
    const first = answer?.plan.first;
    const key =
      kind === 'waiting'
        ? 'wait|nothing'
        : `${first?.action ?? ''}:${first?.target ?? ''}|${answer?.decided ?? ''}`;
    const next = kind === 'steps' || kind === 'waiting' ? at.after.get(key) : undefined;
    if (next === undefined || next === at) return at;
    at = next;
  }
  return at;
}

export async function playRoutes(
  explorer: Explorer,
  start: Node,
  mayGoOn: () => boolean,
  routes: readonly (readonly Leg[])[] = ROUTES,
): Promise<void> {
  for (const route of routes) {
    let at = start;
    for (const leg of route) {
      if (!mayGoOn()) return;
      if ('goal' in leg) {
        at = await follow(explorer, at, leg.goal, mayGoOn);
        continue;
      }
      const found = possibleEvents(at.world.snapshot).find(({ name }) => name === leg.event);
      if (found !== undefined) at = await explorer.happen(at, found, 0);
    }
  }
}
