/** Grows a buffer of little-endian wire data (MS-TDS 2.2.5). Checks that values fit their field; knows no token. */

export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The buffer, with room for `count` more bytes that now count as written. */
  #reserve(count: number): Buffer {
    const from = this.#length;
    const wanted = from + count;
    if (wanted > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, from);
      this.#bytes = larger;
    }
    this.#length = wanted;
    return this.#bytes;
  }

  u8(value: number): this {
    this.#reserve(1).writeUInt8(value, this.#length - 1);
    return this;
  }
  u16(value: number): this {
    this.#reserve(2).writeUInt16LE(value, this.#length - 2);
    return this;
  }
  u16BigEndian(value: number): this {
    this.#reserve(2).writeUInt16BE(value, this.#length - 2);
    return this;
  }
  u32(value: number): this {
    this.#reserve(4).writeUInt32LE(value, this.#length - 4);
    return this;
  }
  u32BigEndian(value: number): this {
    this.#reserve(4).writeUInt32BE(value, this.#length - 4);
    return this;
  }
  i16(value: number): this {
    this.#reserve(2).writeInt16LE(value, this.#length - 2);
    return this;
  }
  i32(value: number): this {
    this.#reserve(4).writeInt32LE(value, this.#length - 4);
    return this;
  }
  i64(value: bigint): this {
    this.#reserve(8).writeBigInt64LE(value, this.#length - 8);
    return this;
  }
  u64(value: bigint): this {
    this.#reserve(8).writeBigUInt64LE(value, this.#length - 8);
    return this;
  }
  f32(value: number): this {
    this.#reserve(4).writeFloatLE(value, this.#length - 4);
    return this;
  }
  f64(value: number): this {
    this.#reserve(8).writeDoubleLE(value, this.#length - 8);
    return this;
  }
  /** Unsigned, `size` bytes; the value must fit. */
  unsigned(value: bigint, size: number): this {
    if (value < 0n || value >> BigInt(size * 8) !== 0n)
      throw new RangeError(`${value.toString()} does not fit ${size} bytes`);
    let rest = value;
    for (let index = 0; index < size; index += 1) {
      this.u8(Number(rest & 0xffn));
      rest >>= 8n;
    }
    return this;
  }
  bytes(value: Uint8Array): this {
    this.#reserve(value.length).set(value, this.#length - value.length);
    return this;
  }
  utf16(text: string): this {
    const size = text.length * 2;
    this.#reserve(size).write(text, this.#length - size, 'utf16le');
    return this;
  }
  /** B_VARCHAR: at most 255 characters, longer text is cut as SQL Server cuts names. */
  shortText(text: string): this {
    const fitting = text.slice(0, 255);
    return this.u8(fitting.length).utf16(fitting);
  }
  /** US_VARCHAR: two bytes of length in characters. */
  longText(text: string): this {
    return this.u16(text.length).utf16(text);
  }
  /** A field of its own with a two-byte length in front, as most tokens have. */
  sized(build: (inner: ByteWriter) => void): this {
    const inner = new ByteWriter();
    build(inner);
    return this.u16(inner.length).bytes(inner.take());
  }
  /** What was written so far; the writer starts anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(256);
    this.#length = 0;
    return taken;
  }
}
