/**
 * A cron line of five fields, as node-cron reads it: minute, hour, day of month, month, day of week; a day must match both day
 * fields. Lists, ranges, steps and English names; not the seconds field nor L, W and #. Pure.
 */

export interface CronLine {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const PART = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/;

interface Field {
  readonly least: number;
  readonly most: number;
  /** Names, the first of which means `least`. */
  readonly names: readonly string[];
}
const FIELDS: readonly Field[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 7, names: DAYS },
];

function numberOf(text: string, { least, most, names }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function valuesOf(text: string, field: Field): readonly number[] | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = PART.exec(part);
    if (match === null) return undefined;
    const [, all, from, to, step] = match;
    const first = all === undefined ? numberOf(from ?? '', field) : field.least;
    const last = all === undefined ? (to === undefined ? first : numberOf(to, field)) : field.most;
    const by = step === undefined ? 1 : Number(step);
    // A step belongs to a range; a range does not go around the end of the week or year.
    if (first === undefined || last === undefined || last < first || by < 1) return undefined;
    if (step !== undefined && all === undefined && to === undefined) return undefined;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** undefined: the line is none. */
export function parseCronLine(line: string): CronLine | undefined {
  const texts = line.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) return undefined;
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) =>
    valuesOf(texts[index] ?? '', field),
  );
  if (
    minutes === undefined ||
    hours === undefined ||
    days === undefined ||
    months === undefined ||
    weekdays === undefined
  )
    return undefined;
  return {
    minutes,
    hours,
    daysOfMonth: new Set(days),
    months: new Set(months),
    daysOfWeek: new Set(weekdays.map((day) => day % DAYS.length)),
  };
}
