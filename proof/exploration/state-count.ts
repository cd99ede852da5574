/** Counts distinct states, and keeps the planner's answer for each distinct vector, to be judged when all are known. */
import type { Plan } from '../../src/reconciler/plan.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { vectorText } from './explored-world.ts';
import { PARTIES, type PartySet } from './sight.ts';

const SETS = 1 << PARTIES.length;

/** What the planner says of one vector for one goal, short enough to be kept a hundred thousand times. */
export interface ShortAnswer {
  readonly vector: string;
  readonly goal: Site;
  readonly plan: Plan['kind'];
  readonly first: string;
}

export class StateCount {
  readonly #vectors = new Map<string, number>();
  readonly #states = new Set<number>();
  readonly #answers = new Map<string, ShortAnswer>();

  get size(): number {
    return this.#states.size;
  }

  get vectors(): readonly string[] {
    return [...this.#vectors.keys()];
  }

  get answers(): readonly ShortAnswer[] {
    return [...this.#answers.values()];
  }

  /** A state is a planner vector, who is alive, and who is seen to be. */
  add(vector: Vector, alive: PartySet, seen: PartySet): void {
    const text = vectorText(vector);
    const id = this.#vectors.get(text) ?? this.#vectors.size;
    this.#vectors.set(text, id);
    this.#states.add((id * SETS + alive) * SETS + (seen & alive));
  }

  /** false: known already. */
  answered(vector: Vector, goal: Site, plan: Plan): boolean {
    const text = vectorText(vector);
    const key = `${text}|${goal}`;
    if (this.#answers.has(key)) return false;
    const [step] =
      plan.kind === 'steps' || plan.kind === 'blocked' || plan.kind === 'waiting' ? plan.steps : [];
    const first = plan.kind === 'waiting' ? plan.on : step === undefined ? '' : stepKey(step);
    this.#answers.set(key, { vector: text, goal, plan: plan.kind, first });
    return true;
  }
}
