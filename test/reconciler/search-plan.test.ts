/** The search against the same search without bounds, and against an independent one over plain objects. */
import { describe, expect, test } from 'vitest';
import { casesAround, drawnAnywhere, drawnAround, type PlanCase } from '../../bench/plan-cases.ts';
import { compileProblem, type Problem } from '../../src/reconciler/compile-steps.ts';
import { encode } from '../../src/reconciler/encode-vector.ts';
import { createPlanner, STATE_LIMIT } from '../../src/reconciler/find-plan.ts';
import { goalOf } from '../../src/reconciler/goal.ts';
import { ground, type PoolShape } from '../../src/reconciler/ground-rows.ts';
import { searchPlan, searchUnguided, type SearchResult } from '../../src/reconciler/search-plan.ts';
import { WAYS_OUT } from '../../src/reconciler/ways-out.ts';
import { bestPlans } from '../support/brute-force.ts';

const SHAPE: PoolShape = { mirrored: { home: true, backup: true }, mirrorBeforeActivation: 'required' };
const planner = createPlanner(SHAPE);
const problem = (goal: 'home' | 'backup'): Problem =>
  compileProblem(goalOf(goal), ground(SHAPE), WAYS_OUT, SHAPE);
const PROBLEMS = { home: problem('home'), backup: problem('backup') };

/** Which operators in which order, and what they assume. */
const shown = (result: SearchResult) =>
  result.kind === 'found'
    ? {
        operators: result.operators.map(({ order, set }) => `${String(order)} ${set.join(' ')}`),
        assumed: result.assumed,
      }
    : result.kind;

const every = (cases: readonly PlanCase[], nth: number): readonly PlanCase[] =>
  cases.filter((_, index) => index % nth === 0);

describe('the bounds of the search change nothing but its speed', () => {
  test.each([
    ['around the routes', every(casesAround(planner), 7)],
    ['drawn around the routes', drawnAround(planner, 11, 500)],
    ['drawn anywhere', drawnAnywhere(11, 500)],
  ])('plans that assume nothing: %s', (_, cases) => {
    for (const [goal, vector] of cases) {
      const start = encode(vector);
      const unguided = shown(searchUnguided(PROBLEMS[goal], start, false, STATE_LIMIT));
      expect(unguided).not.toBe('too-large');
      expect(shown(searchPlan(PROBLEMS[goal], start, false, STATE_LIMIT))).toEqual(unguided);
    }
  });

  test.each([
    ['around the routes', every(casesAround(planner), 41)],
    ['drawn around the routes', drawnAround(planner, 12, 150)],
    ['drawn anywhere', drawnAnywhere(12, 15)],
  ])('plans that say what is missing: %s', (_, cases) => {
    let compared = 0;
    for (const [goal, vector] of cases) {
      const unguided = searchUnguided(PROBLEMS[goal], encode(vector), true, STATE_LIMIT);
      // Given up or cut off: nothing to compare with.
      if (unguided.kind === 'too-large' || unguided.statesExpanded >= STATE_LIMIT) continue;
      compared += 1;
      expect(shown(searchPlan(PROBLEMS[goal], encode(vector), true, STATE_LIMIT))).toEqual(shown(unguided));
    }
    expect(compared).toBeGreaterThan(cases.length / 2);
  });
});

describe('the plan is the one that the rules choose', () => {
  test.each([
    ['around the routes', every(casesAround(planner), 101)],
    ['drawn around the routes', drawnAround(planner, 13, 60)],
  ])('as a search over plain objects finds it: %s', (_, cases) => {
    for (const [goal, vector] of cases) {
      const found = searchPlan(PROBLEMS[goal], encode(vector), false, STATE_LIMIT);
      const best = bestPlans(goal, vector);
      if (found.kind !== 'found') {
        expect(best).toBeUndefined();
        continue;
      }
      const keys = found.operators.map(({ step }) => `${step?.action ?? ''}:${step?.target ?? ''}`);
      expect(best).toContainEqual(keys);
    }
  });
});
