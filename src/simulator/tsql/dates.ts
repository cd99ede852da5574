/** Dates as ISO text and as numbers: reading, writing in CONVERT styles, DATEADD and DATEDIFF. No zone but datetimeoffset's own. */
import type { SqlType } from '../sql-tokens.ts';

/** `ms` since 1970 of the written clock (not UTC), the rest in 100 ns units, and the written offset. */
export interface Moment {
  readonly ms: number;
  readonly ticks: number;
  readonly offsetMinutes: number;
}

const WRITTEN =
  /^\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.:](\d{1,7}))?)?)?\s*(Z|[+-]\d{2}:\d{2})?\s*$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const EPOCH_1900 = Date.UTC(1900, 0, 1);

/** undefined: not one of `yyyy-mm-dd`, `yyyymmdd`, each with or without time, fraction and offset. Empty is 1900-01-01. */
export function parseMoment(text: string): Moment | undefined {
  if (text.trim() === '') return { ms: EPOCH_1900, ticks: 0, offsetMinutes: 0 };
  const found = WRITTEN.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part || 0));
  const fraction = (found[7] ?? '').padEnd(7, '0');
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, Number(fraction.slice(0, 3)));
  const valid = hour < 24 && minute < 60 && second < 60 && new Date(ms).getUTCDate() === day;
  return valid && month >= 1 && month <= 12
    ? { ms, ticks: Number(fraction.slice(3)), offsetMinutes: offsetOf(found[8]) }
    : undefined;
}

function offsetOf(text: string | undefined): number {
  if (text === undefined || text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  return text.startsWith('-') ? -minutes : minutes;
}

export function momentOf(value: unknown): Moment {
  return parseMoment(String(value)) ?? { ms: EPOCH_1900, ticks: 0, offsetMinutes: 0 };
}

/** As the tokens carry it: ISO text in the type's own precision; datetime in steps of 1/300 s. */
export function formatMoment(moment: Moment, type: SqlType): string {
  if (type.name === 'datetime') return isoSeconds(datetimeMs(moment));
  const scale = 'scale' in type ? type.scale : 7;
  const rounded = roundTicks(moment, scale);
  const seconds = new Date(rounded.ms).toISOString().slice(0, 19);
  const fraction = scale === 0 ? '' : `.${fraction7(rounded).slice(0, scale)}`;
  return `${seconds}${fraction}${type.name === 'datetimeoffset' ? offsetText(moment.offsetMinutes) : ''}`;
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}

function datetimeMs({ ms, ticks }: Moment): number {
  const second = Math.floor(ms / 1000) * 1000;
  const steps = Math.round(((ms - second + ticks / 10_000) * 3) / 10);
  return second + Math.round((steps * 10) / 3);
}

function roundTicks({ ms, ticks, offsetMinutes }: Moment, scale: number): Moment {
  const unit = 10 ** (7 - scale);
  const second = Math.floor(ms / 1000) * 1000;
  const total = Math.round(((ms - second) * 10_000 + ticks) / unit) * unit;
  return { ms: second + Math.floor(total / 10_000), ticks: total % 10_000, offsetMinutes };
}

function fraction7({ ms, ticks }: Moment): string {
  return String((((ms % 1000) + 1000) % 1000) * 10_000 + ticks).padStart(7, '0');
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const text = `${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
  return `${minutes < 0 ? '-' : '+'}${text}`;
}

/** Sorts as the instant does: fixed width; offsets are taken out. */
export function sortKey(text: string, type: SqlType): string {
  if (type.name !== 'datetimeoffset' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text))
    return text.length === 19 ? `${text}.0000000` : text.padEnd(27, '0');
  const moment = momentOf(text);
  const utc = { ...moment, ms: moment.ms - moment.offsetMinutes * 60_000, offsetMinutes: 0 };
  return formatMoment(utc, { name: 'datetime2', scale: 7 });
}

/** Text in a CONVERT style; undefined: no such style. Source: docs `functions/cast-and-convert-transact-sql`. */
export function styled(text: string, type: SqlType, style: number | undefined): string | undefined {
  const moment = momentOf(text);
  const iso = new Date(moment.ms).toISOString();
  const date = iso.slice(0, 10);
  const time = iso.slice(11, 19);
  const zone = type.name === 'datetimeoffset' ? offsetText(moment.offsetMinutes) : '';
  const fraction = fractionOf(text, type);
  switch (style ?? (type.name === 'datetime' ? 0 : 121)) {
    case 0:
    case 100:
      return american(moment.ms);
    case 20:
    case 120:
      return `${date} ${time}${zone && ` ${zone}`}`;
    case 21:
    case 25:
    case 121:
      return `${date} ${time}${fraction && `.${fraction}`}${zone && ` ${zone}`}`;
    case 126:
      return `${date}T${time}${/[1-9]/.test(fraction) ? `.${fraction}` : ''}${zone}`;
    case 127:
      return `${utcIso(moment).slice(0, 19)}${/[1-9]/.test(fraction) ? `.${fraction}` : ''}${zone && 'Z'}`;
    case 23:
      return date;
    case 112:
      return date.replaceAll('-', '');
    case 108:
    case 8:
      return time;
    case 101:
      return `${date.slice(5, 7)}/${date.slice(8)}/${date.slice(0, 4)}`;
    default:
      return undefined;
  }
}

function utcIso({ ms, offsetMinutes }: Moment): string {
  return new Date(ms - offsetMinutes * 60_000).toISOString();
}

function fractionOf(text: string, type: SqlType): string {
  const scale = type.name === 'datetime' ? 3 : 'scale' in type ? type.scale : 7;
  return fraction7(momentOf(text)).slice(0, scale);
}

function american(ms: number): string {
  const at = new Date(ms);
  const hour = at.getUTCHours();
  const clock = `${String(hour % 12 || 12).padStart(2)}:${String(at.getUTCMinutes()).padStart(2, '0')}`;
  const month = MONTHS[at.getUTCMonth()] ?? '';
  const day = String(at.getUTCDate()).padStart(2);
  return `${month} ${day} ${at.getUTCFullYear()} ${clock}${hour < 12 ? 'AM' : 'PM'}`;
}

/** datetime as a number of days since 1900-01-01. */
export function fromDays(days: number): Moment {
  return { ms: Math.round(EPOCH_1900 + days * 86_400_000), ticks: 0, offsetMinutes: 0 };
}
