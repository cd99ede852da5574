/** Reads little-endian wire data (MS-TDS 2.2.5) with bounds: reading past the end is a TdsProtocolError, never a crash. */
import { TdsProtocolError } from './protocol-error.ts';

export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  #advance(count: number): number {
    if (count < 0 || count > this.remaining) {
      throw new TdsProtocolError(`message ends early: ${count} bytes wanted, ${this.remaining} left`);
    }
    const from = this.#at;
    this.#at += count;
    return from;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }
  u16(): number {
    return this.#bytes.readUInt16LE(this.#advance(2));
  }
  u16BigEndian(): number {
    return this.#bytes.readUInt16BE(this.#advance(2));
  }
  u32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }
  i16(): number {
    return this.#bytes.readInt16LE(this.#advance(2));
  }
  i32(): number {
    return this.#bytes.readInt32LE(this.#advance(4));
  }
  i64(): bigint {
    return this.#bytes.readBigInt64LE(this.#advance(8));
  }
  u64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#advance(8));
  }
  f32(): number {
    return this.#bytes.readFloatLE(this.#advance(4));
  }
  f64(): number {
    return this.#bytes.readDoubleLE(this.#advance(8));
  }
  /** Unsigned, 1 to 16 bytes. */
  unsigned(size: number): bigint {
    const bytes = this.bytes(size);
    let value = 0n;
    for (let index = bytes.length - 1; index >= 0; index -= 1)
      value = (value << 8n) | BigInt(bytes[index] ?? 0);
    return value;
  }
  /** A view, not a copy. */
  bytes(count: number): Buffer {
    const from = this.#advance(count);
    return this.#bytes.subarray(from, from + count);
  }
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }
  /** UTF-16LE text of `characters` code units. */
  utf16(characters: number): string {
    return this.bytes(characters * 2).toString('utf16le');
  }
  /** B_VARCHAR: one byte of length in characters. */
  shortText(): string {
    return this.utf16(this.u8());
  }
  rest(): Buffer {
    return this.bytes(this.remaining);
  }
}
