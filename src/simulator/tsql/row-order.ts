/** ORDER BY: NULL first when ascending; equal rows keep their order; TOP without holding all rows. */
import type { SqlType } from '../sql-tokens.ts';
import { comparer } from './compare.ts';
import type { Row } from './evaluation.ts';

export interface Sortable {
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

export function sortRows<E extends Sortable>(entries: E[], compare: RowComparer): readonly E[] {
  return entries.sort((a, b) => compare(a.keys, b.keys));
}

/** With TOP, the collection is cut back whenever it has grown to this many times what is wanted. */
const SLACK = 4;
/** So few are kept in order from the start: cheaper than sorting again and again. */
const FEW = 16;

export interface Collector<E> {
  readonly add: (entry: E) => void;
  readonly sorted: () => readonly E[];
}

/** Collects rows for ORDER BY; holds no more than a few times `top` of them. */
export function orderedCollector<E extends Sortable>(compare: RowComparer, top: number): Collector<E> {
  return top <= FEW ? collectorOfFew(compare, top) : collectorOfMany(compare, top);
}

function collectorOfFew<E extends Sortable>(compare: RowComparer, top: number): Collector<E> {
  const kept: E[] = [];
  return {
    add: (entry) => {
      let at = kept.length;
      for (; at > 0; at -= 1) {
        const before = kept[at - 1];
        if (before === undefined || compare(before.keys, entry.keys) <= 0) break;
      }
      if (at >= top) return;
      kept.splice(at, 0, entry);
      if (kept.length > top) kept.pop();
    },
    sorted: () => kept,
  };
}

function collectorOfMany<E extends Sortable>(compare: RowComparer, top: number): Collector<E> {
  const kept: E[] = [];
  const limit = top * SLACK;
  const cutBack = (): void => {
    sortRows(kept, compare);
    if (kept.length > top) kept.length = top;
  };
  return {
    add: (entry) => {
      if (kept.push(entry) >= limit) cutBack();
    },
    sorted: () => {
      cutBack();
      return kept;
    },
  };
}
