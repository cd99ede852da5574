/** ISO 8601 text to and from the day counts and ticks of SQL Server's date types (MS-TDS 2.2.5.5.1.7 to 2.2.5.5.1.9). */

export interface Instant {
  /** Days since 0001-01-01, proleptic Gregorian. */
  readonly day: number;
  /** Nanoseconds since midnight. */
  readonly nanoseconds: bigint;
  /** Minutes east of UTC, when the text says so; the clock is then local to that offset. */
  readonly offsetMinutes: number | undefined;
}

export const nanosecondsPerDay = 86_400_000_000_000n;
/** 1900-01-01, the origin of datetime, as days since 0001-01-01. */
export const datetimeOrigin = 693_595;

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:\d{2})?$/;

export function parseInstant(text: string): Instant {
  const match = pattern.exec(text);
  if (match === null) throw new RangeError(`not an ISO 8601 date: ${text}`);
  const [, year, month, date, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const seconds = BigInt(hour) * 3600n + BigInt(minute) * 60n + BigInt(second);
  return {
    day: dayNumber(Number(year), Number(month), Number(date)),
    nanoseconds: seconds * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')),
    offsetMinutes: zone === undefined ? undefined : zoneMinutes(zone),
  };
}

function zoneMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** `digits` of the second's fraction, 0..7; none: no dot. */
export function formatInstant(instant: Instant, digits: number): string {
  const seconds = instant.nanoseconds / 1_000_000_000n;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n]
    .map((part) => pad(Number(part), 2))
    .join(':');
  const fraction = (instant.nanoseconds % 1_000_000_000n).toString().padStart(9, '0').slice(0, digits);
  return `${formatDay(instant.day)}T${clock}${digits === 0 ? '' : `.${fraction}`}${formatZone(instant.offsetMinutes)}`;
}

function formatZone(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}

/** Moves an instant by whole nanoseconds over midnight either way. */
export function shift(instant: Instant, nanoseconds: bigint): Instant {
  const total = BigInt(instant.day) * nanosecondsPerDay + instant.nanoseconds + nanoseconds;
  return { ...instant, day: Number(total / nanosecondsPerDay), nanoseconds: total % nanosecondsPerDay };
}

/** Civil date to days since 0001-01-01; years count from March so that the leap day is the last of the year. */
export function dayNumber(year: number, month: number, date: number): number {
  if (month < 1 || month > 12 || date < 1 || date > 31)
    throw new RangeError(`no such date: ${year}-${month}-${date}`);
  const marchYear = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + date - 1;
  const leaps = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leaps + dayOfYear - 306;
}

export function formatDay(day: number): string {
  const shifted = day + 306;
  const era = Math.floor(shifted / 146_097);
  const inEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  );
  const dayOfYear = inEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`;
}
