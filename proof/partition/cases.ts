/** Which cases are judged, and in which portions: a portion is judged by one thread, and cases that may be one play are in one portion. */
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SITUATIONS, type Situation } from './beginnings.ts';
import { caseOf, CASES } from './classes.ts';
import { setOf, SUBSETS } from './links.ts';

export interface Wanted {
  readonly from: number;
  /** Included. */
  readonly to: number;
  readonly situation: Situation | undefined;
  /** So many of them by chance; undefined: all. */
  readonly sample: number | undefined;
  readonly seed: number;
}

/** In rising order, none twice. */
export function wantedCases({ from, to, situation, sample, seed }: Wanted): readonly number[] {
  const all: number[] = [];
  for (let number = Math.max(0, from); number <= Math.min(to, CASES - 1); number += 1)
    if (situation === undefined || caseOf(number).situation === situation) all.push(number);
  if (sample === undefined || sample >= all.length) return all;
  const random = new SeededRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < sample) {
    const number = all[Math.floor(random.next() * all.length)];
    if (number !== undefined) chosen.add(number);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** The daemon asks its own links in every play, so cases that differ in them are never one. */
const PARTED_BY = setOf('daemon-home', 'daemon-home mirror', 'daemon-backup', 'daemon-backup mirror');

export function portions(cases: readonly number[]): readonly (readonly number[])[] {
  const found = new Map<number, number[]>();
  for (const number of cases) {
    const { situation, cut } = caseOf(number);
    const key = SITUATIONS.indexOf(situation) * SUBSETS + (cut & PARTED_BY);
    const portion = found.get(key);
    if (portion === undefined) found.set(key, [number]);
    else portion.push(number);
  }
  return [...found.values()];
}
