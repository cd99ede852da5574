/** Decimal text to and from scaled integers, without a float on the way: log sequence numbers have 25 digits. */

/** Digits beyond `scale` are rounded half away from zero, as SQL Server converts. */
export function parseDecimal(value: string | number | bigint, precision: number, scale: number): bigint {
  const text = typeof value === 'string' ? value.trim() : value.toString();
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (match === null || whole.length + fraction.length === 0)
    throw new RangeError(`not a decimal number: ${text}`);
  const kept = fraction.slice(0, scale).padEnd(scale, '0');
  const roundUp = fraction.charAt(scale) >= '5';
  const magnitude = BigInt(whole + kept) + (roundUp ? 1n : 0n);
  if (magnitude.toString().length > precision)
    throw new RangeError(`${text} does not fit numeric(${precision},${scale})`);
  return sign === '-' ? -magnitude : magnitude;
}

export function formatDecimal(scaled: bigint, scale: number): string {
  const magnitude = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, '0');
  const cut = magnitude.length - scale;
  return `${scaled < 0n ? '-' : ''}${magnitude.slice(0, cut)}${scale === 0 ? '' : `.${magnitude.slice(cut)}`}`;
}

/** Bytes of the magnitude by precision (MS-TDS 2.2.5.5.1.6). */
export function decimalBytes(precision: number): number {
  if (precision <= 9) return 4;
  if (precision <= 19) return 8;
  return precision <= 28 ? 12 : 16;
}
