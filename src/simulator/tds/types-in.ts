/**
 * Types and values of RPC parameters (MS-TDS 2.2.5.4 to 2.2.5.6). Types that the estate's words lack come up as the nearest one:
 * date, time and smalldatetime as datetime2 or datetime, money as numeric(19,4), xml and text as (n)varchar(max), binary as varbinary.
 */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { ByteReader } from './byte-reader.ts';
import { decodeCodePage } from './code-page.ts';
import {
  readDate,
  readDatetime,
  readDatetime2,
  readDatetimeoffset,
  readSmalldatetime,
  readTime,
} from './dates-in.ts';
import { formatDecimal } from './decimal.ts';
import { TdsProtocolError } from './protocol-error.ts';
import { maxLength, plpNull, plpUnknown, typeCode } from './type-codes.ts';

/** A type as read from TYPE_INFO, with the way to read its values. */
export interface IncomingType {
  readonly type: SqlType;
  read(reader: ByteReader): CellValue;
}

type Decode = (bytes: Uint8Array, reader: ByteReader) => CellValue;

export function readTypeInfo(reader: ByteReader): IncomingType {
  const code = reader.u8();
  return (
    readFixed(code) ??
    readSized(code, reader) ??
    readText(code, reader) ??
    readLong(code, reader) ??
    refuse(code)
  );
}

function refuse(code: number): never {
  throw new TdsProtocolError(`data type 0x${code.toString(16)} is not served`);
}

/** FIXEDLENTYPE: no length, never NULL. */
function readFixed(code: number): IncomingType | undefined {
  switch (code) {
    case typeCode.null:
      return { type: { name: 'nvarchar', length: 1 }, read: () => null };
    case typeCode.bit:
      return { type: { name: 'bit' }, read: (reader) => reader.u8() !== 0 };
    case typeCode.int1:
      return { type: { name: 'tinyint' }, read: (reader) => reader.u8() };
    case typeCode.int2:
      return { type: { name: 'smallint' }, read: (reader) => reader.i16() };
    case typeCode.int4:
      return { type: { name: 'int' }, read: (reader) => reader.i32() };
    case typeCode.int8:
      return { type: { name: 'bigint' }, read: (reader) => reader.i64() };
    case typeCode.float4:
      return { type: { name: 'real' }, read: (reader) => reader.f32() };
    case typeCode.float8:
      return { type: { name: 'float' }, read: (reader) => reader.f64() };
    case typeCode.datetime:
      return { type: { name: 'datetime' }, read: readDatetime };
    case typeCode.smalldatetime:
      return { type: { name: 'datetime' }, read: readSmalldatetime };
    case typeCode.money:
      return { type: moneyType, read: (reader) => readMoney(reader, 8) };
    case typeCode.smallmoney:
      return { type: moneyType, read: (reader) => readMoney(reader, 4) };
    default:
      return undefined;
  }
}

const moneyType: SqlType = { name: 'numeric', precision: 19, scale: 4 };

/** 10^-4 units, high half first. */
function readMoney(reader: ByteReader, size: number): string {
  if (size === 4) return formatDecimal(BigInt(reader.i32()), 4);
  const high = BigInt(reader.i32());
  return formatDecimal((high << 32n) | BigInt(reader.u32()), 4);
}

/** BYTELEN types: the type says a length or a scale, each value carries one byte of length, 0 is NULL. */
function readSized(code: number, reader: ByteReader): IncomingType | undefined {
  switch (code) {
    case typeCode.intN:
      return nullable(integerType(reader.u8()), (value, size) => readInteger(value, size));
    case typeCode.bitN:
      reader.u8();
      return nullable({ name: 'bit' }, (value) => value.u8() !== 0);
    case typeCode.floatN:
      return nullable({ name: reader.u8() === 4 ? 'real' : 'float' }, (value, size) =>
        size === 4 ? value.f32() : value.f64(),
      );
    case typeCode.guid:
      reader.u8();
      return nullable({ name: 'uniqueidentifier' }, readGuid);
    case typeCode.decimalN:
    case typeCode.numericN:
      return readNumericType(reader);
    case typeCode.moneyN:
      reader.u8();
      return nullable(moneyType, readMoney);
    case typeCode.datetimeN:
      reader.u8();
      return nullable({ name: 'datetime' }, (value, size) =>
        size === 4 ? readSmalldatetime(value) : readDatetime(value),
      );
    case typeCode.dateN:
      return nullable({ name: 'datetime2', scale: 0 }, readDate);
    default:
      return readScaled(code, reader);
  }
}

function readScaled(code: number, reader: ByteReader): IncomingType | undefined {
  if (code !== typeCode.timeN && code !== typeCode.datetime2N && code !== typeCode.datetimeoffsetN)
    return undefined;
  const scale = reader.u8();
  if (scale > 7) throw new TdsProtocolError(`date scale ${scale}`);
  if (code === typeCode.timeN)
    return nullable({ name: 'datetime2', scale }, (value, size) => readTime(value, size, scale));
  if (code === typeCode.datetime2N) {
    return nullable({ name: 'datetime2', scale }, (value, size) => readDatetime2(value, size, scale));
  }
  return nullable({ name: 'datetimeoffset', scale }, (value, size) => readDatetimeoffset(value, size, scale));
}

function nullable(type: SqlType, read: (reader: ByteReader, size: number) => CellValue): IncomingType {
  return {
    type,
    read: (reader) => {
      const size = reader.u8();
      return size === 0 ? null : read(reader, size);
    },
  };
}

function integerType(size: number): SqlType {
  if (size === 1) return { name: 'tinyint' };
  if (size === 2) return { name: 'smallint' };
  return { name: size === 4 ? 'int' : 'bigint' };
}

function readInteger(reader: ByteReader, size: number): CellValue {
  if (size === 1) return reader.u8();
  if (size === 2) return reader.i16();
  if (size === 4) return reader.i32();
  if (size === 8) return reader.i64();
  throw new TdsProtocolError(`integer of ${size} bytes`);
}

function readGuid(reader: ByteReader, size: number): string {
  if (size !== 16) throw new TdsProtocolError(`uniqueidentifier of ${size} bytes`);
  const parts = [hex(reader.u32(), 8), hex(reader.u16(), 4), hex(reader.u16(), 4)];
  const tail = reader.bytes(8).toString('hex').toUpperCase();
  return [...parts, tail.slice(0, 4), tail.slice(4)].join('-');
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0').toUpperCase();
}

function readNumericType(reader: ByteReader): IncomingType {
  reader.u8();
  const [precision, scale] = [reader.u8(), reader.u8()];
  if (precision < 1 || precision > 38 || scale > precision)
    throw new TdsProtocolError(`numeric(${precision},${scale})`);
  return nullable({ name: 'numeric', precision, scale }, (value, size) => {
    const positive = value.u8() !== 0;
    const magnitude = value.unsigned(size - 1);
    return formatDecimal(positive ? magnitude : -magnitude, scale);
  });
}

/** USHORTLEN types; 0xFFFF in the type means (max) and values in parts. */
function readText(code: number, reader: ByteReader): IncomingType | undefined {
  const shape = shapes.get(code);
  if (shape === undefined) return undefined;
  const length = shape.lengthBytes === 1 ? reader.u8() : reader.u16();
  if (shape.collated) reader.bytes(5);
  const isMax = shape.lengthBytes === 2 && length === maxLength;
  const type = textType(
    shape.name,
    isMax ? 'max' : Math.max(1, shape.name === 'nvarchar' ? Math.floor(length / 2) : length),
  );
  if (isMax) return { type, read: (value) => readParts(value, shape.decode) };
  if (shape.lengthBytes === 1) return nullable(type, (value, size) => shape.decode(value.bytes(size), value));
  return {
    type,
    read: (value) => {
      const size = value.u16();
      return size === maxLength ? null : shape.decode(value.bytes(size), value);
    },
  };
}

interface TextShape {
  readonly name: 'nvarchar' | 'varchar' | 'varbinary';
  readonly decode: Decode;
  readonly collated: boolean;
  readonly lengthBytes: 1 | 2;
}
const decodeUtf16: Decode = (bytes) => Buffer.from(bytes).toString('utf16le');
const decodeBytes: Decode = (bytes) => Uint8Array.from(bytes);

const shapes: ReadonlyMap<number, TextShape> = new Map<number, TextShape>([
  [typeCode.nvarchar, { name: 'nvarchar', decode: decodeUtf16, collated: true, lengthBytes: 2 }],
  [typeCode.nchar, { name: 'nvarchar', decode: decodeUtf16, collated: true, lengthBytes: 2 }],
  [typeCode.varchar, { name: 'varchar', decode: decodeCodePage, collated: true, lengthBytes: 2 }],
  [typeCode.char, { name: 'varchar', decode: decodeCodePage, collated: true, lengthBytes: 2 }],
  [typeCode.varbinary, { name: 'varbinary', decode: decodeBytes, collated: false, lengthBytes: 2 }],
  [typeCode.binary, { name: 'varbinary', decode: decodeBytes, collated: false, lengthBytes: 2 }],
  [typeCode.legacyVarchar, { name: 'varchar', decode: decodeCodePage, collated: false, lengthBytes: 1 }],
  [typeCode.legacyChar, { name: 'varchar', decode: decodeCodePage, collated: false, lengthBytes: 1 }],
  [typeCode.legacyVarbinary, { name: 'varbinary', decode: decodeBytes, collated: false, lengthBytes: 1 }],
  [typeCode.legacyBinary, { name: 'varbinary', decode: decodeBytes, collated: false, lengthBytes: 1 }],
]);

function textType(name: TextShape['name'], length: number | 'max'): SqlType {
  return { name, length };
}

/** PARTLENTYPE: eight bytes of total length, then parts with four bytes of length each until an empty one. */
function readParts(reader: ByteReader, decode: Decode): CellValue {
  const total = reader.u64();
  if (total === plpNull) return null;
  const parts: Buffer[] = [];
  for (let size = reader.u32(); size !== 0; size = reader.u32()) parts.push(reader.bytes(size));
  const bytes = Buffer.concat(parts);
  if (total !== plpUnknown && total !== BigInt(bytes.length))
    throw new TdsProtocolError('parts differ from their total length');
  return decode(bytes, reader);
}

/** LONGLEN types: text, ntext, image as parameters; sql_variant; xml without a schema. */
function readLong(code: number, reader: ByteReader): IncomingType | undefined {
  if (code === typeCode.xml) {
    if (reader.u8() !== 0) throw new TdsProtocolError('xml with a schema collection is not served');
    return { type: { name: 'nvarchar', length: 'max' }, read: (value) => readParts(value, decodeUtf16) };
  }
  if (code === typeCode.variant) {
    reader.u32();
    return { type: { name: 'sql_variant' }, read: readVariant };
  }
  if (code !== typeCode.text && code !== typeCode.ntext && code !== typeCode.image) return undefined;
  reader.u32();
  if (code !== typeCode.image) reader.bytes(5);
  if (code === typeCode.ntext) return longType('nvarchar', decodeUtf16);
  return code === typeCode.text ? longType('varchar', decodeCodePage) : longType('varbinary', decodeBytes);
}

function longType(name: TextShape['name'], decode: Decode): IncomingType {
  return {
    type: { name, length: 'max' },
    read: (reader) => {
      const size = reader.i32();
      return size === -1 ? null : decode(reader.bytes(size), reader);
    },
  };
}

/** Base type, its property bytes, then the value without a length of its own (MS-TDS 2.2.5.5.3). */
function readVariant(reader: ByteReader): CellValue {
  const size = reader.u32();
  if (size === 0) return null;
  const code = reader.u8();
  const properties = reader.bytes(reader.u8());
  const valueSize = size - 2 - properties.length;
  const fixed = readFixed(code);
  if (fixed !== undefined) return fixed.read(reader);
  const shape = shapes.get(code);
  if (shape !== undefined) return shape.decode(reader.bytes(valueSize), reader);
  if (code === typeCode.guid) return readGuid(reader, valueSize);
  if (code !== typeCode.decimalN && code !== typeCode.numericN) return refuse(code);
  const positive = reader.u8() !== 0;
  const magnitude = reader.unsigned(valueSize - 1);
  return formatDecimal(positive ? magnitude : -magnitude, properties[1] ?? 0);
}
