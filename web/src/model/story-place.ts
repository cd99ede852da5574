/** Which view of a pool an address means: how it is now, its story, or its past at a record. Pure. */
export type StoryPlace =
  | { readonly kind: 'now' }
  /** `record`: any of the transition that is meant; null: the newest. */
  | { readonly kind: 'story'; readonly record: number | null }
  /** `record` null: the newest that is kept; `at`: the newest that was written by then, ISO 8601. */
  | { readonly kind: 'past'; readonly record: number | null; readonly at: string | null };

const PLACE = /^#\/pools\/[^/]+\/(story|past)(?:\/([1-9]\d{0,14}|at\/[^/]+))?$/;

export function placeIn(hash: string): StoryPlace {
  const [, view, which = null] = PLACE.exec(hash) ?? [];
  if (view === undefined) return { kind: 'now' };
  const at = which?.startsWith('at/') === true ? decodeURIComponent(which.slice('at/'.length)) : null;
  const record = which === null || at !== null ? null : Number(which);
  return view === 'story' ? { kind: 'story', record } : { kind: 'past', record, at };
}

const base = (pool: string): string => `#/pools/${encodeURIComponent(pool)}`;
const part = (record: number | null): string => (record === null ? '' : `/${String(record)}`);
export const storyHash = (pool: string, record: number | null = null): string =>
  `${base(pool)}/story${part(record)}`;
export const pastHash = (pool: string, record: number | null = null): string =>
  `${base(pool)}/past${part(record)}`;
export const pastHashAt = (pool: string, at: string): string =>
  `${base(pool)}/past/at/${encodeURIComponent(at)}`;

/** What is asked of the API for it, below the pool. */
export const pastQuery = ({ record, at }: Extract<StoryPlace, { readonly kind: 'past' }>): string =>
  at !== null
    ? `past?at=${encodeURIComponent(at)}`
    : record === null
      ? 'past'
      : `past?record=${String(record)}`;
export const storyQuery = (record: number | null): string =>
  record === null ? 'story' : `story?record=${String(record)}`;
