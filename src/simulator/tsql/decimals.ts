/** Exact numbers as digits and scale. LSNs have 25 digits: nothing here passes through a floating-point number. */
import type { CellValue } from '../sql-tokens.ts';

export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/;

const KEPT_TEXTS = 4_096;
const kept = new Map<string, Decimal | undefined>();

/** undefined: the text is not a plain decimal number. The same LSNs are compared again and again. */
export function parseDecimal(text: string): Decimal | undefined {
  const known = kept.get(text);
  if (known !== undefined || kept.has(text)) return known;
  const parsed = parsedDecimal(text);
  if (kept.size >= KEPT_TEXTS) kept.clear();
  kept.set(text, parsed);
  return parsed;
}

function parsedDecimal(text: string): Decimal | undefined {
  const found = DECIMAL.exec(text);
  const whole = found?.[2] ?? '';
  const fraction = found?.[3] ?? '';
  if (found === null || whole.length + fraction.length === 0 || whole.length + fraction.length > 400)
    return undefined;
  const digits = BigInt(whole + fraction);
  return { digits: found[1] === '-' ? -digits : digits, scale: fraction.length };
}

/** Any value of a number type. */
export function toDecimal(value: CellValue): Decimal {
  if (typeof value === 'bigint') return { digits: value, scale: 0 };
  if (typeof value === 'boolean') return { digits: value ? 1n : 0n, scale: 0 };
  if (typeof value === 'number' && Number.isInteger(value)) return { digits: BigInt(value), scale: 0 };
  if (typeof value === 'number')
    return parseDecimal(value.toFixed(15).replace(/0+$/, '')) ?? { digits: 0n, scale: 0 };
  return parseDecimal(String(value)) ?? { digits: 0n, scale: 0 };
}

export function formatDecimal({ digits, scale }: Decimal): string {
  if (scale === 0) return digits.toString();
  const negative = digits < 0n;
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** Rounds half away from zero when digits are lost. */
export function rescale({ digits, scale }: Decimal, to: number): bigint {
  if (to >= scale) return digits * 10n ** BigInt(to - scale);
  const divisor = 10n ** BigInt(scale - to);
  const half = divisor / 2n;
  return digits >= 0n ? (digits + half) / divisor : -((-digits + half) / divisor);
}

/** Towards zero, as numeric to int does. */
export function truncate({ digits, scale }: Decimal): bigint {
  return digits / 10n ** BigInt(scale);
}

export function fits(digits: bigint, precision: number): boolean {
  return (digits < 0n ? -digits : digits) < 10n ** BigInt(precision);
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.scale === b.scale) return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
  const scale = Math.max(a.scale, b.scale);
  const left = rescale(a, scale);
  const right = rescale(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}
