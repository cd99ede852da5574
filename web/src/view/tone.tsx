/** A state as a mark of its own shape and a word: never by colour alone. */
import type { PartTone } from '../model/part.ts';
import type { Tone } from '../model/pool-tone.ts';

const SHAPES: Readonly<Record<Tone | PartTone, string>> = {
  good: 'M3 8.5 6.5 12 13 4.5',
  idle: 'M4 8h8',
  busy: 'M4 4l4 4-4 4M8 4l4 4-4 4',
  ask: 'M8 3v6M8 12v1',
  bad: 'M4 4l8 8M12 4l-8 8',
  unknown: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9 8 10M8 12.4v.8',
};

export function Mark({ tone }: { readonly tone: Tone | PartTone }) {
  return (
    <svg className={`mark tone-${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[tone]} />
    </svg>
  );
}

export function ToneWord({ tone, word }: { readonly tone: Tone | PartTone; readonly word: string }) {
  return (
    <span className={`toned tone-${tone}`}>
      <Mark tone={tone} />
      <span>{word}</span>
    </span>
  );
}
