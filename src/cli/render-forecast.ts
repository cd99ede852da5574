/** Seconds, readiness and holdings as text for people. Formats only. */
import type {
  CopyHolding,
  Forecast,
  Holdings,
  PlanPrediction,
  Readiness,
  Seconds,
  WayBack,
} from '../topology/forecast.ts';
import { textTable } from './text-table.ts';

const SECONDS_PER_MINUTE = 60;

const seconds = (value: number): string =>
  value < 2 * SECONDS_PER_MINUTE ? `${value.toFixed(0)} s` : `${(value / SECONDS_PER_MINUTE).toFixed(1)} min`;

/** `12 s, at worst 30 s`; the word unknown where nothing was measured. */
export function secondsInWords(span: Seconds | null): string {
  if (span === null) return 'unknown';
  return span.p50 === span.p95 ? seconds(span.p50) : `${seconds(span.p50)}, at worst ${seconds(span.p95)}`;
}

export const minutesInWords = (minutes: number | null): string =>
  minutes === null ? 'unknown' : seconds(minutes * SECONDS_PER_MINUTE);

/** One line for the sums, one for what they lack. */
export function renderPrediction({ steps, duration, outage, unmeasured }: PlanPrediction): string {
  if (steps.length === 0) return '';
  const sums = `takes: ${secondsInWords(duration)}; without service for users: ${secondsInWords(outage)}`;
  return unmeasured.length === 0 ? sums : `${sums}\n  never measured here: ${unmeasured.join(', ')}`;
}

export function renderReadiness({ answer, lost, because, outage, lossMinutes }: Readiness): string {
  const figures = `without service ${secondsInWords(outage)}, loss ${minutesInWords(lossMinutes)}`;
  return `if ${lost} were lost now: ${answer === 'yes' ? `ready, ${figures}` : answer === 'no' ? 'not ready' : 'unknown'} (${because})`;
}

const instant = (iso: string | null): string => (iso === null ? '' : iso.slice(5, 19).replace('T', ' '));
const count = (value: number | null): string => (value === null ? '' : String(value));

const row = ({ copy, where, state, until, lastLsn, files, messages, because }: CopyHolding): string[] => [
  copy,
  where,
  state,
  instant(until),
  lastLsn ?? '',
  count(files),
  count(messages),
  because,
];

/** What each copy holds, and what each deed brings back. */
export function renderHoldings({ copies, salvage, lossNowMinutes }: Holdings): string {
  const head = ['copy', 'where', 'state', 'until (UTC)', 'LSN', 'files', 'messages', 'by'];
  const held = textTable(head, copies.map(row));
  if (salvage.length === 0) return held;
  const deeds = textTable(
    ['salvage', 'brings back', 'by', 'why'],
    salvage.map(({ what, minutes, by, because }) => [what, minutesInWords(minutes), by, because]),
  );
  return `${held}\nlost without any salvage: ${minutesInWords(lossNowMinutes)}\n${deeds}`;
}

const takes = (value: number | null): string => (value === null ? '' : seconds(value));

/** Both ways back beside each other; nothing where there is no choice. */
export function renderWaysBack(ways: readonly WayBack[]): string {
  if (ways.length === 0) return '';
  const rows = ways.map(({ way, chosen, hindrance, steps, seconds: all, outageSeconds, assumed }) => [
    chosen ? `${way} (policy)` : way,
    String(steps.length),
    takes(all),
    takes(outageSeconds),
    hindrance === null ? steps.join(', ') : `cannot be taken: ${hindrance}`,
    assumed.length === 0 ? '' : `${String(assumed.length)} never measured here`,
  ]);
  return textTable(['way back', 'steps', 'takes', 'without service', 'how', 'assumed'], rows);
}

export function renderForecast({ prediction, readiness, waysBack }: Forecast): string {
  const parts = [renderPrediction(prediction), renderWaysBack(waysBack), renderReadiness(readiness)];
  return parts.filter((part) => part !== '').join('\n');
}
