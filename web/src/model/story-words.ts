/** Instants and short spans of a story in words. Pure. */
import type { Seconds } from '../../../src/topology/forecast.ts';
import type { DeclaredChange, Transition } from '../../../src/story/transition.ts';
import { spanWords } from './age.ts';

export const NOT_RECORDED = 'not recorded';
const SECOND = 1_000;
const FINE_BELOW = 10 * SECOND;

/** Finer than ages are: a step may take less than a second. */
export function shortSpan(ms: number): string {
  if (ms < SECOND) return `${String(Math.round(ms))} ms`;
  return ms < FINE_BELOW ? `${(ms / SECOND).toFixed(1)} s` : spanWords(ms);
}

export const measured = (ms: number | null): string => (ms === null ? NOT_RECORDED : shortSpan(ms));
export const inSeconds = (seconds: number | null): string =>
  seconds === null ? NOT_RECORDED : shortSpan(seconds * SECOND);

export const foretold = (seconds: Seconds | null): string =>
  seconds === null
    ? 'not known'
    : `${shortSpan(seconds.p50 * SECOND)}, slow ${shortSpan(seconds.p95 * SECOND)}`;

/** `2026-11-28 02:07:12` */
export const dayAndTime = (at: string): string => at.slice(0, 19).replace('T', ' ');
/** ms since 1970 of what `dayAndTime` writes, seconds may be left out; null: it is no instant. */
export function instantOf(text: string): number | null {
  const [, day, time, seconds = ':00'] = /^\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?\s*$/.exec(text) ?? [];
  const ms = day === undefined || time === undefined ? NaN : Date.parse(`${day}T${time}${seconds}Z`);
  // A day that the month does not have would be taken for one of the next.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day ?? '') ? null : ms;
}
/** `02:07:12.345` */
export const timeOf = (at: string): string => at.slice(11, 23);

export const STATES: Readonly<Record<Transition['state'], string>> = {
  'step-runs': 'a step runs',
  'not-at-rest': 'not at rest',
  'at-rest': 'at rest',
  'given-up': 'no longer declared',
  superseded: 'overtaken by another edit',
};

export interface DiffLine {
  readonly sign: '+' | '-';
  readonly text: string;
}

/** As people read a change of the YAML: the old line, then the new one. */
export const diffLines = (changes: readonly DeclaredChange[]): readonly DiffLine[] =>
  changes.flatMap(({ path, before, after }) => [
    ...(before === null ? [] : [{ sign: '-' as const, text: `${path}: ${before}` }]),
    ...(after === null ? [] : [{ sign: '+' as const, text: `${path}: ${after}` }]),
  ]);
