/**
 * Many cases, few plays. A play tells which links made a difference while they were cut; whatever cuts the same of these is the same
 * play, event for event, and is not played again. Nor is a case under `proven` whose play under `silent` never met the
 * verdict that the two levels read differently. And a play that had begun nothing when the links healed is not played on where
 * the end of such a world is known. All three are claims: some of those cases are played to their end all the same and compared.
 */
import type { Beginnings, Situation } from './beginnings.ts';
import { SITUATIONS } from './beginnings.ts';
import { homeIsUnseen, nameOf, SUBSETS, type LinkSet } from './links.ts';
import { playCase, type Case, type CasePlayed, type EvidenceLevel, type KnownEnds } from './play-case.ts';

export const CASES = SITUATIONS.length * SUBSETS;

export interface CaseNumber {
  readonly situation: Situation;
  readonly cut: LinkSet;
}

export function caseOf(number: number): CaseNumber {
  const situation = SITUATIONS[Math.floor(number / SUBSETS)];
  if (situation === undefined) throw new RangeError(`there is no case ${String(number)}`);
  return { situation, cut: number % SUBSETS };
}

export const caseName = (number: number, evidence: EvidenceLevel): string => {
  const { situation, cut } = caseOf(number);
  return `${String(number)} ${situation}, ${evidence}: ${nameOf(cut)}`;
};

/** Of one situation. */
export interface Tally {
  cases: number;
  /** Distinct plays under each level. */
  plays: Record<EvidenceLevel, number>;
  /** Of them, those whose end was known when the links had healed. */
  endsKnown: number;
  /** Played although known, and how many of them were not the same. */
  checked: number;
  unsafe: string[];
  /** Two copies open to clients by a step of ours: home lives and nobody sees it. */
  exceptions: string[];
  /** Home came back into a pool that had moved: ended by the first step after sight. */
  returned: number;
  /** What a case may end with, under both levels. */
  endings: Record<string, number>;
  simulatedMs: number;
  seconds: number;
}

export const emptyTally = (): Tally => ({
  cases: 0,
  plays: { silent: 0, proven: 0 },
  endsKnown: 0,
  checked: 0,
  unsafe: [],
  exceptions: [],
  returned: 0,
  endings: {},
  simulatedMs: 0,
  seconds: 0,
});

type Known = Omit<CasePlayed, 'journal'> & { readonly journal: number };

/** Of the journal only what tells it from others is kept; which evidence the policy names stands in it as well, and is left out. */
function digestOf(journal: string): number {
  let hash = 0;
  const text = journal.replace(/.*"kind":"generation".*\n|"hash":"[^"]*"/g, '');
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

const samePlay = (a: Known, b: Known): boolean =>
  a.journal === b.journal &&
  a.ending === b.ending &&
  a.twoWriters.ms === b.twoWriters.ms &&
  a.violations.join() === b.violations.join();

/** Plays of one situation under one level, found again by what they asked. */
class Plays {
  readonly #known = new Map<LinkSet, Map<LinkSet, Known>>();

  find(cut: LinkSet): Known | undefined {
    for (const [asked, plays] of this.#known) {
      const found = plays.get(cut & asked);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  keep(cut: LinkSet, played: Known): void {
    const plays = this.#known.get(played.asked) ?? new Map<LinkSet, Known>();
    plays.set(cut & played.asked, played);
    this.#known.set(played.asked, plays);
  }
}

export interface MatrixOptions {
  readonly beginnings: Beginnings;
  readonly ends: KnownEnds;
  /** Of a case that is known already: shall it be played all the same? */
  readonly check: () => boolean;
}

/** Cases of one situation, judged one after the other. */
export class Matrix {
  readonly tally = emptyTally();
  readonly #options: MatrixOptions;
  readonly #plays: Readonly<Record<EvidenceLevel, Plays>> = { silent: new Plays(), proven: new Plays() };

  constructor(options: MatrixOptions) {
    this.#options = options;
  }

  async judge(number: number): Promise<void> {
    const began = process.hrtime.bigint();
    const { situation, cut } = caseOf(number);
    const silent = await this.#known({ situation, cut, evidence: 'silent' }, undefined, number);
    const same = silent.silenceMet ? undefined : silent;
    const proven = await this.#known({ situation, cut, evidence: 'proven' }, same, number);
    this.tally.cases += 1;
    this.#count(number, 'silent', silent);
    this.#count(number, 'proven', proven);
    this.tally.seconds += Number(process.hrtime.bigint() - began) / 1e9;
  }

  async #known(wanted: Case, same: Known | undefined, number: number): Promise<Known> {
    const plays = this.#plays[wanted.evidence];
    const found = same ?? plays.find(wanted.cut);
    if (found === undefined) {
      const played = await this.#play(wanted, this.#options.ends);
      if (played.endKnown) this.tally.endsKnown += 1;
      this.tally.plays[wanted.evidence] += 1;
      plays.keep(wanted.cut, played);
      return played;
    }
    if (this.#options.check()) {
      this.tally.checked += 1;
      const again = await this.#play(wanted, new Map());
      if (!samePlay(found, again))
        this.tally.unsafe.push(
          `${caseName(number, wanted.evidence)}: taken for another play, and is not the same`,
        );
    }
    return found;
  }

  async #play(wanted: Case, ends: KnownEnds): Promise<Known> {
    const from = await this.#options.beginnings.of(wanted.situation);
    const { journal, ...played } = await playCase(from, wanted, ends);
    this.tally.simulatedMs += played.simulatedMs;
    return { ...played, journal: digestOf(journal) };
  }

  #count(number: number, evidence: EvidenceLevel, { violations, twoWriters, ending }: Known): void {
    const { tally } = this;
    const name = caseName(number, evidence);
    tally.endings[ending] = (tally.endings[ending] ?? 0) + 1;
    tally.unsafe.push(...violations.map((violation) => `${name}: ${violation}`));
    if (twoWriters.by === 'world') tally.returned += 1;
    if (twoWriters.by !== 'step') return;
    const excepted = evidence === 'silent' && homeIsUnseen(caseOf(number).cut);
    (excepted ? tally.exceptions : tally.unsafe).push(`${name}: two writers for ${String(twoWriters.ms)} ms`);
  }
}
