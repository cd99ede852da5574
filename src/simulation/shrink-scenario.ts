/**
 * Makes a failing scenario small: cut off behind the violation, then delta debugging over its events (Zeller and Hildebrandt,
 * "Simplifying and Isolating Failure-Inducing Input", 2002): ever smaller parts are left out while the same invariant breaks.
 */
import type { Played } from './play-scenario.ts';
import type { Scenario, ScenarioEvent } from './scenario.ts';

type Play = (scenario: Scenario) => Promise<Played>;

/** Enough for some fifty events; a run of a few seconds each. */
const MAX_PLAYS = 200;
const MINUTE_S = 60;

class Shrinker {
  readonly #play: Play;
  readonly #invariant: string;
  #smallest: Scenario;
  #plays = 0;

  constructor(play: Play, scenario: Scenario, invariant: string) {
    this.#play = play;
    this.#smallest = scenario;
    this.#invariant = invariant;
  }

  get smallest(): Scenario {
    return this.#smallest;
  }

  /** Keeps the change when the same invariant still breaks. */
  async try(change: Partial<Scenario>): Promise<boolean> {
    if (this.#plays >= MAX_PLAYS) return false;
    this.#plays += 1;
    const candidate = { ...this.#smallest, ...change };
    const { violations } = await this.#play(candidate);
    if (!violations.some(({ invariant }) => invariant === this.#invariant)) return false;
    this.#smallest = candidate;
    return true;
  }

  /** One pass over parts of `length` events; true: something could be left out. */
  async leaveOut(length: number): Promise<boolean> {
    let any = false;
    for (let from = 0; from < this.#smallest.events.length;) {
      const { events } = this.#smallest;
      const without = [...events.slice(0, from), ...events.slice(from + length)];
      if (await this.try({ events: without })) any = true;
      else from += length;
    }
    return any;
  }
}

const minutesOf = (events: readonly ScenarioEvent[], least: number): number =>
  Math.ceil((Math.max(least, ...events.map(({ at }) => at)) + 1) / MINUTE_S);

/** @returns the scenario itself when it breaks nothing */
export async function shrinkScenario(scenario: Scenario, play: Play): Promise<Scenario> {
  const [violation] = (await play(scenario)).violations;
  if (violation === undefined) return scenario;
  const shrinker = new Shrinker(play, scenario, violation.invariant);
  const events = scenario.events.filter(({ at }) => at <= violation.at);
  const least = scenario.mode === 'safety' ? violation.at : 0;
  await shrinker.try({ events, minutes: minutesOf(events, least) });
  for (let length = shrinker.smallest.events.length >>> 1; length >= 1;) {
    const any = await shrinker.leaveOut(length);
    if (length > 1) length >>>= 1;
    else if (!any) break;
  }
  if (scenario.mode === 'liveness') await shrinker.try({ minutes: minutesOf(shrinker.smallest.events, 0) });
  return shrinker.smallest;
}
