/** One short run of `npm run chaos`: a planned move on the wire with a lost answer and a kill inside an effect. */
import { expect, test } from 'vitest';
import { playOnWire } from '../../proof/chaos/play-on-wire.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';

const SCENARIO: Scenario = {
  name: 'a move under fire',
  mode: 'liveness',
  seed: 1,
  minutes: 3,
  shareSite: 'backup',
  evidence: 'silent',
  core: 'all',
  person: 'there',
  events: [
    { at: 1, what: 'edit lyon' },
    { at: 2, what: 'kill daemon during effect' },
    { at: 40, what: 'lose answers sql-lyo-1 2' },
    { at: 60, what: 'cut link daemon-share' },
    { at: 100, what: 'heal link daemon-share' },
  ],
};

test('a pool that moves while its daemon is killed and answers get lost converges, and every message is accounted for', async () => {
  const played = await playOnWire(SCENARIO);
  expect(played.violations).toEqual([]);
  expect(played.ending).toBe('converged');
  expect(played.kills).toBe(1);
  expect(played.messages.acknowledged).toBeGreaterThan(0);
  expect(played.messages.lost).toBe(0);
});
