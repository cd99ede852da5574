/** Guids of the estate: made from the instance's seed and a counter in its state, so that one seed gives one run. */
import { createHash } from 'node:crypto';
import type { InstanceDraft } from './instance-state.ts';

/** Upper-case text with the version 4 pattern. */
export function guidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').toUpperCase();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `A${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

export function nextGuid(instance: InstanceDraft): string {
  instance.next.guid += 1;
  return guidFrom(`${instance.seed}/${instance.name}/${instance.next.guid}`);
}
