/** Which steps of a plan one round runs: the first, and with it the one that the table lets overlap it. */
import { ACTION_TABLE } from './action-table.ts';
import type { Plan } from './plan.ts';
import type { StepId } from './step-id.ts';

export function nextSteps(plan: Plan): readonly StepId[] {
  if (plan.kind !== 'steps') return [];
  const [first, second] = plan.steps;
  if (first === undefined) return [];
  const one: StepId = { action: first.action, target: first.target };
  if (second === undefined) return [one];
  const row = ACTION_TABLE.find(({ id }) => id === second.action);
  return row?.overlaps === first.action ? [one, { action: second.action, target: second.target }] : [one];
}
