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
