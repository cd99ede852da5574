/** The partition matrix with a fixed budget: chosen cuts, and in the proof some by a fixed seed. `npm run partition` plays all. */
import { expect, test } from 'vitest';
import { Beginnings, SITUATIONS } from '../../proof/partition/beginnings.ts';
import { wantedCases } from '../../proof/partition/cases.ts';
import { caseOf, CASES, Matrix } from '../../proof/partition/classes.ts';
import { homeIsUnseen, setOf, SUBSETS } from '../../proof/partition/links.ts';
import { playCase, type KnownEnds } from '../../proof/partition/play-case.ts';
import { emptyTallies, totalOf, type Tallies } from '../../proof/partition/report.ts';
import { WHOLE } from '../support/budget.ts';

const TIMEOUT = { timeout: 120_000 };
const beginnings = new Beginnings();
const SAMPLE = 12;
const SEED = 20_181_021;

/** Every link that tells anybody of home; it serves on. */
const HOME_UNSEEN = setOf('daemon-home', 'daemon-home mirror', 'home-share');

async function judged(cases: readonly number[], checked: (number: number) => boolean): Promise<Tallies> {
  const tallies = { ...emptyTallies() };
  let at = 0;
  const ends: KnownEnds = new Map();
  const matrices = SITUATIONS.map(() => new Matrix({ beginnings, ends, check: () => checked(at) }));
  for (const number of cases) {
    at = number;
    await matrices[SITUATIONS.indexOf(caseOf(number).situation)]?.judge(number);
  }
  SITUATIONS.forEach((situation, index) => Object.assign(tallies[situation], matrices[index]?.tally));
  return tallies;
}

const switchover = (cut: number): number => SITUATIONS.indexOf('switchover') * SUBSETS + cut;

test(
  'a home that nobody sees and nobody asks to give way is called silent, and nothing moves',
  TIMEOUT,
  async () => {
    const played = { situation: 'steady', evidence: 'silent', cut: HOME_UNSEEN } as const;
    const { silenceMet, ending, violations, twoWriters } = await playCase(
      await beginnings.of('steady'),
      played,
    );
    expect([silenceMet, ending, violations, twoWriters.ms]).toEqual([true, 'converged', [], 0]);
  },
);

test(
  'what no one asked about while it was cut makes no difference, and both levels play alike',
  TIMEOUT,
  async () => {
    const steady = await beginnings.of('steady');
    const cut = setOf('daemon-shell');
    const { asked, silenceMet, journal } = await playCase(steady, {
      situation: 'steady',
      evidence: 'silent',
      cut,
    });
    const unasked = setOf('home chat-backup', 'backup chat-backup');
    expect([asked & unasked, silenceMet]).toEqual([0, false]);
    const other = await playCase(steady, { situation: 'steady', evidence: 'silent', cut: cut | unasked });
    expect(other.journal).toBe(journal);
  },
);

test('a home whose files still arrive is seen, and one seen by its mirror alone as well', () => {
  const own = setOf('daemon-home', 'daemon-home mirror');
  expect(
    [own, own | setOf('daemon-share'), HOME_UNSEEN & ~setOf('daemon-home mirror')].map(homeIsUnseen),
  ).toEqual([false, false, false]);
  expect([HOME_UNSEEN, own | setOf('daemon-share', 'backup-share')].map(homeIsUnseen)).toEqual([true, true]);
});

test('a range and a seed name the same cases every time, in order and none twice', () => {
  const wanted = { from: 0, to: CASES - 1, situation: undefined, sample: 50, seed: 3 };
  const cases = wantedCases(wanted);
  expect(wantedCases(wanted)).toEqual(cases);
  expect(new Set(cases).size).toBe(50);
  expect(wantedCases({ ...wanted, sample: undefined })).toHaveLength(65_536);
});

/** Too long for `npm test`. */
const WHOLE_ONLY = WHOLE ? ['played whole'] : [];

test.each(WHOLE_ONLY)(
  'no case of a fixed sample is unsafe, and what is taken for one play is one',
  TIMEOUT,
  async () => {
    const cases = wantedCases({ from: 0, to: CASES - 1, situation: undefined, sample: SAMPLE, seed: SEED });
    const total = totalOf(await judged(cases, (number) => number % 4 === 0));
    expect(total.unsafe).toEqual([]);
    expect(total.cases).toBe(SAMPLE);
    expect(total.checked).toBeGreaterThan(0);
  },
);

test.each(WHOLE_ONLY)(
  'it is the exception too where no chat server reached the copy at backup before the servers were moved there',
  TIMEOUT,
  async () => {
    const unreached = HOME_UNSEEN | setOf('home chat-backup', 'backup chat-backup');
    const { exceptions, unsafe } = totalOf(await judged([switchover(unreached)], () => false));
    expect([unsafe, exceptions.length]).toEqual([[], 1]);
  },
);

test.each(WHOLE_ONLY)(
  'a home that lives and that nobody sees is the one exception of silent, and none of proven',
  TIMEOUT,
  async () => {
    const { exceptions, unsafe, returned } = totalOf(await judged([switchover(HOME_UNSEEN)], () => false));
    expect([unsafe, returned]).toEqual([[], 0]);
    expect(exceptions).toEqual([
      expect.stringContaining('switchover, silent: daemon-home, daemon-home mirror, home-share: two writers'),
    ]);
  },
);
