/**
 * Column types and values on the wire (MS-TDS 2.2.5.4 to 2.2.5.6). Every type goes in its nullable form. A value that its
 * type cannot hold is a RangeError: an error of the estate's model, never of a client.
 */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { ByteWriter } from './byte-writer.ts';
import { datetimeOrigin, nanosecondsPerDay, parseInstant, shift } from './calendar.ts';
import { collation, encodeCodePage } from './code-page.ts';
import { decimalBytes, parseDecimal } from './decimal.ts';
import { maxLength, plpNull, typeCode } from './type-codes.ts';
import { writeVariant } from './variant-out.ts';

/** TYPE_INFO of a column or an output parameter. */
export function writeTypeInfo(writer: ByteWriter, type: SqlType): void {
  switch (type.name) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      writer.u8(typeCode.intN).u8(integerBytes[type.name]);
      return;
    case 'bit':
      writer.u8(typeCode.bitN).u8(1);
      return;
    case 'real':
    case 'float':
      writer.u8(typeCode.floatN).u8(type.name === 'real' ? 4 : 8);
      return;
    case 'uniqueidentifier':
      writer.u8(typeCode.guid).u8(16);
      return;
    case 'numeric':
      writer.u8(typeCode.numericN).u8(decimalBytes(type.precision) + 1);
      writer.u8(type.precision).u8(type.scale);
      return;
    case 'datetime':
      writer.u8(typeCode.datetimeN).u8(8);
      return;
    case 'datetime2':
      writer.u8(typeCode.datetime2N).u8(type.scale);
      return;
    case 'datetimeoffset':
      writer.u8(typeCode.datetimeoffsetN).u8(type.scale);
      return;
    case 'sql_variant':
      writer.u8(typeCode.variant).u32(8009);
      return;
    default:
      writeStringType(writer, type);
  }
}

export const integerBytes = { tinyint: 1, smallint: 2, int: 4, bigint: 8 } as const;

type StringType = Extract<
  SqlType,
  { readonly name: 'nvarchar' | 'varchar' | 'varbinary' | 'nchar' | 'char' }
>;

function writeStringType(writer: ByteWriter, type: StringType): void {
  writer.u8(typeCode[type.name]).u16(type.length === 'max' ? maxLength : stringBytes(type));
  if (type.name !== 'varbinary') writer.bytes(collation);
}

/** Bytes of the longest value. */
function stringBytes(type: StringType): number {
  const length = type.length === 'max' ? 0 : type.length;
  const bytes = type.name === 'nvarchar' || type.name === 'nchar' ? length * 2 : length;
  if (bytes > 8000) throw new RangeError(`${type.name}(${type.length}) is longer than SQL Server allows`);
  return Math.max(bytes, 1);
}

export function writeValue(writer: ByteWriter, type: SqlType, value: CellValue): void {
  switch (type.name) {
    case 'nvarchar':
    case 'varchar':
    case 'varbinary':
    case 'nchar':
    case 'char':
      writeString(writer, type, value);
      return;
    case 'sql_variant':
      writeVariant(writer, value);
      return;
    default:
      if (value === null) writer.u8(0);
      else writeShort(writer, type, value);
  }
}

type ShortType = Exclude<SqlType, StringType | { readonly name: 'sql_variant' }>;

/** Types with one byte of length in front of the value; 0 is NULL. */
function writeShort(writer: ByteWriter, type: ShortType, value: NonNullable<CellValue>): void {
  switch (type.name) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      writeInteger(writer.u8(integerBytes[type.name]), type.name, value);
      return;
    case 'bit':
      writer.u8(1).u8(bitOf(value));
      return;
    case 'real':
      writer.u8(4).f32(Number(value));
      return;
    case 'float':
      writer.u8(8).f64(Number(value));
      return;
    case 'uniqueidentifier':
      writeGuid(writer.u8(16), textOf(value));
      return;
    case 'numeric':
      writeNumeric(writer, type.precision, type.scale, value);
      return;
    case 'datetime':
      writeDatetime(writer.u8(8), textOf(value));
      return;
    case 'datetime2':
    case 'datetimeoffset':
      writeDatetime2(writer, type, textOf(value));
  }
}

export function writeInteger(
  writer: ByteWriter,
  name: keyof typeof integerBytes,
  value: NonNullable<CellValue>,
): void {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') {
    throw new RangeError(`${name} cannot hold ${typeof value}`);
  }
  const integer = BigInt(value);
  if (name === 'tinyint') writer.u8(Number(integer));
  else if (name === 'smallint') writer.i16(Number(integer));
  else if (name === 'int') writer.i32(Number(integer));
  else writer.i64(integer);
}

function bitOf(value: NonNullable<CellValue>): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === 0 || value === 1) return value;
  throw new RangeError(`bit cannot hold ${typeof value}`);
}

function textOf(value: NonNullable<CellValue>): string {
  if (typeof value !== 'string') throw new RangeError(`text wanted, ${typeof value} given`);
  return value;
}

/** The first three groups are little-endian numbers, the rest plain bytes (MS-TDS 2.2.5.5.1.1 GUID). */
function writeGuid(writer: ByteWriter, text: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new RangeError(`not a uniqueidentifier: ${text}`);
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  writer
    .u32(bytes.readUInt32BE(0))
    .u16(bytes.readUInt16BE(4))
    .u16(bytes.readUInt16BE(6))
    .bytes(bytes.subarray(8));
}

/** Sign byte (1 is plus), then the magnitude in 4, 8, 12 or 16 bytes. */
function writeNumeric(
  writer: ByteWriter,
  precision: number,
  scale: number,
  value: NonNullable<CellValue>,
): void {
  if (typeof value === 'boolean' || typeof value === 'object')
    throw new RangeError(`numeric cannot hold ${typeof value}`);
  const scaled = parseDecimal(value, precision, scale);
  const size = decimalBytes(precision);
  writer.u8(size + 1).u8(scaled < 0n ? 0 : 1);
  writer.unsigned(scaled < 0n ? -scaled : scaled, size);
}

/** Days since 1900 and 1/300 seconds since midnight (MS-TDS 2.2.5.5.1.8). */
function writeDatetime(writer: ByteWriter, text: string): void {
  const { day, nanoseconds } = parseInstant(text);
  const ticks = Math.round((Number(nanoseconds) * 300) / 1e9);
  const rolls = ticks === 86_400 * 300;
  writer.i32(day - datetimeOrigin + (rolls ? 1 : 0)).u32(rolls ? 0 : ticks);
}

type ScaledDate = Extract<SqlType, { readonly name: 'datetime2' | 'datetimeoffset' }>;

/** Time in units of 10^-scale s, then days since 0001-01-01; datetimeoffset in UTC, then its offset in minutes. */
function writeDatetime2(writer: ByteWriter, type: ScaledDate, text: string): void {
  const withOffset = type.name === 'datetimeoffset';
  const local = parseInstant(text);
  const offset = local.offsetMinutes ?? 0;
  const unit = 10n ** BigInt(9 - type.scale);
  const rounded = shift(local, unit / 2n - (withOffset ? BigInt(offset) * 60_000_000_000n : 0n));
  const size = timeBytes(type.scale);
  writer.u8(size + 3 + (withOffset ? 2 : 0));
  writer.unsigned((rounded.nanoseconds % nanosecondsPerDay) / unit, size).unsigned(BigInt(rounded.day), 3);
  if (withOffset) writer.i16(offset);
}

/** Bytes of TIME by scale (MS-TDS 2.2.5.5.1.9). */
export function timeBytes(scale: number): number {
  if (scale <= 2) return 3;
  return scale <= 4 ? 4 : 5;
}

/** Two bytes of length, 0xFFFF is NULL; (max) in parts, see MS-TDS 2.2.5.2.3. */
function writeString(writer: ByteWriter, type: StringType, value: CellValue): void {
  if (type.length === 'max') {
    if (value === null) writer.u64(plpNull);
    else writeParts(writer, stringValue(type, value));
    return;
  }
  if (value === null) {
    writer.u16(maxLength);
    return;
  }
  const bytes = stringValue(type, value);
  if (bytes.length > stringBytes(type))
    throw new RangeError(`a value is longer than ${type.name}(${type.length})`);
  writer.u16(bytes.length).bytes(bytes);
}

function writeParts(writer: ByteWriter, bytes: Uint8Array): void {
  writer.u64(BigInt(bytes.length));
  if (bytes.length > 0) writer.u32(bytes.length).bytes(bytes);
  writer.u32(0);
}

function stringValue(type: StringType, value: NonNullable<CellValue>): Uint8Array {
  if (type.name === 'varbinary') {
    if (!(value instanceof Uint8Array)) throw new RangeError(`varbinary cannot hold ${typeof value}`);
    return value;
  }
  const text = textOf(value);
  const padded = type.name === 'char' || type.name === 'nchar' ? text.padEnd(type.length) : text;
  return type.name === 'nvarchar' || type.name === 'nchar'
    ? Buffer.from(padded, 'utf16le')
    : encodeCodePage(padded);
}
