/**
 * Remembers what a view showed of a part of the state. Parts are replaced whole and frozen between steps, so the same object
 * always gives the same rows; a part that is being changed in this step is not remembered.
 */
import type { CellValue } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import type { InstanceDraft } from './instance-state.ts';

const kept = new WeakMap<object, Map<string, VirtualTable>>();

/** `key` names everything but the part that the rows depend on. */
export function keptView(part: object, key: string, make: () => VirtualTable): VirtualTable {
  if (!Object.isFrozen(part)) return make();
  let views = kept.get(part);
  if (views === undefined) kept.set(part, (views = new Map<string, VirtualTable>()));
  const known = views.get(key);
  if (known !== undefined) return known;
  const made = make();
  // A sign for readers that they may remember something by these rows too (select-from.ts).
  Object.freeze(made.rows);
  views.set(key, made);
  return made;
}

/** For views that show the instance's version or wall clock times of a part. */
export const viewKey = (instance: InstanceDraft, view: string, seesAll = true): string =>
  `${view} ${instance.productVersion} ${instance.clockOffsetMs} ${instance.timeZoneMinutes} ${seesAll}`;

/** Of one view, for the instances of an estate: what it showed lately. */
const LATELY = 16;
const shownLately = new Map<string, VirtualTable[]>();

/**
 * For small views of a part that changes with every message: the same object again when the rows are the same again, so that
 * answers that stand on them are still good.
 */
export function keptRows(part: object, key: string, make: () => VirtualTable): VirtualTable {
  return keptView(part, key, () => {
    const made = make();
    const lately = shownLately.get(key) ?? [];
    const same = lately.find(({ columns, rows }) => columns === made.columns && sameRows(rows, made.rows));
    if (same !== undefined) return same;
    shownLately.set(key, [made, ...lately].slice(0, LATELY));
    return made;
  });
}

const sameRows = (a: VirtualTable['rows'], b: VirtualTable['rows']): boolean =>
  a.length === b.length &&
  a.every((row, at) => {
    const other = b[at];
    return (
      other === row ||
      (other?.length === row.length && row.every((value, column) => sameCell(value, other[column])))
    );
  });

const sameCell = (a: CellValue, b: CellValue | undefined): boolean =>
  a === b ||
  (a instanceof Uint8Array &&
    b instanceof Uint8Array &&
    a.length === b.length &&
    a.every((byte, at) => byte === b[at]));
