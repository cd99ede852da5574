/**
 * An append-only list as plain data: whole chunks are shared between states, only the last one is copied when it grows. What
 * `append` makes is frozen, so that immer need not walk through all of it again.
 */
import { freeze } from 'immer';

export interface Chunks<T> {
  readonly full: readonly (readonly T[])[];
  readonly last: readonly T[];
}

const CHUNK_LENGTH = 256;

export const noChunks: Chunks<never> = { full: [], last: [] };

export function append<T>(list: Chunks<T>, item: T): Chunks<T> {
  const last = Object.freeze([...list.last, freeze(item, true)]);
  if (last.length < CHUNK_LENGTH) return Object.freeze({ full: list.full, last });
  return Object.freeze({ full: Object.freeze([...list.full, last]), last: Object.freeze([]) });
}

export const countOf = (list: Chunks<unknown>): number =>
  list.full.reduce((sum, chunk) => sum + chunk.length, list.last.length);

export const parts = <T>(list: Chunks<T>): readonly (readonly T[])[] => [...list.full, list.last];

export const toArray = <T>(list: Chunks<T>): readonly T[] => parts(list).flat();

export const fromArray = <T>(items: readonly T[]): Chunks<T> => {
  const full: T[][] = [];
  let at = 0;
  for (; items.length - at >= CHUNK_LENGTH; at += CHUNK_LENGTH) full.push(items.slice(at, at + CHUNK_LENGTH));
  return { full, last: items.slice(at) };
};
