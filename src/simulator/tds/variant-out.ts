/** sql_variant values (MS-TDS 2.2.5.5.3): the base type follows from the kind of value. */
import type { CellValue } from '../sql-tokens.ts';
import type { ByteWriter } from './byte-writer.ts';
import { collation } from './code-page.ts';
import { typeCode } from './type-codes.ts';

/** Total length, base type, count of property bytes, properties, value; length 0 is NULL. */
export function writeVariant(writer: ByteWriter, value: CellValue): void {
  if (value === null) {
    writer.u32(0);
  } else if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf16le');
    if (bytes.length > 8000) throw new RangeError('a value is longer than sql_variant allows');
    writer
      .u32(bytes.length + 9)
      .u8(typeCode.nvarchar)
      .u8(7)
      .bytes(collation)
      .u16(8000)
      .bytes(bytes);
  } else if (typeof value === 'boolean') {
    writer
      .u32(3)
      .u8(typeCode.bit)
      .u8(0)
      .u8(value ? 1 : 0);
  } else if (typeof value === 'bigint') {
    writer.u32(10).u8(typeCode.int8).u8(0).i64(value);
  } else if (typeof value === 'number') {
    writeNumber(writer, value);
  } else {
    writer
      .u32(value.length + 4)
      .u8(typeCode.varbinary)
      .u8(2)
      .u16(8000)
      .bytes(value);
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  const isInt = Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
  if (isInt) writer.u32(6).u8(typeCode.int4).u8(0).i32(value);
  else writer.u32(10).u8(typeCode.float8).u8(0).f64(value);
}
