/** Longer lessons of other failover managers: edits within a cut, clocks that jump, answers that are lost. Judged by the world. */
import { expect, test } from 'vitest';
import type { ScenarioStage } from '../../src/simulation/scenario-stage.ts';
import { AT_HOME, each, outcome, pass, settledStage } from '../support/peer-stage.ts';

const TIMEOUT = { timeout: 120_000 };

test(
  'GitHub 2018: an edit that is made and taken back within a cut of 43 s begins nothing, then or later',
  TIMEOUT,
  async () => {
    const stage = await settledStage('proven');
    each(stage, 'cut');
    await pass(stage, 5);
    stage.perform('edit lyon');
    await pass(stage, 30);
    expect(stage.status()?.plan?.kind).toBe('blocked');
    stage.perform('edit paris');
    await pass(stage, 8);
    each(stage, 'heal');
    await pass(stage, 300);
    expect(outcome(stage)).toEqual(AT_HOME);
  },
);

test(
  'client-go, leader election under clock skew: a daemon whose clock jumps, and servers whose clocks differ, still move the pool and lose nothing',
  TIMEOUT,
  async () => {
    const stage = await settledStage();
    stage.perform('skew instance sql-lyo-1 7200000');
    stage.perform('skew instance sql-par-1 -3600000');
    stage.perform('edit lyon');
    for (const jump of [5_400, -9_000, 600]) {
      await pass(stage, 10);
      stage.perform(`shift clock ${String(jump)}`);
    }
    await pass(stage, 900);
    expect(outcome(stage)).toMatchObject({
      plan: 'converged',
      serving: 'sql-lyo-1.contoso.com',
      lost: 0,
      writableAtTwoSitesMs: 0,
      violations: [],
    });
  },
);

test(
  'patroni#743, #2376: answers that are lost while the work goes on repeat nothing that is done',
  TIMEOUT,
  async () => {
    const move = async (trouble: (stage: ScenarioStage) => void) => {
      const stage = await settledStage();
      stage.perform('edit lyon');
      for (let count = 0; count < 6; count += 1) {
        await pass(stage, 10);
        trouble(stage);
      }
      await pass(stage, 1_200);
      const { counts } = stage.world.account();
      const told = outcome(stage);
      expect(told).toMatchObject({
        serving: 'sql-lyo-1.contoso.com',
        lost: 0,
        writableAtTwoSitesMs: 0,
        violations: [],
      });
      return counts;
    };
    const calm = await move(() => undefined);
    const troubled = await move((stage) => {
      for (const instance of ['sql-par-1', 'sql-lyo-1']) stage.perform(`lose answers ${instance} 1`);
      stage.perform('lose cmdlets 1');
    });
    const again = Object.entries(troubled)
      .filter(([deed]) => /^(recovered|restore-database|Set-Cs)/.test(deed))
      .filter(([deed, count]) => count > (calm[deed] ?? 0));
    expect(again).toEqual([]);
  },
);
