/** Instants and spans in few words, the same ones everywhere on the page. Pure. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param ms a span; below zero counts as zero, for two clocks are never quite equal */
export function spanWords(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 2 * MINUTE) return `${String(Math.round(span / SECOND))} s`;
  if (span < 2 * HOUR) return `${String(Math.round(span / MINUTE))} min`;
  if (span < 2 * DAY) return `${(span / HOUR).toFixed(1)} h`;
  return `${String(Math.round(span / DAY))} days`;
}

export const secondsWords = (seconds: number | null): string =>
  seconds === null ? 'not known' : spanWords(seconds * SECOND);

/** Minutes of chat history. */
export function lossWords(minutes: number | null): string {
  if (minutes === null) return 'not known';
  return minutes === 0 ? 'nothing' : spanWords(minutes * MINUTE);
}

/** `02:07:12`, UTC: the clock of every line of the journal. */
export const clockWords = (atMs: number): string => new Date(atMs).toISOString().slice(11, 19);

/** ms since an ISO 8601 instant; null: there is none. */
export const since = (at: string | null, nowMs: number): number | null =>
  at === null ? null : Math.max(0, nowMs - Date.parse(at));
