/**
 * Values that are replaced whole (content, log, T-SQL session) must be read without immer's proxies: a proxy per message
 * would make every read slow, and the T-SQL engine wants plain objects.
 */
import { current, isDraft, isModified, original } from 'immer';

export function plain<T extends object>(value: T): T {
  if (!isDraft(value)) return value;
  const kept: unknown = original<object>(value);
  return kept as T;
}

/** The value as it stands in this step, with its changes, as plain objects: for reading much of it. What did not change is shared. */
export function standing<T extends object>(value: T): T {
  if (!isDraft(value)) return value;
  const now: unknown = current<object>(value);
  return now as T;
}

/** For reading on the spot: the plain object as long as nothing in it was changed in this step, else the draft. */
export const unlessChanged = <T extends object>(value: T): T => (isModified(value) ? value : plain(value));
