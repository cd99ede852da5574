/** A handful of broken needs in the worlds of two jobs: each is noticed, and the whole table is not. `npm run mutate` tries them all. */
import { expect, test } from 'vitest';
import { CORNERS } from '../../proof/mutation/corners.ts';
import { makeCorpus } from '../../proof/mutation/corpus.ts';
import { EQUIVALENT } from '../../proof/mutation/equivalent.ts';
import { GATE_MUTANTS } from '../../proof/mutation/gate-mutants.ts';
import { JOBS } from '../../proof/mutation/jobs.ts';
import { tryNeed } from '../../proof/mutation/kill-need.ts';
import { NEED_MUTANTS, oppositeOf } from '../../proof/mutation/need-mutants.ts';
import { scoreOf, type Verdict } from '../../proof/mutation/verdict.ts';
import { ACTION_TABLE } from '../../src/reconciler/action-table.ts';
import { VARIABLES } from '../../src/reconciler/variables.ts';
import { GATE_TABLE } from '../../src/reconciler/gates/gate-table.ts';

/** The last one is noticed in a corner only. */
const FEW = [
  'remove-mirroring@home+backup -noSession',
  'full-backup@backup -notMirrored',
  'set-pool-normal@pool -homeOnline',
  'recover-backup@backup !homeHarmless',
  'fence@home+backup !givesWay',
  'tail-log-backup@home -jobsIdle',
];

test(
  'needs that are broken one at a time are noticed, and the table is whole again afterwards',
  { timeout: 300_000 },
  async () => {
    const before = JSON.stringify(ACTION_TABLE);
    const jobs = JOBS.filter(({ name }) => /^route 4/.test(name));
    const corpus = await makeCorpus(() => undefined, {
      jobs,
      corners: CORNERS.filter(({ name }) => name === 'a job that is enabled behind the tail'),
      shareSites: ['backup'],
      around: undefined,
    });
    expect(corpus.broken).toEqual([]);
    const told: [string, boolean][] = [];
    for (const mutant of NEED_MUTANTS.filter(({ name }) => FEW.includes(name)))
      told.push([mutant.name, (await tryNeed(corpus, mutant)).notice !== undefined]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(FEW.map((name) => [name, true])));
    expect(JSON.stringify(ACTION_TABLE)).toBe(before);
  },
);

test('every need, every code and every gate has its mutants, and no two of them the same name', () => {
  const needs = ACTION_TABLE.reduce((sum, row) => sum + row.needs.length, 0);
  expect(NEED_MUTANTS.length).toBeGreaterThanOrEqual(2 * needs);
  expect(new Set(NEED_MUTANTS.map(({ name }) => name)).size).toBe(NEED_MUTANTS.length);
  for (const { code, gate } of GATE_TABLE)
    expect(GATE_MUTANTS).toEqual(expect.arrayContaining([`gate ${code} removed`, `gate ${gate} negated`]));
  const names = NEED_MUTANTS.map(({ name }) => name);
  expect(EQUIVALENT.filter(({ mutant }) => !names.includes(mutant))).toEqual([]);
});

test('the opposite of a need is what it does not allow', () => {
  expect(oppositeOf('online')).toEqual([
    { 'S.mgc': VARIABLES['home.mgc'].values.filter((value) => value !== 'online') },
  ]);
  expect(oppositeOf('oneWriter')).toEqual([{ 'home.cannotWrite': ['no'], 'backup.cannotWrite': ['no'] }]);
});

test('a survivor is named and spoils the score; so does an argument that does not hold, and one of no mutant', () => {
  const verdict = (mutant: string, killed: boolean, argued: boolean): Verdict => ({
    mutant,
    killed,
    argued,
    by: '',
    how: '',
    seconds: 0,
  });
  const all = NEED_MUTANTS.map(({ name }) => name);
  const score = (...verdicts: readonly Verdict[]) => scoreOf(verdicts, all);
  expect(score(verdict('a', true, false), verdict('b', false, true))).toEqual({
    lines: ['2 mutants: 1 killed, 1 equivalent, 0 survive; 100.0 % of those that change something'],
    perfect: true,
  });
  expect(score(verdict('a', false, false))).toMatchObject({
    perfect: false,
    lines: ['survives: a', expect.stringContaining(' 0.0 %') as string],
  });
  expect(score(verdict('a', true, true)).perfect).toBe(false);
  expect(scoreOf([], all.slice(0, 1)).perfect).toBe(false);
});
