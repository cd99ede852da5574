/** Date and time values of parameters to ISO 8601 text (MS-TDS 2.2.5.5.1.7 to 2.2.5.5.1.9). Zones are not converted, only named. */
import type { ByteReader } from './byte-reader.ts';
import { datetimeOrigin, formatInstant, shift } from './calendar.ts';

/** Days since 1900 and 1/300 s; SQL Server shows them rounded to .000, .003 and .007. */
export function readDatetime(reader: ByteReader): string {
  const day = reader.i32() + datetimeOrigin;
  const milliseconds = Math.round((reader.u32() * 1000) / 300);
  return formatInstant({ day, nanoseconds: BigInt(milliseconds) * 1_000_000n, offsetMinutes: undefined }, 3);
}

/** Days since 1900 and minutes. */
export function readSmalldatetime(reader: ByteReader): string {
  const day = reader.u16() + datetimeOrigin;
  return formatInstant(
    { day, nanoseconds: BigInt(reader.u16()) * 60_000_000_000n, offsetMinutes: undefined },
    3,
  );
}

export function readDate(reader: ByteReader): string {
  return formatInstant({ day: readDay(reader), nanoseconds: 0n, offsetMinutes: undefined }, 0);
}

/** A time alone converts to that time on 1900-01-01. */
export function readTime(reader: ByteReader, size: number, scale: number): string {
  return formatInstant(
    { day: datetimeOrigin, nanoseconds: readClock(reader, size, scale), offsetMinutes: undefined },
    scale,
  );
}

export function readDatetime2(reader: ByteReader, size: number, scale: number): string {
  const nanoseconds = readClock(reader, size - 3, scale);
  return formatInstant({ day: readDay(reader), nanoseconds, offsetMinutes: undefined }, scale);
}

/** On the wire in UTC; the text shows the local clock and its offset. */
export function readDatetimeoffset(reader: ByteReader, size: number, scale: number): string {
  const nanoseconds = readClock(reader, size - 5, scale);
  const day = readDay(reader);
  const offsetMinutes = reader.i16();
  return formatInstant(
    shift({ day, nanoseconds, offsetMinutes }, BigInt(offsetMinutes) * 60_000_000_000n),
    scale,
  );
}

function readClock(reader: ByteReader, size: number, scale: number): bigint {
  return reader.unsigned(size) * 10n ** BigInt(9 - scale);
}

function readDay(reader: ByteReader): number {
  return Number(reader.unsigned(3));
}
