/** Mutants of the action table: one row loses one need, or gets its opposite, in the memory of this process only. */
import { ACTION_TABLE, WAIT_TABLE, type ActionRow, type WaitId } from '../../src/reconciler/action-table.ts';
import { createPlanner, plannerFor } from '../../src/reconciler/find-plan.ts';
import type { PoolShape } from '../../src/reconciler/ground-rows.ts';
import { PREDICATES, type Alternative, type Predicate } from '../../src/reconciler/predicates.ts';
import type { ActionId } from '../../src/reconciler/step-id.ts';
import { isVariable, VARIABLES } from '../../src/reconciler/variables.ts';

export interface NeedMutant {
  /** `row@targets -need` or `row@targets !need`. */
  readonly name: string;
  readonly kind: 'removed' | 'negated';
  readonly row: ActionRow<ActionId | WaitId>;
  readonly need: Predicate;
}

const MARK = { removed: '-', negated: '!' } as const;

export const NEED_MUTANTS: readonly NeedMutant[] = (['removed', 'negated'] as const).flatMap((kind) =>
  ([...ACTION_TABLE, ...WAIT_TABLE] as readonly ActionRow<ActionId | WaitId>[]).flatMap((row) =>
    row.needs.map((need) => ({
      name: `${row.id}@${row.targets.join('+')} ${MARK[kind]}${need}`,
      kind,
      row,
      need,
    })),
  ),
);

/** Values that a template variable may have, in the template's words where the listed ones are. */
function wordsOf(template: string, listed: readonly string[]): readonly string[] {
  const name = template.replace(/^[SO]\./, 'home.');
  const values: readonly string[] = isVariable(name) ? VARIABLES[name].values : [];
  const ofSites = listed.some((value) => /^[SO]($|[A-Z])|-O$/.test(value));
  if (!ofSites) return values;
  // The grounding has no word for diverged-S: that value is left out of the opposite.
  return [...new Set(values.map((value) => value.replace('home', 'S').replace('backup', 'O')))].filter(
    (value) => value !== 'diverged-S',
  );
}

/** Every known value that the alternatives do not allow; the opposite of several alternatives is that none holds. */
export function oppositeOf(name: Predicate): readonly Alternative[] {
  let none: Readonly<Record<string, readonly string[]>>[] = [{}];
  for (const alternative of PREDICATES[name]) {
    const ways = Object.entries(alternative as Readonly<Record<string, readonly string[]>>).map(
      ([template, listed]) =>
        [template, wordsOf(template, listed).filter((value) => !listed.includes(value))] as const,
    );
    none = none.flatMap((before) =>
      ways.map(([template, rest]) => ({
        ...before,
        [template]: before[template]?.filter((value) => rest.includes(value)) ?? rest,
      })),
    );
  }
  return none;
}

/** The planner of this shape, made anew from the table as it is now, in the place of the one that everybody asks. */
const planAnew = (shape: PoolShape): unknown => Object.assign(plannerFor(shape), createPlanner(shape));

/** Breaks the table until the returned function is called. Nothing else may plan for a shape that is not among these meanwhile. */
export function applyNeedMutant({ row, need, kind }: NeedMutant, shapes: readonly PoolShape[]): () => void {
  const { needs } = row;
  const opposite = `not ${need}` as Predicate;
  const others = needs.filter((one) => one !== need);
  if (kind === 'negated') Object.assign(PREDICATES, { [opposite]: oppositeOf(need) });
  Object.assign(row, { needs: kind === 'removed' ? others : [...others, opposite] });
  shapes.forEach(planAnew);
  return () => {
    Object.assign(row, { needs });
    shapes.forEach(planAnew);
  };
}
