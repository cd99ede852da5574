import { expect, test } from 'vitest';
import type { Played } from '../../src/simulation/play-scenario.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';
import { shrinkScenario } from '../../src/simulation/shrink-scenario.ts';

const AT = 400;

/** A world that breaks when every one of these has happened, in order. */
const breaksAfter =
  (culprits: readonly string[], invariant = 'two-writers') =>
  ({ events }: Scenario): Promise<Played> => {
    const seen = events.map(({ what }) => what).filter((what) => culprits.includes(what));
    const broken = seen.join() === culprits.join();
    return Promise.resolve({
      violations: broken ? [{ at: AT, invariant, what: 'broken' }] : [],
      exceptions: [],
      ending: 'converged',
      decisions: [],
      rounds: 1,
      steps: 1,
      faults: events.length,
      simulatedMs: 1,
      messages: { acknowledged: 0, lost: 0 },
      journal: '',
    });
  };

const scenario: Scenario = {
  name: 'long',
  mode: 'safety',
  seed: 1,
  minutes: 60,
  shareSite: 'backup',
  evidence: 'silent',
  core: 'all',
  person: 'there',
  events: Array.from({ length: 40 }, (_, index) => ({ at: index * 20, what: `event ${String(index)}` })),
};

test('a failing scenario is cut down to the events that it needs, and to the time of the violation', async () => {
  const small = await shrinkScenario(scenario, breaksAfter(['event 3', 'event 11', 'event 12']));
  expect(small.events.map(({ what }) => what)).toEqual(['event 3', 'event 11', 'event 12']);
  expect(small.minutes).toBe(7);
});

test('a scenario that breaks nothing stays as it is', async () => {
  expect(await shrinkScenario(scenario, breaksAfter(['no such event']))).toBe(scenario);
});

test('a smaller scenario that breaks another invariant is not taken for the same', async () => {
  const two = breaksAfter(['event 3', 'event 11']);
  const one = breaksAfter(['event 3'], 'sessions');
  const play = async (candidate: Scenario): Promise<Played> => {
    const played = await two(candidate);
    return played.violations.length > 0 ? played : one(candidate);
  };
  const small = await shrinkScenario(scenario, play);
  expect(small.events.map(({ what }) => what)).toEqual(['event 3', 'event 11']);
});
