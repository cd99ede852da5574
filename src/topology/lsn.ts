/**
 * Log sequence numbers. SQL Server's numeric(25,0) does not fit a JavaScript number (the driver would lose digits), so an
 * LSN is decimal text everywhere and is compared through BigInt. Layout: vlf * 10^15 + block * 10^5 + slot.
 * Source: sql-server reference 5.1.
 */

/** Decimal digits, 1 to 25, no sign, no leading zero (except "0"). */
export type Lsn = string & { readonly brand: 'Lsn' };

const PATTERN = /^\d{1,25}$/;

export const isLsn = (text: string): text is Lsn => PATTERN.test(text);

/** Throws TypeError for anything but 1 to 25 digits; leading zeros are dropped. */
export function lsn(value: string | bigint): Lsn {
  const text = typeof value === 'bigint' ? value.toString() : value;
  if (!PATTERN.test(text)) throw new TypeError(`not a log sequence number: ${text}`);
  return BigInt(text).toString() as Lsn;
}

/** Negative, zero or positive, as a sort function wants it. */
export function compareLsn(a: Lsn, b: Lsn): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

export const maxLsn = (a: Lsn, b: Lsn): Lsn => (compareLsn(a, b) >= 0 ? a : b);
