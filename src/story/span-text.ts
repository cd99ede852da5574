/** Spans and instants in few words. Pure. */
import type { Seconds } from '../topology/forecast.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DATE_TO_SECOND = 19;
export const NOT_RECORDED = 'not recorded';

/** `38 ms`, `4.2 s`, `74 s`, `12 min 5 s`, `3 h 2 min`. */
export function spanText(ms: number): string {
  if (ms < SECOND_MS) return `${String(Math.round(ms))} ms`;
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < 2 * MINUTE_MS) return `${String(Math.round(ms / SECOND_MS))} s`;
  const [large, small, unit, part] =
    ms < 2 * HOUR_MS ? [MINUTE_MS, SECOND_MS, 'min', 's'] : [HOUR_MS, MINUTE_MS, 'h', 'min'];
  const whole = Math.floor(ms / large);
  return `${String(whole)} ${unit} ${String(Math.floor((ms - whole * large) / small))} ${part}`;
}

export const secondsWords = (ms: number | null): string => (ms === null ? NOT_RECORDED : spanText(ms));

export const minutesWords = (minutes: number | null): string =>
  minutes === null ? 'not known' : minutes === 0 ? 'nothing' : spanText(minutes * MINUTE_MS);

export const predictedWords = (seconds: Seconds | null): string =>
  seconds === null
    ? 'not known'
    : `${spanText(seconds.p50 * SECOND_MS)}, slow ${spanText(seconds.p95 * SECOND_MS)}`;

/** `2026-11-28 02:07:12` */
export const instant = (at: string): string => at.slice(0, DATE_TO_SECOND).replace('T', ' ');
/** `02:07:12.345` */
export const clock = (at: string): string => at.slice(11, 23);
