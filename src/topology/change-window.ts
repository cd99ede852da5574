/**
 * Change windows: when they begin by a cron line on the clock of a time zone, and how long they last in real time. Pure; the rules of
 * the zones are the runtime's (Intl).
 */
import { parseCronLine, type CronLine } from './cron-line.ts';

export interface ChangeWindow {
  /** Five fields: when it begins. */
  readonly cron: string;
  readonly durationMs: number;
  /** IANA name, for example Europe/Paris. */
  readonly timeZone: string;
}

/** `open`: now is in a window, which ends at `endsAtMs`. `closed`: `opensAtMs` is the next one; undefined: none within a year. */
export type WindowState =
  | { readonly kind: 'open'; readonly endsAtMs: number }
  | { readonly kind: 'closed'; readonly opensAtMs: number | undefined };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HORIZON_DAYS = 366;

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  FORMATS.set(timeZone, made);
  return made;
}

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    // RangeError is the only way in which Intl says that it does not know the zone.
    return false;
  }
}

/** The zone's wall clock at this instant, written as if it were UTC, ms. */
function wallClock(atMs: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/**
 * When the zone's wall clock shows this. A time that is skipped in spring means the instant of the jump's other side, one that comes
 * twice in autumn the first of both.
 */
function instantOf(wallMs: number, timeZone: string): number {
  const offsetAt = (atMs: number): number => wallClock(atMs, timeZone) - Math.floor(atMs / 1_000) * 1_000;
  const before = wallMs - offsetAt(wallMs - DAY_MS);
  const after = wallMs - offsetAt(wallMs + DAY_MS);
  const fitting = [before, after].filter((atMs) => wallClock(atMs, timeZone) === wallMs);
  return fitting.length > 0 ? Math.min(...fitting) : before;
}

/** Beginnings on the local day that `dayMs` (midnight of a wall clock) names. */
function beginningsOn(dayMs: number, line: CronLine, timeZone: string): number[] {
  const day = new Date(dayMs);
  const matches =
    line.months.has(day.getUTCMonth() + 1) &&
    line.daysOfMonth.has(day.getUTCDate()) &&
    line.daysOfWeek.has(day.getUTCDay());
  if (!matches) return [];
  return line.hours.flatMap((hour) =>
    line.minutes.map((minute) => instantOf(dayMs + (hour * 60 + minute) * MINUTE_MS, timeZone)),
  );
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Days on the zone's calendar from `fromMs` to `toMs`, as midnights of its wall clock. */
function* daysBetween(fromMs: number, toMs: number, timeZone: string): Generator<number> {
  const first = Math.floor(wallClock(fromMs, timeZone) / DAY_MS) * DAY_MS;
  const last = wallClock(toMs, timeZone);
  for (let day = first; day <= last; day += DAY_MS) yield day;
}

function spansBetween({ cron, durationMs, timeZone }: ChangeWindow, fromMs: number, toMs: number): Span[] {
  const line = parseCronLine(cron);
  if (line === undefined) return [];
  return [...daysBetween(fromMs - durationMs, toMs, timeZone)]
    .flatMap((day) => beginningsOn(day, line, timeZone))
    .filter((beginMs) => beginMs + durationMs > fromMs && beginMs <= toMs)
    .map((beginMs) => ({ fromMs: beginMs, toMs: beginMs + durationMs }));
}

function nextBeginning({ cron, timeZone }: ChangeWindow, afterMs: number): number | undefined {
  const line = parseCronLine(cron);
  if (line === undefined) return undefined;
  for (const day of daysBetween(afterMs, afterMs + HORIZON_DAYS * DAY_MS, timeZone)) {
    const next = beginningsOn(day, line, timeZone)
      .filter((beginMs) => beginMs > afterMs)
      .sort((a, b) => a - b)[0];
    if (next !== undefined) return next;
  }
  return undefined;
}

/** A line that does not parse opens nothing. Windows that touch or overlap are one. */
export function windowAt(windows: readonly ChangeWindow[], nowMs: number): WindowState {
  const longestMs = Math.max(0, ...windows.map(({ durationMs }) => durationMs));
  const spans = windows
    .flatMap((window) => spansBetween(window, nowMs, nowMs + longestMs + DAY_MS))
    .sort((a, b) => a.fromMs - b.fromMs);
  let endsAtMs: number | undefined;
  for (const { fromMs, toMs } of spans) {
    if (fromMs > (endsAtMs ?? nowMs)) break;
    if (toMs > (endsAtMs ?? nowMs)) endsAtMs = toMs;
  }
  if (endsAtMs !== undefined) return { kind: 'open', endsAtMs };
  const next = windows.flatMap((window) => nextBeginning(window, nowMs) ?? []);
  return { kind: 'closed', opensAtMs: next.length === 0 ? undefined : Math.min(...next) };
}
