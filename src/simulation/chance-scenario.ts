/**
 * Scenarios by chance: one seed, one schedule. Pure. Troubles come on their own and end on their own; some runs are led by a
 * story (a site is lost, the pool is moved, the site comes back), so that rare states are reached as often as common ones.
 */
import { DEFAULT_ESTATE, ESTATE_SITES, type EstateSite } from '../simulator/estate/estate-options.ts';
import { LINK_ENDS, linkName } from '../simulator/estate/links.ts';
import type { Scenario, ScenarioEvent, ScenarioMode } from './scenario.ts';
import { SeededRandom } from './seeded-random.ts';

export interface ChanceOptions {
  readonly seed: number;
  readonly mode: ScenarioMode;
  readonly minutes: number;
}

type Events = readonly ScenarioEvent[];

const MINUTE_S = 60;
/** Between the begins of two troubles, and how long one lasts, on average. */
const TROUBLE_EVERY_S = 100;
const TROUBLE_LASTS_S = 75;
const EDIT_EVERY_S = 8 * MINUTE_S;

class Chance {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  of<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Whole seconds, 1 or more; long ones are rare. */
  about(seconds: number): number {
    return Math.max(1, Math.round(-Math.log(1 - this.#random.next()) * seconds));
  }

  happens(probability: number): boolean {
    return this.#random.next() < probability;
  }
}

const nonEmpty = <T>([first, ...others]: readonly T[]): [T, ...T[]] => {
  if (first === undefined) throw new RangeError('nothing to choose from');
  return [first, ...others];
};

const shortNames = (parts: readonly ('primary' | 'mirror' | 'witness')[]): [string, ...string[]] =>
  nonEmpty(
    ESTATE_SITES.flatMap((site) =>
      parts.flatMap((part) => DEFAULT_ESTATE.sites[site][part]?.name.split('.')[0] ?? []),
    ),
  );

const INSTANCES = shortNames(['primary', 'mirror', 'witness']);
const STORES = shortNames(['primary', 'mirror']);

const SITE_LINKS = [
  'daemon-home',
  'backup-daemon',
  'daemon-share',
  'backup-home',
  'home-share',
  'backup-share',
] as const;
/** What nobody asks of anybody: a cut there would be no fault. Last words of two ends, in order. */
const SILENT_PAIRS =
  /^(chat-(chat|daemon|share|witness)|share-(shell|witness)|shell-witness|witness-witness)$/;
const lastWord = (end: string): string => end.split(' ').at(-1) ?? end;
/** Between two parties of any kind, by the names of the estate. */
const LINKS = nonEmpty(
  LINK_ENDS.flatMap((a, at) =>
    LINK_ENDS.slice(at + 1).flatMap((b) =>
      SILENT_PAIRS.test(linkName(lastWord(a), lastWord(b))) ? [] : [linkName(a, b)],
    ),
  ),
);
const ENDS = nonEmpty(LINK_ENDS);
/** Everywhere: the own site too, where the end is a part of one. */
const PLACES = LINK_ENDS.filter((end) => !end.includes(' '));
const DATACENTERS = ['paris', 'lyon'] as const;

/** A trouble that begins and ends. */
type Trouble = (chance: Chance) => { readonly begins: string; readonly ends?: string };

const between = (begins: string, ends: string) => ({ begins, ends });

const cutLink: Trouble = (chance) => {
  const link = chance.happens(0.5) ? chance.of(SITE_LINKS) : chance.of(LINKS);
  return between(`cut link ${link}`, `heal link ${link}`);
};
/** One party alive and cut off from everybody. */
const cutOff: Trouble = (chance) => {
  const end = chance.of(ENDS);
  const links = PLACES.filter((place) => place !== end)
    .map((place) => linkName(end, place))
    .join(', ');
  return between(`cut link ${links}`, `heal link ${links}`);
};
const stopInstance: Trouble = (chance) => {
  const name = chance.of(INSTANCES);
  return between(`${chance.of(['down', 'down', 'hung'])} instance ${name}`, `up instance ${name}`);
};
const slowInstance: Trouble = (chance) => {
  const name = chance.of(INSTANCES);
  return between(
    `slow instance ${name} ${chance.of([300, 2_000, 8_000, 20_000])}`,
    `slow instance ${name} 0`,
  );
};
const stopAgent: Trouble = (chance) => {
  const name = chance.of(STORES);
  return between(`stop agent ${name}`, `start agent ${name}`);
};
const loseSite: Trouble = (chance) => {
  const site = chance.of<EstateSite>(['home', 'home', 'backup']);
  return between(`down site ${site}`, `${chance.of(['return', 'return', 'rebuild'])} site ${site}`);
};
const killDaemon: Trouble = (chance) => ({
  begins: chance.happens(0.4)
    ? `kill daemon ${chance.about(20)}`
    : `kill daemon ${chance.of(['before', 'after', 'during'])} effect`,
});
const breakAnswers: Trouble = (chance) => ({
  begins: `${chance.of(['lose requests', 'lose answers', 'halve answers'])} ${chance.of(STORES)} ${1 + chance.below(4)}`,
});
const oddReads: Trouble = (chance) => ({
  begins: `${chance.of(['deadlock', 'lock'])} reads ${chance.of(STORES)} ${1 + chance.below(3)}`,
});
const busyMirror: Trouble = (chance) => ({
  begins: `busy mirror ${chance.of(STORES)} ${1 + chance.below(3)}`,
});
const cutOperation: Trouble = (chance) => ({
  begins: `cut ${chance.of(['restore', 'backup'])} ${chance.of(STORES)}`,
});
const skew: Trouble = (chance) => ({
  begins: `skew instance ${chance.of(INSTANCES)} ${(chance.below(241) - 120) * 1_000}`,
});
const shiftClock: Trouble = (chance) => ({ begins: `shift clock ${chance.below(481) - 240}` });

// prettier-ignore
const TROUBLES: readonly (readonly [weight: number, trouble: Trouble])[] = [
  [16, cutLink], [5, cutOff], [12, stopInstance], [6, slowInstance], [4, stopAgent], [8, loseSite],
  [14, killDaemon], [10, breakAnswers], [2, oddReads], [2, busyMirror], [4, cutOperation],
  [4, () => between('down share', 'up share')],
  [4, (chance) => between(`${chance.of(['down', 'hung'])} shell`, 'up shell')],
  [3, () => between('cms read-only', 'cms writable')],
  [3, (chance) => ({ begins: `lose cmdlets ${1 + chance.below(2)}` })],
  [2, (chance) => ({ begins: `tear copies ${1 + chance.below(3)}` })],
  [2, () => between('full disk journal', 'free disk journal')],
  [2, () => between('full disk copies', 'free disk copies')],
  [3, (chance) => between(`spread answers ${chance.of([50, 400, 1_500])}`, 'spread answers 0')],
  [2, skew], [2, shiftClock],
];

function someTrouble(chance: Chance): ReturnType<Trouble> {
  const total = TROUBLES.reduce((sum, [weight]) => sum + weight, 0);
  let at = chance.below(total);
  for (const [weight, trouble] of TROUBLES) {
    if (at < weight) return trouble(chance);
    at -= weight;
  }
  return killDaemon(chance);
}

function troubles(chance: Chance, endS: number): Events {
  const events: ScenarioEvent[] = [];
  for (let at = chance.about(TROUBLE_EVERY_S); at < endS; at += chance.about(TROUBLE_EVERY_S)) {
    const { begins, ends } = someTrouble(chance);
    events.push({ at, what: begins });
    if (ends !== undefined) events.push({ at: at + chance.about(TROUBLE_LASTS_S), what: ends });
  }
  return events;
}

function edits(chance: Chance, endS: number): Events {
  const events: ScenarioEvent[] = [];
  let to = 1;
  for (let at = chance.about(EDIT_EVERY_S); at < endS; at += chance.about(EDIT_EVERY_S)) {
    events.push({ at, what: `edit ${DATACENTERS[to] ?? 'paris'}` });
    to = 1 - to;
  }
  return events;
}

/** The main job, with its instants by chance. */
function story(chance: Chance, endS: number): Events {
  const lost = MINUTE_S + chance.below(endS / 4);
  const edited = lost + chance.about(90);
  const back = edited + chance.about(5 * MINUTE_S);
  const home = back + chance.about(4 * MINUTE_S);
  return [
    { at: lost, what: chance.happens(0.75) ? 'down site home' : 'hung instance sql-par-1' },
    { at: edited, what: 'edit lyon' },
    { at: back, what: `${chance.of(['return', 'rebuild'])} site home` },
    { at: home, what: 'edit paris' },
    ...(chance.happens(0.3) ? [{ at: home + chance.about(60), what: 'edit lyon' }] : []),
  ];
}

export function chanceScenario({ seed, mode, minutes }: ChanceOptions): Scenario {
  const chance = new Chance(Math.imul(seed, 2_654_435_761) + (mode === 'safety' ? 1 : 2));
  const endS = minutes * MINUTE_S;
  const led = chance.happens(0.5) ? story(chance, endS) : edits(chance, endS);
  const all = [...led, ...troubles(chance, endS)].filter(({ at }) => at < endS);
  return {
    name: `${mode} ${seed}`,
    mode,
    seed,
    minutes,
    shareSite: chance.happens(0.35) ? 'home' : 'backup',
    evidence: chance.happens(0.4) ? 'proven' : 'silent',
    failback: chance.happens(0.5) ? 'minimal' : 'documented',
    core: chance.happens(0.3) ? 'backup' : 'all',
    person: 'there',
    events: all.sort((a, b) => a.at - b.at),
  };
}
