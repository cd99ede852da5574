/** GROUP BY: one accumulator set per key. The first row of a group stands for its grouped columns. */
import type { Bound, Env, Row } from './evaluation.ts';
import { keyOf } from './compare.ts';
import type { Accumulator, Grouping } from './scope.ts';
import type { FromPlan } from './select-from.ts';

interface Group {
  readonly rows: (Row | undefined)[];
  readonly accumulators: readonly Accumulator[];
}

export function groupRows(
  from: FromPlan,
  groupBy: readonly Bound[],
  grouping: Grouping,
  env: Env,
  onGroup: () => boolean,
): void {
  const keys = groupBy.map((expression) => keyOf(expression.type));
  const groups = new Map<string, Group>();
  const start = (): Group => ({
    rows: [...env.rows],
    accumulators: grouping.aggregates.map((make) => make()),
  });
  from(env, () => {
    const key =
      keys.length === 0 ? '' : JSON.stringify(groupBy.map((value, at) => keys[at]?.(value.run(env))));
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = start()));
    for (const accumulator of group.accumulators) accumulator.add(env);
    return true;
  });
  // Without GROUP BY there is always one group, also over no rows.
  if (groups.size === 0 && groupBy.length === 0) {
    env.rows = [];
    groups.set('', start());
  }
  for (const group of groups.values()) {
    env.rows = group.rows;
    env.aggregates = group.accumulators.map((accumulator) => accumulator.result());
    if (!onGroup()) return;
  }
}
