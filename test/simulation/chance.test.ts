/** Runs by chance with a fixed budget; `npm run simulate` plays as many as one likes. */
import { expect, test } from 'vitest';
import { chanceScenario } from '../../src/simulation/chance-scenario.ts';
import { playScenario } from '../../src/simulation/play-scenario.ts';
import { faultsIn, SCENARIO_MODES } from '../../src/simulation/scenario.ts';
import { WHOLE } from '../support/budget.ts';

const MINUTES = 20;
const SEEDS = Array.from({ length: WHOLE ? 30 : 1 }, (_, index) => index + 1);
/** A seed is the work of some two seconds; ten times as long on a busy machine. */
const TIMEOUT = { timeout: 20_000 * SEEDS.length + 60_000 };

test.each(SCENARIO_MODES)('no seed of the budget breaks an invariant of %s', TIMEOUT, async (mode) => {
  const broken: string[] = [];
  for (const seed of SEEDS) {
    const { violations } = await playScenario(chanceScenario({ seed, mode, minutes: MINUTES }));
    broken.push(...violations.map(({ at, what }) => `seed ${String(seed)} after ${String(at)} s: ${what}`));
  }
  expect(broken).toEqual([]);
});

test('one scenario gives one journal, byte for byte', TIMEOUT, async () => {
  const scenario = chanceScenario({ seed: 3, mode: 'safety', minutes: MINUTES });
  const [first, second] = [await playScenario(scenario), await playScenario(scenario)];
  expect(second.journal).toBe(first.journal);
  expect(first.journal.length).toBeGreaterThan(1_000);
});

const scenarios = Array.from({ length: 1_000 }, (_, seed) =>
  chanceScenario({ seed, mode: 'safety', minutes: MINUTES }),
);

test('the same seed gives the same scenario, another seed another one', () => {
  const scenarioOf = (seed: number) => chanceScenario({ seed, mode: 'liveness', minutes: MINUTES });
  expect(scenarioOf(5)).toEqual(scenarioOf(5));
  expect(scenarioOf(5).events).not.toEqual(scenarioOf(6).events);
});

test('no scenario has fewer than one fault in ten simulated minutes', () => {
  const calm = scenarios.filter((scenario) => faultsIn(scenario) < MINUTES / 10);
  expect(calm.map(({ name }) => name)).toEqual([]);
});

test('links between single parties are cut too, and parties are cut off from everybody', () => {
  const cuts = scenarios.flatMap(({ events }) =>
    events.flatMap(({ what }) => (what.startsWith('cut link ') ? [what.slice('cut link '.length)] : [])),
  );
  expect(cuts).toContain('home mirror-home primary');
  expect(cuts).toContain('backup primary-daemon');
  expect(cuts).toContain(
    'daemon-home store, home store-shell, home store-share, home-home store, backup-home store',
  );
  expect(new Set(cuts.flatMap((cut) => cut.split(', '))).size).toBeGreaterThan(90);
});

test('both levels of evidence and both ways back are played, in every mixture', () => {
  const mixtures = new Set(scenarios.map(({ evidence, failback = '' }) => `${evidence} ${failback}`));
  expect([...mixtures].sort()).toEqual([
    'proven documented',
    'proven minimal',
    'silent documented',
    'silent minimal',
  ]);
});
