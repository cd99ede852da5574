/**
 * Remembers what a view showed of a part of the state. Parts are replaced whole and frozen between steps, so the same object
 * always gives the same rows; a part that is being changed in this step is not remembered.
 */
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
