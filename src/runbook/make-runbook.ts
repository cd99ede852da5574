/** A plan as a book for people: every step with its written form, what must hold before it, and what it takes. Pure. */
import { ACTION_TABLE, type ActionRow } from '../reconciler/action-table.ts';
import type { PlannedStep } from '../reconciler/plan.ts';
import { shapeOf, waysToHold } from '../reconciler/ground-rows.ts';
import { stepKey } from '../reconciler/step-id.ts';
import { utcStamp } from '../actuators/file-names.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { Part } from './part.ts';
import { predict, type Prediction } from './predict-seconds.ts';
import { WRITTEN_STEPS } from './written-steps.ts';

export interface RunbookStep {
  readonly step: PlannedStep;
  /** What the row of the action table says. */
  readonly what: string;
  /** One line per alternative, in planner variables; one of the lines must hold. */
  readonly needs: readonly string[];
  readonly done: readonly string[];
  readonly undo: string | null;
  readonly parts: readonly Part[];
  readonly prediction: Prediction;
}

export interface Runbook {
  readonly pool: string;
  readonly observedAt: string;
  readonly steps: readonly RunbookStep[];
}

function rowOf({ action, target }: PlannedStep): ActionRow {
  const rows: readonly ActionRow[] = ACTION_TABLE;
  const row = rows.find(({ id, targets }) => id === action && targets.includes(target));
  if (row === undefined) throw new RangeError(`no row of the action table for ${action}:${target}`);
  return row;
}

function conditions(pool: DesiredPool, step: PlannedStep, which: 'needs' | 'done'): readonly string[] {
  const site = step.target === 'backup' ? 'backup' : 'home';
  const ways = waysToHold(rowOf(step)[which], site, shapeOf(pool.topology, pool.policy));
  return ways.map((way) =>
    [...way].map(([variable, values]) => `${variable} is ${values.join(' or ')}`).join('; '),
  );
}

export function makeRunbook(pool: DesiredPool, facts: PoolFacts, steps: readonly PlannedStep[]): Runbook {
  const stamp = utcStamp(Date.parse(facts.observedAt));
  const written = steps.map((step, index): RunbookStep => {
    const before = new Set(steps.slice(0, index).map(stepKey));
    const parts = WRITTEN_STEPS[step.action]({ pool, facts, step, before, stamp });
    const { what, undo } = rowOf(step);
    return {
      step,
      what,
      needs: conditions(pool, step, 'needs'),
      done: conditions(pool, step, 'done'),
      undo,
      parts,
      prediction: predict(parts, facts),
    };
  });
  return { pool: pool.topology.name, observedAt: facts.observedAt, steps: written };
}
