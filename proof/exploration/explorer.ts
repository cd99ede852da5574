/**
 * All worlds that own steps, kills and events can bring about, in the order of their disturbances: a step of the plan and the
 * passing of time cost nothing; an event, a flip of the goal, a kill and a step taken in partial sight cost one each.
 */
import { planPool } from '../../src/reconciler/plan-pool.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { SITES, type Site } from '../../src/topology/pool-topology.ts';
import { letHappen, look, runSteps, type StepRun } from './daemon-life.ts';
import { exploredWorld, vectorText, type ExploredWorld, type Pools } from './explored-world.ts';
import { answersOf, candidatesOf, plannedStep, type Answer, type Candidate } from './judge-sights.ts';
import { judgeRun, sightDiffers } from './judge-run.ts';
import { StateCount } from './state-count.ts';
import { partiesIn, type Sight } from './sight.ts';
import { afterEvent, possibleEvents, TIME, type WorldEvent } from './world-events.ts';

export interface Node {
  readonly id: number;
  readonly world: ExploredWorld;
  /** Disturbances on the way here: events, flips of the goal, kills, steps taken in partial sight. */
  readonly cost: number;
  readonly depth: number;
  readonly goal: Site;
  readonly from: Node | undefined;
  readonly how: string;
  /** Where each own step led, by `step|decision`; `wait|nothing` is the passing of time. */
  readonly after: Map<string, Node>;
  /** What a daemon that sees everything alive would do, by `goal|decision`; empty until the world is expanded. */
  readonly plans: Map<string, Answer>;
}

/** How a world came to be. */
export interface Arrival {
  readonly from: Node;
  readonly how: string;
  readonly cost: number;
  readonly goal: Site;
}

export interface Violation {
  readonly kind: string;
  readonly what: string;
  readonly node: Node;
  readonly how: string;
  readonly details: readonly string[];
}

export interface Tally {
  worlds: number;
  expanded: number;
  transitions: number;
  steps: number;
  crashes: number;
  depth: number;
  /** Steps that were run while home lived, cut off from everybody: the named exception. */
  silent: number;
  /** Refused, because the world had taken away a need by itself. */
  overtaken: number;
  /** Done or not: what would tell is out of sight, and the outcome says so. */
  unseen: number;
  /** Steps of second worlds of a key, and those that came to another world than the first's. */
  twins: number;
  strangers: number;
}

export interface ExplorerOptions {
  readonly pools: Pools;
  readonly mayGoOn: () => boolean;
  readonly maxCost: number;
  readonly progress: (line: string) => void;
}

/** Which parties a step can do without is a matter of the step: each choice of them is tried in so many worlds. */
const SIGHT_TRIES = 3;
/** Every so many second worlds of a key are kept for comparison; at most so many are compared. */
const TWIN_EVERY = 25;
const MOST_TWINS = 20;
/** The same of a daemon that is killed at one effect of one step. */
const CUT_TRIES = 12;
/** After a kill the operating system drops the connections and what ran on them ends, ms. */
const AFTER_KILL_MS = 3_000;

export class Explorer {
  readonly #options: ExplorerOptions;
  readonly #nodes = new Map<string, Node>();
  /** By disturbances. */
  readonly #open: Node[][] = [];
  readonly #twins: { readonly node: Node; readonly world: ExploredWorld }[] = [];
  #met = 0;
  readonly #tried = new Map<string, number>();
  readonly states = new StateCount();
  readonly violations: Violation[] = [];
  /** Rows of the table that were really run, each with its target. */
  readonly rows = new Set<string>();
  readonly tally: Tally = {
    worlds: 0,
    expanded: 0,
    transitions: 0,
    steps: 0,
    crashes: 0,
    depth: 0,
    silent: 0,
    overtaken: 0,
    unseen: 0,
    twins: 0,
    strangers: 0,
  };

  constructor(options: ExplorerOptions) {
    this.#options = options;
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** The world that this one is taken for; new when none of its key is known. */
  async add(snapshot: WorldSnapshot, arrival?: Arrival, facts?: PoolFacts): Promise<Node> {
    const world = await exploredWorld(snapshot, this.#options.pools, facts);
    const { from, how = 'converged at home', goal = 'home' } = arrival ?? {};
    if (from !== undefined) this.tally.transitions += 1;
    const known = this.#nodes.get(world.key);
    if (known !== undefined) {
      this.#met += 1;
      if (this.#met % TWIN_EVERY === 0) this.#twins.push({ node: known, world });
      return known;
    }
    const cost = (from?.cost ?? 0) + (arrival?.cost ?? 0);
    const depth = (from?.depth ?? -1) + 1;
    const id = this.#nodes.size;
    const node: Node = { id, world, cost, depth, goal, from, how, after: new Map(), plans: new Map() };
    this.#nodes.set(world.key, node);
    (this.#open[cost] ??= []).push(node);
    this.tally.worlds += 1;
    this.tally.depth = Math.max(this.tally.depth, depth);
    return node;
  }

  /** Expands the worlds in the order of their disturbances; the number up to which all are done. */
  async run(): Promise<number> {
    const { maxCost, mayGoOn, progress } = this.#options;
    for (let cost = 0; cost <= maxCost; cost += 1) {
      const open = (this.#open[cost] ??= []);
      for (let at = 0; at < open.length; at += 1) {
        if (!mayGoOn()) return cost - 1;
        const node = open[at];
        if (node !== undefined) await this.expand(node);
      }
      progress(`all ${open.length} worlds with ${cost} disturbances`);
    }
    return maxCost;
  }

  /** Do second worlds of a key go where the first one went? */
  async compareTwins(): Promise<void> {
    for (const { node, world } of this.#twins.slice(0, MOST_TWINS)) {
      for (const goal of SITES) {
        const first = node.plans.get(`${goal}|nothing`)?.plan;
        if (first?.kind !== 'steps' || first.first === undefined) continue;
        const step = plannedStep(first.first);
        const wanted = node.after.get(`${stepKey(step)}|nothing`);
        if (wanted === undefined) continue;
        const pool = this.#options.pools[goal];
        const sight = { seen: node.world.alive, silentLong: true };
        const run = await runSteps(world.snapshot, { pool, steps: [step], sight, decisions: [] }, false);
        const there = await exploredWorld(run.world, this.#options.pools);
        this.tally.twins += 1;
        if (there.key === wanted.world.key) continue;
        this.tally.strangers += 1;
        this.#options.progress(
          `a second world went elsewhere by ${stepKey(step)}: ${apartIn(wanted.world, there)}`,
        );
      }
    }
  }

  /** What may happen next in this world, all of it, once. */
  async expand(node: Node): Promise<void> {
    if (node.plans.size > 0) return;
    const { pools } = this.#options;
    const { snapshot, alive } = node.world;
    this.tally.expanded += 1;
    const answers = answersOf(node.world, pools, this.states);
    for (const answer of answers) this.#judgeAnswer(node, answer);
    const whole = new Set<string>();
    for (const candidate of candidatesOf(answers)) {
      const key = `${stepKey(candidate.step)}|${candidate.decided}`;
      if (candidate.sight.seen === alive) whole.add(key);
      else if (whole.has(key) && !this.#isNew(sightMark(key, candidate.sight), SIGHT_TRIES)) continue;
      const flip = candidate.goal === node.goal ? 0 : 1;
      await this.#run(node, candidate, flip + (whole.has(key) ? 0 : 1));
    }
    const { goal } = node;
    const later = await afterEvent(snapshot, TIME);
    node.after.set('wait|nothing', await this.add(later, { from: node, how: TIME.name, cost: 0, goal }));
    for (const event of possibleEvents(snapshot)) await this.happen(node, event, 1);
  }

  async happen(node: Node, event: WorldEvent, cost: number): Promise<Node> {
    const after = await afterEvent(node.world.snapshot, event);
    return this.add(after, { from: node, how: event.name, cost, goal: node.goal });
  }

  /** What was tried so often is taken as known. */
  #isNew(mark: string, tries: number): boolean {
    const tried = this.#tried.get(mark) ?? 0;
    this.#tried.set(mark, tried + 1);
    return tried < tries;
  }

  #judgeAnswer(node: Node, answer: Answer): void {
    const { plan, goal, reduction, sight, decided } = answer;
    if (sight.seen === node.world.alive && sight.silentLong) node.plans.set(`${goal}|${decided}`, answer);
    if (decided !== 'nothing' || !this.#isNew(`${vectorText(reduction.vector)}|${goal}`, 1)) return;
    if (plan.kind === 'too-large') this.#violate(node, 'too large', goal, goal, []);
    if (plan.kind !== 'blocked') return;
    const words = planPool(this.#options.pools[goal], reduction);
    const obstacles = words.kind === 'blocked' ? words.obstacles : [];
    if (obstacles.length === 0 || obstacles.some(({ wayOut }) => wayOut.trim() === ''))
      this.#violate(
        node,
        'blocked without a way out',
        goal,
        describe(sight, node),
        vectorLines(reduction.vector),
      );
  }

  async #run(node: Node, candidate: Candidate, cost: number): Promise<void> {
    const { goal, step, sight, decisions, decided } = candidate;
    const pool = this.#options.pools[goal];
    const whole = sight.seen === node.world.alive;
    const run = await runSteps(node.world.snapshot, { pool, steps: [step], sight, decisions }, whole);
    this.tally.steps += 1;
    this.rows.add(stepKey(step));
    const said = decided === 'nothing' ? '' : `, ${decided} decided`;
    const how = `${stepKey(step)} towards ${goal}${said}${whole ? '' : describe(sight, node)}`;
    const done = run.outcomes[0]?.result === 'done';
    const facts = whole && sight.silentLong && done ? run.last : undefined;
    const next = await this.add(run.world, { from: node, how, cost, goal }, facts);
    await this.#judgeRun(node, candidate, run, how, next);
    if (whole) node.after.set(`${stepKey(step)}|${decided}`, next);
    for (const { name, world } of run.cuts) {
      if (!this.#isNew(`${stepKey(step)}|${kindOf(name)}`, CUT_TRIES)) continue;
      this.tally.crashes += 1;
      const left = await letHappen(world, () => undefined, AFTER_KILL_MS);
      await this.add(left, { from: node, how: `${how}, killed ${name}`, cost: cost + 1, goal });
    }
  }

  async #judgeRun(node: Node, candidate: Candidate, run: StepRun, how: string, next: Node): Promise<void> {
    const pool = this.#options.pools[candidate.goal];
    const { world } = node;
    // A step's last look was taken for a look at this world, to save one: where that made the difference, it is looked at again.
    const before =
      sightDiffers(pool, world, candidate, run) === ''
        ? world
        : { ...world, facts: await look(world.snapshot, pool) };
    const judged = judgeRun(pool, before, candidate, run, next.world.reduction);
    if (judged.silent) this.tally.silent += 1;
    if (judged.end === 'unseen') this.tally.unseen += 1;
    if (judged.end === 'overtaken') this.tally.overtaken += 1;
    for (const { kind, what, details } of judged.violations) this.#violate(node, kind, what, how, details);
  }

  #violate(node: Node, kind: string, what: string, how: string, details: readonly string[]): void {
    this.violations.push({ kind, what, node, how, details });
  }
}

/** What tells the second world from the first; the rest of the key is what is dead, or which instance stands for a site. */
function apartIn(first: ExploredWorld, second: ExploredWorld): string {
  const { vector } = first.reduction;
  const now = second.reduction.vector;
  const moved = ALL_VARIABLES.filter((name) => vector[name] !== now[name]);
  const words = moved.map((name) => `${name} ${now[name]} instead of ${vector[name]}`);
  return words.length === 0 ? 'the vector is the same' : words.join('; ');
}

const sightMark = (key: string, { seen, silentLong }: Sight): string => `${key}|${seen}|${silentLong}`;

/** Without names of files and instants. */
const kindOf = (name: string): string => name.replaceAll(/\d[\w-]*/g, '#');

const describe = (sight: Sight, node: Node): string =>
  `, without ${partiesIn(node.world.alive & ~sight.seen).join(', ')}${sight.silentLong ? ' for long' : ''}`;

export const vectorLines = (vector: Vector): readonly string[] =>
  Object.entries(vector).map(([name, value]) => `${name}: ${value}`);

export function pathOf(node: Node): readonly Node[] {
  const path: Node[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.from) path.unshift(at);
  return path;
}
