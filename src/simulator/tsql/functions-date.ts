/** GETDATE and its kin from the host's clock, DATEADD, DATEDIFF, DATEPART. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { convert } from './convert.ts';
import { added, datePart, difference, partOf } from './date-parts.ts';
import type { DatePart } from './date-parts.ts';
import { formatMoment, momentOf } from './dates.ts';
import type { Moment } from './dates.ts';
import type { Bound } from './evaluation.ts';
import { fixed } from './function-row.ts';
import type { FunctionRow } from './function-row.ts';
import { statementError, textError } from './sql-error.ts';
import { BIGINT, DATETIME, family, INT } from './types.ts';

const DATETIME2: SqlType = { name: 'datetime2', scale: 7 };
const DATETIMEOFFSET: SqlType = { name: 'datetimeoffset', scale: 7 };

function at(ms: number, offsetMinutes = 0): Moment {
  return { ms, ticks: 0, offsetMinutes };
}

function clock(type: SqlType, read: (local: number, utc: number) => Moment): FunctionRow {
  return fixed(0, 0, type, (_values, { host }) => formatMoment(read(host.localNowMs, host.utcNowMs), type));
}

/** The zone is what the two clocks are apart, to the minute. */
function zoned(local: number, utc: number): Moment {
  return at(local, Math.round((local - utc) / 60_000));
}

/** The bare word before the first comma arrives as a literal. */
function partWord(bound: Bound | undefined, name: string): DatePart {
  const word = String(bound?.constant ?? '');
  const part = datePart(word);
  if (part === undefined) throw textError(155, word, name);
  return part;
}

function dateType(bound: Bound | undefined): SqlType {
  return bound !== undefined && family(bound.type) === 'date' ? bound.type : DATETIME;
}

function moment(value: CellValue | undefined, bound: Bound | undefined): Moment {
  const from = bound?.type ?? DATETIME;
  const type = family(from) === 'text' ? DATETIMEOFFSET : dateType(bound);
  return momentOf(convert(value ?? null, from, type));
}

/** datetimeoffset counts in UTC. */
function instant({ ms, ticks, offsetMinutes }: Moment): Moment {
  return { ms: ms - offsetMinutes * 60_000, ticks, offsetMinutes: 0 };
}

function dateDiff(name: string, type: SqlType): FunctionRow {
  return {
    count: [3, 3],
    takesNull: false,
    bind: ([word, from, to]) => {
      const part = partWord(word, name);
      return {
        type,
        run: ([, start, end]) => {
          const result = difference(part, instant(moment(start, from)), instant(moment(end, to)));
          if (type.name === 'bigint') return result;
          if (result > 2_147_483_647n || result < -2_147_483_648n) throw statementError(535);
          return Number(result);
        },
      };
    },
  };
}

const DATEADD: FunctionRow = {
  count: [3, 3],
  takesNull: false,
  bind: ([word, amount, to]) => {
    const part = partWord(word, 'dateadd');
    const type = dateType(to);
    return {
      type,
      run: ([, number, value]) => {
        const steps = Number(convert(number ?? null, amount?.type ?? INT, INT));
        const result = added(part, steps, moment(value, to));
        if (result === undefined) throw statementError(517, type.name);
        return formatMoment(result, type);
      },
    };
  },
};

function component(part: DatePart): FunctionRow {
  return {
    count: [1, 1],
    takesNull: false,
    bind: ([from]) => ({ type: INT, run: ([value]) => partOf(part, moment(value, from)) }),
  };
}

const DATEPART: FunctionRow = {
  count: [2, 2],
  takesNull: false,
  bind: ([word, from]) => {
    const part = partWord(word, 'datepart');
    return { type: INT, run: ([, value]) => partOf(part, moment(value, from)) };
  },
};

export const DATE_FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  GETDATE: clock(DATETIME, (local) => at(local)),
  CURRENT_TIMESTAMP: clock(DATETIME, (local) => at(local)),
  GETUTCDATE: clock(DATETIME, (_local, utc) => at(utc)),
  SYSDATETIME: clock(DATETIME2, (local) => at(local)),
  SYSUTCDATETIME: clock(DATETIME2, (_local, utc) => at(utc)),
  SYSDATETIMEOFFSET: clock(DATETIMEOFFSET, zoned),
  DATEDIFF: dateDiff('datediff', INT),
  DATEDIFF_BIG: dateDiff('datediff_big', BIGINT),
  DATEADD,
  DATEPART,
  YEAR: component('year'),
  MONTH: component('month'),
  DAY: component('day'),
};
