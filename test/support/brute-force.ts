/**
 * An independent reading of the action table: plain objects, breadth-first, no bound, no bit sets. Slow on purpose; only the
 * tables themselves are shared with the planner.
 */
import { ACTION_TABLE, WAIT_TABLE } from '../../src/reconciler/action-table.ts';
import { goalOf } from '../../src/reconciler/goal.ts';
import { EFFECTS, PREDICATES } from '../../src/reconciler/predicates.ts';
import type { Vector } from '../../src/reconciler/variables.ts';

type State = Readonly<Record<string, string>>;
type Site = 'home' | 'backup';

const other = (site: Site): Site => (site === 'home' ? 'backup' : 'home');
const named = (name: string, site: Site): string =>
  name.startsWith('S.')
    ? `${site}${name.slice(1)}`
    : name.startsWith('O.')
      ? `${other(site)}${name.slice(1)}`
      : name;
function valued(value: string, site: Site): string {
  if (value === 'S') return site;
  if (value === 'O') return other(site);
  if (value === 'SStarting') return `${site}Starting`;
  if (value === 'OStarting') return `${other(site)}Starting`;
  return value === 'diverged-O' ? `diverged-${other(site)}` : value;
}

function fits(alternative: Readonly<Record<string, readonly string[]>>, state: State, site: Site): boolean {
  return Object.entries(alternative).every(([name, values]) => {
    const actual = state[named(name, site)];
    return actual === undefined || values.some((value) => valued(value, site) === actual);
  });
}

export const predicateHolds = (name: keyof typeof PREDICATES, state: State, site: Site): boolean =>
  PREDICATES[name].some((alternative) => fits(alternative, state, site));

export interface Move {
  readonly key: string;
  readonly waits: boolean;
  readonly next: State;
}

/** Every row that may be taken: needs true, everything that its done reads known. */
export function movesFrom(state: State): readonly Move[] {
  const moves: Move[] = [];
  for (const row of [...ACTION_TABLE, ...WAIT_TABLE]) {
    for (const target of row.targets) {
      const site: Site = target === 'backup' ? 'backup' : 'home';
      if (!row.needs.every((need) => predicateHolds(need, state, site))) continue;
      const reads = row.done.flatMap((done) => PREDICATES[done].flatMap((one) => Object.keys(one)));
      if (reads.some((name) => state[named(name, site)] === 'unknown')) continue;
      let next: Record<string, string> | undefined = { ...state };
      for (const effect of row.effects) {
        const changes: readonly { when?: Readonly<Record<string, readonly string[]>>; set: object }[] =
          EFFECTS[effect];
        // Conditions of effects speak of the state before the step.
        const change = changes.find((one) => fits(one.when ?? {}, state, site));
        if (change === undefined) next = undefined;
        for (const [name, value] of Object.entries(change?.set ?? {})) {
          const variable = named(name, site);
          if (next !== undefined && variable in state) next[variable] = valued(String(value), site);
        }
      }
      if (next !== undefined)
        moves.push({ key: `${row.id}:${target}`, waits: WAIT_TABLE.some(({ id }) => id === row.id), next });
    }
  }
  return moves;
}

export const reached = (goal: Site, state: State): boolean =>
  goalOf(goal).wants.every((want) => predicateHolds(want, state, goal));

/** Length of the shortest way to the goal, or undefined. */
export function shortest(goal: Site, start: Vector): number | undefined {
  const text = (state: State): string => Object.values(state).join();
  const met = new Set([text(start)]);
  let frontier: State[] = [start];
  for (let length = 0; frontier.length > 0; length += 1) {
    if (frontier.some((state) => reached(goal, state))) return length;
    const next: State[] = [];
    for (const state of frontier) {
      for (const move of movesFrom(state)) {
        const key = text(move.next);
        if (met.has(key)) continue;
        met.add(key);
        next.push(move.next);
      }
    }
    frontier = next;
  }
  return undefined;
}

const RISKS = ['no way back', 'fences', 'outage'] as const;
const is = (state: State, name: string, ...values: readonly string[]): boolean =>
  values.includes(state[name] ?? '');
const servedAt = (state: State, site: Site, poolState: string): boolean =>
  is(state, `${site}.mgc`, 'online') &&
  is(state, 'poolState', poolState) &&
  is(state, 'active', site, `${site}Starting`);

/** What decides between plans of one length, most important first: both writable, no service, each risk, then the ranks in order. */
interface Judged {
  readonly state: State;
  readonly cost: readonly number[];
  readonly keys: readonly string[];
  readonly ranks: readonly number[];
}

function before(a: Judged, b: Judged): boolean {
  const mine = [...a.cost, ...a.ranks];
  const other = [...b.cost, ...b.ranks];
  const at = mine.findIndex((value, index) => value !== other[index]);
  return at >= 0 && (mine[at] ?? 0) < (other[at] ?? 0);
}

function after(from: Judged, move: Move): Judged {
  const { state } = from;
  const row = [...ACTION_TABLE, ...WAIT_TABLE].find(({ id }) => move.key.startsWith(`${id}:`));
  const both = is(state, 'home.mgc', 'online') && is(state, 'backup.mgc', 'online');
  const served = servedAt(state, 'home', 'normal') || servedAt(state, 'backup', 'failedOver');
  const own = [both ? 1 : 0, served ? 0 : 1, ...RISKS.map((risk) => (row?.risk === risk ? 1 : 0))];
  return {
    state: move.next,
    cost: own.map((value, index) => value + (from.cost[index] ?? 0)),
    keys: [...from.keys, move.key],
    ranks: [...from.ranks, row?.rank ?? 0],
  };
}

/** The plan that the rules choose, layer by layer; undefined: there is none. Several where only targets of one row differ. */
export function bestPlans(goal: Site, start: Vector): readonly (readonly string[])[] | undefined {
  const text = (state: State): string => Object.values(state).join();
  const met = new Set([text(start)]);
  let layer: Judged[] = [{ state: start, cost: [], keys: [], ranks: [] }];
  while (layer.length > 0) {
    const arrived = layer.filter(({ state }) => reached(goal, state));
    if (arrived.length > 0)
      return arrived.filter((one) => !arrived.some((other) => before(other, one))).map(({ keys }) => keys);
    const next = new Map<string, Judged[]>();
    for (const one of layer) {
      for (const move of movesFrom(one.state)) {
        const key = text(move.next);
        if (met.has(key)) continue;
        const candidate = after(one, move);
        const known = next.get(key) ?? [];
        if (known.some((other) => before(other, candidate))) continue;
        next.set(key, [...known.filter((other) => !before(candidate, other)), candidate]);
      }
    }
    layer = [...next.values()].flat();
    for (const { state } of layer) met.add(text(state));
  }
  return undefined;
}
