/** A pool that asks a person who never comes is a violation of liveness, not an end. */
import { expect, test } from 'vitest';
import { playScenario } from '../../src/simulation/play-scenario.ts';

test(
  'a pool that can only go on by a decision, with nobody to take it, is told as stuck',
  { timeout: 300_000 },
  async () => {
    const { violations } = await playScenario({
      name: 'nobody comes',
      mode: 'liveness',
      seed: 1,
      minutes: 8,
      shareSite: 'backup',
      evidence: 'silent',
      core: 'backup',
      person: 'away',
      events: [
        { at: 180, what: 'down site home' },
        { at: 185, what: 'rebuild site backup' },
      ],
    });
    expect(violations.map(({ invariant }) => invariant)).toEqual(['liveness']);
  },
);
