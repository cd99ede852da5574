/** No plan takes the clients off while its own next steps cannot be done: home must be able to write its last log backup. */
import { expect, test } from 'vitest';
import { chatSessionsOn } from '../../src/simulation/judge-facts.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';
import { ScenarioStage } from '../../src/simulation/scenario-stage.ts';

const SECOND_MS = 1_000;
const SCENARIO: Scenario = {
  name: 'the last log backup cannot be written',
  mode: 'safety',
  seed: 1,
  minutes: 30,
  shareSite: 'backup',
  evidence: 'silent',
  core: 'all',
  person: 'there',
  events: [],
};

test.each([
  ['home does not reach the share', 'cut link backup-home'],
  ['the disk of the share is full', 'fill share'],
])('a planned move fails while the clients are still in, where %s', async (_, trouble) => {
  const stage = new ScenarioStage(SCENARIO);
  const { clock, state } = stage.world;
  const pass = (seconds: number): Promise<unknown> => clock.run(() => false, seconds * SECOND_MS);
  await pass(30);
  stage.perform(trouble);
  await pass(20);
  stage.perform('edit lyon');
  await pass(150);
  const { primary } = state.options.sites.home;
  expect(stage.status()?.lastError?.message).toMatch(/log backup job .* fails/);
  expect(chatSessionsOn(stage.world.state, primary.name)).not.toEqual([]);
  stage.end();
});
