/**
 * Columns that cannot be NULL (MS-TDS 2.2.5.4.1): the fixed-length types have neither a length in TYPE_INFO nor one in front of
 * the value. Microsoft.Data.SqlClient reads no length for such a column whatever its TYPE_INFO says.
 */
import type { CellValue, ColumnToken, SqlType } from '../sql-tokens.ts';
import { ByteWriter } from './byte-writer.ts';
import { typeCode } from './type-codes.ts';
import { writeTypeInfo, writeValue } from './types-out.ts';

const FIXED: Partial<Record<SqlType['name'], number>> = {
  tinyint: typeCode.int1,
  smallint: typeCode.int2,
  int: typeCode.int4,
  bigint: typeCode.int8,
  bit: typeCode.bit,
  real: typeCode.float4,
  float: typeCode.float8,
  datetime: typeCode.datetime,
};

const fixedCode = ({ nullable, type }: ColumnToken): number | undefined =>
  nullable ? undefined : FIXED[type.name];

export function writeColumnType(writer: ByteWriter, column: ColumnToken): void {
  const code = fixedCode(column);
  if (code === undefined) writeTypeInfo(writer, column.type);
  else writer.u8(code);
}

export function writeCell(writer: ByteWriter, column: ColumnToken, value: CellValue): void {
  if (fixedCode(column) === undefined) {
    writeValue(writer, column.type, value);
    return;
  }
  if (value === null) throw new RangeError('NULL in a column that has none');
  const cell = new ByteWriter(16);
  writeValue(cell, column.type, value);
  writer.bytes(cell.take().subarray(1));
}
