/** A scenario: what happens to an estate and its daemon, and when. Data that a person can read, keep as a file and shorten. */
import { PoolError } from '../topology/pool-error.ts';

/**
 * safety: trouble until the end, and nothing unsafe at any instant. liveness: trouble stops after `minutes` for a core of the
 * estate, a person does what is asked for, and the pool must converge.
 */
export const SCENARIO_MODES = ['safety', 'liveness'] as const;
export type ScenarioMode = (typeof SCENARIO_MODES)[number];

export interface ScenarioEvent {
  /** Seconds after the begin. */
  readonly at: number;
  /** A fault of the estate (simulator/estate/fault-grammar.ts) or a line of SCENARIO_GRAMMAR. */
  readonly what: string;
}

export interface Scenario {
  /** What it shows, in a few words. */
  readonly name: string;
  readonly mode: ScenarioMode;
  /** Orders the answers. */
  readonly seed: number;
  /** How long trouble comes. */
  readonly minutes: number;
  readonly shareSite: 'home' | 'backup';
  readonly evidence: 'silent' | 'proven';
  /** policy.failback of the pool; left out: documented, as where the document does not say it. */
  readonly failback?: 'documented' | 'minimal';
  /** What trouble leaves alone in the end, in liveness mode: everything, or all but the home site, which is lost for good. */
  readonly core: 'all' | 'backup';
  /** Away: the pool must converge without a decision. */
  readonly person: 'there' | 'away';
  readonly events: readonly ScenarioEvent[];
}

export const SCENARIO_GRAMMAR = `edit DATACENTER                          (primaryDatacenter in the desired state)
kill daemon [SECONDS]                    (dead for so long)
kill daemon before | after | during effect   (the next one)
lose requests | lose answers | halve answers INSTANCE [TIMES]
lose cmdlets [TIMES]                     (done, but nobody answers)
tear copies [TIMES]
full | free disk journal | copies
spread answers MILLISECONDS              (they overtake each other)
shift clock SECONDS                      (the wall clock of the daemon's machine)`;

const FIELDS: Readonly<Record<keyof Scenario, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string',
  mode: (value) => SCENARIO_MODES.some((mode) => mode === value),
  seed: (value) => Number.isInteger(value),
  minutes: (value) => typeof value === 'number' && value > 0,
  shareSite: (value) => value === 'home' || value === 'backup',
  evidence: (value) => value === 'silent' || value === 'proven',
  failback: (value) => value === undefined || value === 'documented' || value === 'minimal',
  core: (value) => value === 'all' || value === 'backup',
  person: (value) => value === 'there' || value === 'away',
  events: (value) => Array.isArray(value) && value.every(isEvent),
};

function isEvent(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { at, what } = value as Partial<Record<string, unknown>>;
  return typeof at === 'number' && at >= 0 && typeof what === 'string';
}

/** Throws PCO_USAGE that names the field. */
export function parseScenario(text: string): Scenario {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null)
    throw new PoolError('PCO_USAGE', 'a scenario is an object');
  for (const [field, fits] of Object.entries(FIELDS))
    if (!fits((value as Record<string, unknown>)[field]))
      throw new PoolError('PCO_USAGE', `the field ${field} of the scenario does not fit`);
  return value as Scenario;
}

/** One event a line, as a person would write it. */
export function formatScenario(scenario: Scenario): string {
  const { events, ...head } = scenario;
  const fields = Object.entries(head).map(
    ([field, value]) => `  ${JSON.stringify(field)}: ${JSON.stringify(value)},`,
  );
  const list = events.map(({ at, what }) => `{ "at": ${at}, "what": ${JSON.stringify(what)} }`);
  // As Prettier breaks arrays of objects: from two on.
  const text = list.length < 2 ? `[${list.join('')}]` : `[\n    ${list.join(',\n    ')}\n  ]`;
  return `{\n${fields.join('\n')}\n  "events": ${text}\n}\n`;
}

/** Events that heal or edit are none. */
const NO_FAULT =
  /^(edit|up|return|heal|start|free|mend|clients|cms writable|(slow instance \S+|spread answers) 0$)/;

export const faultsIn = ({ events }: Scenario): number =>
  events.filter(({ what }) => !NO_FAULT.test(what)).length;
