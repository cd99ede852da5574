/**
 * Breadth first over the worlds that own steps, crashes and events can bring about. Own steps, crashes and the passing of time
 * are free, events are counted: every world within n events is expanded before one with n + 1.
 */
import { needsOf } from '../../src/reconciler/check-step.ts';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { shapeOf, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import { reducePool } from '../../src/reconciler/reduce-pool.ts';
import { stepKey, type StepId } from '../../src/reconciler/step-id.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { SITES, type DesiredPool, type Site } from '../../src/topology/pool-topology.ts';
import { letHappen, runSteps, type StepRun } from './daemon-life.ts';
import { exploredWorld, type ExploredWorld, type Pools } from './explored-world.ts';
import { answersOf, candidatesOf, type Answer, type Candidate } from './judge-sights.ts';
import { brokenInvariants, differencesOf } from './judge-step.ts';
import { StateCount } from './state-count.ts';
import { has, partiesIn, type Sight } from './sight.ts';
import { afterEvent, possibleEvents, TIME } from './world-events.ts';

export interface Node {
  readonly id: number;
  readonly world: ExploredWorld;
  readonly events: number;
  readonly depth: number;
  readonly from: Node | undefined;
  readonly how: string;
  /** Where each own step led, by `step|decision`; `wait|nothing` is the passing of time. */
  readonly after: Map<string, Node>;
  /** What a daemon that sees everything alive would do, by `goal|decision`; empty until the world is expanded. */
  readonly plans: Map<string, Answer>;
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
  transitions: number;
  steps: number;
  crashes: number;
  depth: number;
  /** Steps that were run while home lived, cut off from everybody: the named exception. */
  silent: number;
  /** Refused, because the world had taken away a need by itself. */
  overtaken: number;
}

export interface ExplorerOptions {
  readonly pools: Pools;
  readonly mayGoOn: () => boolean;
  readonly maxEvents: number;
  readonly progress: (line: string) => void;
}

/** After a kill the operating system drops the connections and what ran on them ends, ms. */
const AFTER_KILL_MS = 3_000;

export class Explorer {
  readonly #options: ExplorerOptions;
  readonly #nodes = new Map<string, Node>();
  /** By number of events. */
  readonly #open: Node[][] = [];
  readonly states = new StateCount();
  readonly violations: Violation[] = [];
  readonly tally: Tally = {
    worlds: 0,
    transitions: 0,
    steps: 0,
    crashes: 0,
    depth: 0,
    silent: 0,
    overtaken: 0,
  };

  constructor(options: ExplorerOptions) {
    this.#options = options;
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** The world that this one is taken for; new when none of its key is known. */
  async add(
    snapshot: WorldSnapshot,
    from: Node | undefined,
    how: string,
    cost: number,
    facts?: PoolFacts,
  ): Promise<Node> {
    const world = await exploredWorld(snapshot, this.#options.pools, facts);
    if (from !== undefined) this.tally.transitions += 1;
    const known = this.#nodes.get(world.key);
    if (known !== undefined) return known;
    const events = (from?.events ?? 0) + cost;
    const depth = (from?.depth ?? -1) + 1;
    const id = this.#nodes.size;
    const node: Node = { id, world, events, depth, from, how, after: new Map(), plans: new Map() };
    this.#nodes.set(world.key, node);
    (this.#open[events] ??= []).push(node);
    this.tally.worlds += 1;
    this.tally.depth = Math.max(this.tally.depth, depth);
    return node;
  }

  /** undefined: everything within the bound is done; else the number of events whose worlds are not all expanded. */
  async run(): Promise<number | undefined> {
    const { maxEvents, mayGoOn, progress } = this.#options;
    for (let events = 0; events <= maxEvents; events += 1) {
      const open = (this.#open[events] ??= []);
      for (let at = 0; at < open.length; at += 1) {
        if (!mayGoOn()) return events;
        const node = open[at];
        if (node !== undefined) await this.#expand(node);
      }
      progress(
        `all ${open.length} worlds with ${events} events: ${JSON.stringify(this.tally)}, ${this.states.size} states`,
      );
    }
    return undefined;
  }

  async #expand(node: Node): Promise<void> {
    const { pools, maxEvents } = this.#options;
    const answers = answersOf(node.world, pools, ({ vector }, sight) =>
      this.states.add(vector, node.world.alive, sight.seen),
    );
    for (const answer of answers) this.#judgeAnswer(node, answer);
    for (const candidate of candidatesOf(answers)) await this.#run(node, candidate);
    node.after.set(
      'wait|nothing',
      await this.add(await afterEvent(node.world.snapshot, TIME), node, TIME.name, 0),
    );
    if (node.events >= maxEvents) return;
    for (const event of possibleEvents(node.world.snapshot))
      await this.add(await afterEvent(node.world.snapshot, event), node, event.name, 1);
  }

  #judgeAnswer(node: Node, answer: Answer): void {
    const { plan, goal, reduction, sight, decided } = answer;
    if (sight.seen === node.world.alive && sight.silentLong) node.plans.set(`${goal}|${decided}`, answer);
    if (decided !== 'nothing' || !this.states.answered(reduction.vector, goal, plan)) return;
    if (plan.kind === 'too-large') this.#violate(node, 'too large', goal, goal, []);
    if (plan.kind !== 'blocked') return;
    const silentOnes = plan.obstacles.filter(({ wayOut }) => wayOut.trim() === '');
    if (plan.obstacles.length === 0 || silentOnes.length > 0)
      this.#violate(
        node,
        'blocked without a way out',
        goal,
        describe(sight, node),
        vectorLines(reduction.vector),
      );
  }

  async #run(node: Node, candidate: Candidate): Promise<void> {
    const { goal, step, sight, decisions, decided } = candidate;
    const pool = this.#options.pools[goal];
    const whole = sight.seen === node.world.alive;
    const run = await runSteps(node.world.snapshot, { pool, steps: [step], sight, decisions }, whole);
    this.tally.steps += 1;
    const said = decided === 'nothing' ? '' : `, ${decided} decided`;
    const how = `${stepKey(step)} towards ${goal}${said}${whole ? '' : describe(sight, node)}`;
    const done = run.outcomes[0]?.result === 'done';
    const facts = whole && sight.silentLong && done ? run.last : undefined;
    const next = await this.add(run.world, node, how, 0, facts);
    this.#judgeRun(node, candidate, run, how, next);
    if (whole) node.after.set(`${stepKey(step)}|${decided}`, next);
    for (const { name, world } of run.cuts) {
      this.tally.crashes += 1;
      const left = await letHappen(world, () => undefined, AFTER_KILL_MS);
      await this.add(left, node, `${how}, killed ${name}`, 0);
    }
  }

  #judgeRun(node: Node, candidate: Candidate, run: StepRun, how: string, next: Node): void {
    const { goal, step, sight, decisions, reduction } = candidate;
    const pool = this.#options.pools[goal];
    const { world } = node;
    const key = stepKey(step);
    const effects = run.effects.map((effect) => `effect ${effect}`);
    const homeLives = has(world.alive, 'home primary') || has(world.alive, 'home mirror');
    const silent =
      homeLives &&
      reduction.vector['home.reach'] === 'unknown' &&
      reduction.vector['home.cannotWrite'] === 'yes';
    if (silent) this.tally.silent += 1;
    for (const what of brokenInvariants(key, world.snapshot, run.world, world.reduction, silent))
      this.#violate(node, 'invariant', `${key}: ${what}`, how, effects);
    const vectorOf = (facts: PoolFacts, nowMs: number): Vector =>
      reducePool(pool, facts, decisions, nowMs).vector;
    if (run.first !== undefined) {
      const differ = differing(reduction.vector, vectorOf(run.first, world.snapshot.nowMs));
      if (differ !== '') this.#violate(node, 'sight', differ, how, partiesIn(sight.seen));
    }
    const [outcome] = run.outcomes;
    if (outcome?.result === 'refused' && needsOf(pool, step, next.world.reduction).length > 0) {
      this.tally.overtaken += 1;
      return;
    }
    if (outcome?.result !== 'done' || run.last === undefined) {
      this.#violate(
        node,
        `${key} ${outcome?.result ?? 'did nothing'}`,
        outcome?.error?.message ?? '',
        how,
        effects,
      );
      return;
    }
    const promise = differencesOf(
      groundedOf(pool, step),
      reduction.vector,
      vectorOf(run.last, run.world.nowMs),
    );
    if (promise.length === 0) return;
    const words = promise.map(({ variable, promised, seen }) => `${variable} ${seen} instead of ${promised}`);
    this.#violate(node, `${key} mismatch`, words.join('; '), how, effects);
  }

  #violate(node: Node, kind: string, what: string, how: string, details: readonly string[]): void {
    this.violations.push({ kind, what, node, how, details });
  }
}

const describe = (sight: Sight, node: Node): string =>
  `, without ${partiesIn(node.world.alive & ~sight.seen).join(', ')}${sight.silentLong ? ' for long' : ''}`;

export const vectorLines = (vector: Vector): readonly string[] =>
  Object.entries(vector).map(([name, value]) => `${name}: ${value}`);

const differing = (promised: Vector, seen: Vector): string =>
  Object.entries(promised)
    .filter(([name, value]) => seen[name as keyof Vector] !== value)
    .map(([name, value]) => `${name} ${seen[name as keyof Vector]} instead of ${value}`)
    .join('; ');

function groundedOf(pool: DesiredPool, { action, target }: StepId): GroundStep {
  const { steps } = plannerFor(shapeOf(pool.topology, pool.policy));
  const found = steps.find((one) => one.action === action && one.target === target);
  if (found === undefined) throw new RangeError(`no row for ${action}:${target}`);
  return found;
}

export function pathOf(node: Node): readonly Node[] {
  const path: Node[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.from) path.unshift(at);
  return path;
}

export const GOALS: readonly Site[] = SITES;
