/** ABS, CEILING, FLOOR, SIGN on exact and approximate numbers. */
import type { CellValue } from '../sql-tokens.ts';
import { formatDecimal, toDecimal } from './decimals.ts';
import type { FunctionRow } from './function-row.ts';
import { textError } from './sql-error.ts';
import { family } from './types.ts';

type Exact = (digits: bigint, unit: bigint) => bigint;

function numeric(name: string, exact: Exact, real: (value: number) => number): FunctionRow {
  return {
    count: [1, 1],
    takesNull: false,
    bind: ([argument]) => {
      const type = argument?.type ?? { name: 'int' };
      const kind = family(type);
      if (kind === 'date' || kind === 'guid' || kind === 'binary' || kind === 'text')
        throw textError(8117, type.name, name);
      if (kind === 'whole' || kind === 'bit' || kind === 'float')
        return { type, run: ([value]) => real(Number(value)) };
      return { type, run: ([value]) => exactly(value ?? null, exact, kind === 'bigint') };
    },
  };
}

function exactly(value: CellValue, exact: Exact, whole: boolean): CellValue {
  const { digits, scale } = toDecimal(value);
  const result = exact(digits, 10n ** BigInt(scale));
  return whole ? result : formatDecimal({ digits: result, scale });
}

function floorTo(digits: bigint, unit: bigint): bigint {
  const rest = ((digits % unit) + unit) % unit;
  return digits - rest;
}

export const MATH_FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  ABS: numeric('abs', (digits) => (digits < 0n ? -digits : digits), Math.abs),
  FLOOR: numeric('floor', floorTo, Math.floor),
  CEILING: numeric('ceiling', (digits, unit) => -floorTo(-digits, unit), Math.ceil),
  SIGN: numeric('sign', (digits, unit) => (digits > 0n ? unit : digits < 0n ? -unit : 0n), Math.sign),
};
