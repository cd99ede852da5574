/** ORDER BY: NULL first when ascending; equal rows keep their order; the best few without sorting all. */
import type { SqlType } from '../sql-tokens.ts';
import { comparer } from './compare.ts';
import type { Row } from './evaluation.ts';

export interface Sortable {
  readonly values: Row;
  readonly keys: Row;
}

export type RowComparer = (a: Row, b: Row) => number;

export function rowOrder(
  keys: readonly { readonly type: SqlType; readonly descending: boolean }[],
): RowComparer {
  const rules = keys.map(({ type, descending }) => ({ compare: comparer(type), sign: descending ? -1 : 1 }));
  return (a, b) => {
    for (let at = 0; at < rules.length; at += 1) {
      const rule = rules[at];
      const x = a[at] ?? null;
      const y = b[at] ?? null;
      if (rule === undefined || x === y) continue;
      if (x === null) return -rule.sign;
      if (y === null) return rule.sign;
      const order = rule.compare(x, y);
      if (order !== 0) return order * rule.sign;
    }
    return 0;
  };
}

export function sortRows(entries: Sortable[], compare: RowComparer): readonly Sortable[] {
  return entries.sort((a, b) => compare(a.keys, b.keys));
}

/** Up to this many are kept sorted while rows stream by. */
const SMALL_TOP = 16;

/** Collects rows for ORDER BY; with a small TOP it holds no more than that many. */
export function orderedCollector(
  compare: RowComparer,
  top: number,
): {
  add(entry: Sortable): void;
  sorted(): readonly Sortable[];
} {
  const kept: Sortable[] = [];
  if (top > SMALL_TOP)
    return { add: (entry) => void kept.push(entry), sorted: () => sortRows(kept, compare) };
  return {
    add: (entry) => {
      let at = kept.length;
      while (at > 0 && compare(kept[at - 1]?.keys ?? [], entry.keys) > 0) at -= 1;
      if (at >= top) return;
      kept.splice(at, 0, entry);
      if (kept.length > top) kept.pop();
    },
    sorted: () => kept,
  };
}
