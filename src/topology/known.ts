/**
 * Three-valued observation. `unknown` is a value of its own: it never satisfies a need and never counts as done.
 */

/** A single field that the source may not have been able to tell (for example a NULL that hides a mirror). */
export type Known<T> = T | 'unknown';

/** One answer of one source: a value, or the reason why there is none. Ages are monotonic milliseconds, 0 or more. */
export type Observed<T> =
  | { readonly kind: 'value'; readonly value: T; readonly source: string; readonly ageMs: number }
  | {
      readonly kind: 'unknown';
      /** One sentence: what was asked and what came back. */
      readonly reason: string;
      /** PoolError code of the failure, for example `PCO_INSTANCE_TIMEOUT`. */
      readonly code: string;
      readonly source: string;
      /** How long this source has not answered, ms since its last answer (or since the daemon started). */
      readonly silentForMs: number;
      /** Only one look has been in vain so far: the next one uses a fresh connection, and nothing is concluded before. */
      readonly askedOnce?: boolean | undefined;
    };

export const isKnown = <T>(value: Known<T>): value is T => value !== 'unknown';

/** The value, or `unknown` when the source did not answer. */
export const valueOf = <T>(observed: Observed<T> | undefined): Known<T> =>
  observed?.kind === 'value' ? observed.value : 'unknown';
