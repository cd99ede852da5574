import { expect, test } from 'vitest';
import { lateEffectCode } from '../../src/daemon/late-effect.ts';
import type { StepId } from '../../src/reconciler/step-id.ts';
import { failedOver, homeLost } from '../support/facts.ts';

const step = (action: StepId['action'], target: StepId['target']): StepId => ({ action, target });

test.each([
  ['set-pool-failed-over', failedOver(), 'PCO_REPLICATION_PENDING'],
  ['set-pool-failed-over', homeLost(), 'PCO_DONE_NOT_SEEN'],
  ['set-pool-normal', failedOver(), 'PCO_DONE_NOT_SEEN'],
  ['activate-servers', failedOver(), 'PCO_DONE_NOT_SEEN'],
] as const)('the late effect of %s is told from what the store holds (%#)', (action, facts, code) => {
  expect(lateEffectCode(step(action, 'backup'), facts)).toBe(code);
});
