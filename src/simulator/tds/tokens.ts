/** Tokens of the server's answers, one function each (MS-TDS 2.2.7). They know layout only, not order. */
import type { CellValue, ColumnToken, MessageToken, SqlType } from '../sql-tokens.ts';
import type { ByteWriter } from './byte-writer.ts';
import { collation } from './code-page.ts';
import { writeCell, writeColumnType } from './fixed-types.ts';
import type { ServerVersion } from './prelogin.ts';
import { writeTypeInfo, writeValue } from './types-out.ts';

export const token = {
  returnStatus: 0x79,
  columns: 0x81,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  featureExtAck: 0xae,
  row: 0xd1,
  envChange: 0xe3,
  sspi: 0xed,
  done: 0xfd,
  doneProcedure: 0xfe,
  doneInProcedure: 0xff,
} as const;

/** MS-TDS 2.2.7.6, Status. */
export const doneStatus = { more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;

export type DoneCode = typeof token.done | typeof token.doneProcedure | typeof token.doneInProcedure;

export interface Done {
  readonly code: DoneCode;
  readonly status: number;
  /** Statement kind: 0xC1 is SELECT. Clients leave SELECT out of their count of changed rows. */
  readonly command: number;
  readonly rows: number;
}

export function writeDone(writer: ByteWriter, done: Done): void {
  writer.u8(done.code).u16(done.status).u16(done.command).u64(BigInt(done.rows));
}

export function writeColumns(writer: ByteWriter, columns: readonly ColumnToken[]): void {
  writer.u8(token.columns).u16(columns.length);
  for (const column of columns) {
    writer.u32(0).u16(column.nullable ? 0x01 : 0x00);
    writeColumnType(writer, column);
    writer.shortText(column.name);
  }
}

export function writeRow(
  writer: ByteWriter,
  columns: readonly ColumnToken[],
  values: readonly CellValue[],
): void {
  if (values.length !== columns.length)
    throw new RangeError(`row of ${values.length} values for ${columns.length} columns`);
  writer.u8(token.row);
  for (const [index, column] of columns.entries()) {
    try {
      writeCell(writer, column, values[index] ?? null);
    } catch (cause) {
      throw new RangeError(`column ${column.name}`, { cause });
    }
  }
}

/** Texts beyond this many characters are cut, so that the token's length fits two bytes. */
const longestMessage = 16_000;

/** ERROR for severities above 10, INFO for the rest; SQL Server sends severity 10 as 0. */
export function writeMessage(writer: ByteWriter, message: MessageToken, serverName: string): void {
  const isError = message.class > 10;
  writer.u8(isError ? token.error : token.info).sized((inner) => {
    inner
      .i32(message.number)
      .u8(message.state)
      .u8(message.class === 10 ? 0 : message.class);
    inner.longText(message.message.slice(0, longestMessage));
    inner.shortText(serverName).shortText(message.procedure).i32(message.line);
  });
}

export function writeReturnStatus(writer: ByteWriter, value: number): void {
  writer.u8(token.returnStatus).i32(value);
}

export interface ReturnValue {
  /** Place of the parameter in the call, from 0. */
  readonly ordinal: number;
  readonly name: string;
  readonly type: SqlType;
  readonly value: CellValue;
}

/** MS-TDS 2.2.7.19; status 1: output parameter of a procedure. */
export function writeReturnValue(writer: ByteWriter, output: ReturnValue): void {
  writer.u8(token.returnValue).u16(output.ordinal).shortText(output.name).u8(0x01).u32(0).u16(0x01);
  writeTypeInfo(writer, output.type);
  writeValue(writer, output.type, output.value);
}

/** MS-TDS 2.2.7.14. Interface 1 is SQL_TSQL; the version of the protocol is big-endian here. */
export function writeLoginAck(writer: ByteWriter, version: number, server: ServerVersion): void {
  writer.u8(token.loginAck).sized((inner) => {
    inner.u8(1).u32BigEndian(version).shortText('Microsoft SQL Server');
    inner.u8(server.major).u8(server.minor).u16BigEndian(server.build);
  });
}

/** FEATUREEXTACK with no feature: none of those a client may ask for exists in SQL Server 2016 and before. */
export function writeNoFeatures(writer: ByteWriter): void {
  writer.u8(token.featureExtAck).u8(0xff);
}

/** MS-TDS 2.2.7.9, type numbers of ENVCHANGE. */
export const environment = {
  database: 1,
  language: 2,
  packetSize: 4,
  collation: 7,
  beginTransaction: 8,
  commitTransaction: 9,
  rollbackTransaction: 10,
  resetConnection: 18,
} as const;

export function writeTextChange(writer: ByteWriter, kind: number, now: string, before: string): void {
  writer.u8(token.envChange).sized((inner) => inner.u8(kind).shortText(now).shortText(before));
}

export function writeBytesChange(
  writer: ByteWriter,
  kind: number,
  now: Uint8Array,
  before: Uint8Array,
): void {
  writer
    .u8(token.envChange)
    .sized((inner) => inner.u8(kind).u8(now.length).bytes(now).u8(before.length).bytes(before));
}

export function writeCollationChange(writer: ByteWriter): void {
  writeBytesChange(writer, environment.collation, collation, new Uint8Array(0));
}
