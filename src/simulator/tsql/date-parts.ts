/** DATEADD, DATEDIFF and DATEPART: units, boundaries crossed, calendar months. */
import type { Moment } from './dates.ts';

export type DatePart =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond';

const NAMES: Readonly<Record<DatePart, readonly string[]>> = {
  year: ['YEAR', 'YY', 'YYYY'],
  quarter: ['QUARTER', 'QQ', 'Q'],
  month: ['MONTH', 'MM', 'M'],
  week: ['WEEK', 'WK', 'WW'],
  day: ['DAY', 'DD', 'D'],
  hour: ['HOUR', 'HH'],
  minute: ['MINUTE', 'MI', 'N'],
  second: ['SECOND', 'SS', 'S'],
  millisecond: ['MILLISECOND', 'MS'],
  microsecond: ['MICROSECOND', 'MCS'],
  nanosecond: ['NANOSECOND', 'NS'],
};

/** ms per unit, for units of fixed length. */
const LENGTH: Readonly<Partial<Record<DatePart, number>>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

const BY_NAME = new Map(
  Object.entries(NAMES).flatMap(([part, names]) => names.map((name) => [name, part as DatePart] as const)),
);

export function datePart(word: string): DatePart | undefined {
  return BY_NAME.get(word.toUpperCase());
}

/** Boundaries between the two instants, as DATEDIFF counts. */
export function difference(part: DatePart, from: Moment, to: Moment): bigint {
  const start = new Date(from.ms);
  const end = new Date(to.ms);
  const months =
    (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
  const quarters = (at: Date) => at.getUTCFullYear() * 4 + Math.floor(at.getUTCMonth() / 3);
  const hundredNanoseconds = () => BigInt(to.ms - from.ms) * 10_000n + BigInt(to.ticks - from.ticks);
  switch (part) {
    case 'year':
      return BigInt(end.getUTCFullYear() - start.getUTCFullYear());
    case 'quarter':
      return BigInt(quarters(end) - quarters(start));
    case 'month':
      return BigInt(months);
    case 'microsecond':
      return hundredNanoseconds() / 10n;
    case 'nanosecond':
      return hundredNanoseconds() * 100n;
    case 'week':
      // Weeks begin on Sunday whatever DATEFIRST says; 1970-01-01 was a Thursday.
      return BigInt(weekOf(to.ms) - weekOf(from.ms));
    default: {
      const unit = LENGTH[part] ?? 1;
      return BigInt(Math.floor(to.ms / unit) - Math.floor(from.ms / unit));
    }
  }
}

function weekOf(ms: number): number {
  return Math.floor((ms / 86_400_000 + 4) / 7);
}

/** undefined: outside the years 1 to 9999. */
export function added(part: DatePart, amount: number, to: Moment): Moment | undefined {
  const moment = addTo(part, amount, to);
  const year = new Date(moment.ms).getUTCFullYear();
  return Number.isInteger(year) && year >= 1 && year <= 9999 ? moment : undefined;
}

function addTo(part: DatePart, amount: number, to: Moment): Moment {
  const months = part === 'year' ? 12 : part === 'quarter' ? 3 : part === 'month' ? 1 : 0;
  if (months > 0) return { ...to, ms: addMonths(to.ms, months * amount) };
  if (part === 'microsecond' || part === 'nanosecond') {
    const ticks = to.ticks + Math.trunc(part === 'microsecond' ? amount * 10 : amount / 100);
    return { ...to, ms: to.ms + Math.floor(ticks / 10_000), ticks: ((ticks % 10_000) + 10_000) % 10_000 };
  }
  return { ...to, ms: to.ms + amount * (LENGTH[part] ?? 1) };
}

/** The 31st becomes the last day of a shorter month. */
function addMonths(ms: number, months: number): number {
  const at = new Date(ms);
  const first = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1);
  const target = new Date(first);
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  const timeOfDay = ((ms % 86_400_000) + 86_400_000) % 86_400_000;
  return first + (Math.min(at.getUTCDate(), lastDay) - 1) * 86_400_000 + timeOfDay;
}

export function partOf(part: DatePart, moment: Moment): number {
  const at = new Date(moment.ms);
  switch (part) {
    case 'year':
      return at.getUTCFullYear();
    case 'quarter':
      return Math.floor(at.getUTCMonth() / 3) + 1;
    case 'month':
      return at.getUTCMonth() + 1;
    case 'week':
      return weekOf(moment.ms) - weekOf(Date.UTC(at.getUTCFullYear(), 0, 1)) + 1;
    case 'day':
      return at.getUTCDate();
    case 'hour':
      return at.getUTCHours();
    case 'minute':
      return at.getUTCMinutes();
    case 'second':
      return at.getUTCSeconds();
    case 'millisecond':
      return at.getUTCMilliseconds();
    case 'microsecond':
      return at.getUTCMilliseconds() * 1000 + Math.floor(moment.ticks / 10);
    case 'nanosecond':
      return at.getUTCMilliseconds() * 1_000_000 + moment.ticks * 100;
  }
}
