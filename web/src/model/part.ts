/** A part of the picture: what it is, how it is, and each fact behind that with its source and age. Pure. */
import type { Observed } from '../../../src/topology/known.ts';
import { spanWords } from './age.ts';

/** `idle`: there, and nothing is asked of it now. `unknown` is neither good nor bad and must not look like either. */
export type PartTone = 'good' | 'idle' | 'busy' | 'bad' | 'unknown';

export interface FactLine {
  readonly label: string;
  readonly value: string;
  readonly known: boolean;
}

export interface Part {
  readonly key: string;
  readonly title: string;
  readonly tone: PartTone;
  /** The state in one or two words. */
  readonly word: string;
  readonly facts: readonly FactLine[];
  readonly source: string;
  /** ms at the instant of the round; of what is not seen: how long it has been silent. */
  readonly ageMs: number | null;
}

export const UNKNOWN = 'unknown';

/** A fact of a section that answered; the field itself may be hidden. */
export const fact = (label: string, value: string | number | boolean | null | undefined): FactLine => {
  const known = value !== UNKNOWN && value !== undefined && value !== null;
  return { label, value: known ? words(value) : UNKNOWN, known };
};
const words = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

/** @param seen tone, word and facts of what answered */
export function partOf<T>(
  key: string,
  title: string,
  observed: Observed<T> | undefined,
  seen: (value: T) => Pick<Part, 'tone' | 'word' | 'facts'>,
): Part {
  if (observed?.kind === 'value')
    return { key, title, ...seen(observed.value), source: observed.source, ageMs: observed.ageMs };
  const why = observed === undefined ? 'was not looked at' : `${observed.code}: ${observed.reason}`;
  return {
    key,
    title,
    tone: 'unknown',
    word: 'not seen',
    facts: [
      { label: 'why', value: why, known: false },
      ...(observed === undefined
        ? []
        : [{ label: 'silent for', value: spanWords(observed.silentForMs), known: true }]),
    ],
    source: observed?.source ?? title,
    ageMs: observed?.silentForMs ?? null,
  };
}

/** `sql-par-1` of `sql-par-1.contoso.com\CHAT` and `\CHAT`: a picture has no room for more. */
export function shortName(name: string): string {
  const [host = name, instance] = name.split('\\');
  return `${host.split('.')[0] ?? host}${instance === undefined ? '' : `\\${instance}`}`;
}
