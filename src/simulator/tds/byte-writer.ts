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

  #grow(count: number): number {
    const from = this.#length;
    const wanted = from + count;
    if (wanted > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, from);
      this.#bytes = larger;
    }
    this.#length = wanted;
    return from;
  }

  u8(value: number): this {
    this.#bytes.writeUInt8(value, this.#grow(1));
    return this;
  }
  u16(value: number): this {
    this.#bytes.writeUInt16LE(value, this.#grow(2));
    return this;
  }
  u16BigEndian(value: number): this {
    this.#bytes.writeUInt16BE(value, this.#grow(2));
    return this;
  }
  u32(value: number): this {
    this.#bytes.writeUInt32LE(value, this.#grow(4));
    return this;
  }
  u32BigEndian(value: number): this {
    this.#bytes.writeUInt32BE(value, this.#grow(4));
    return this;
  }
  i16(value: number): this {
    this.#bytes.writeInt16LE(value, this.#grow(2));
    return this;
  }
  i32(value: number): this {
    this.#bytes.writeInt32LE(value, this.#grow(4));
    return this;
  }
  i64(value: bigint): this {
    this.#bytes.writeBigInt64LE(value, this.#grow(8));
    return this;
  }
  u64(value: bigint): this {
    this.#bytes.writeBigUInt64LE(value, this.#grow(8));
    return this;
  }
  f32(value: number): this {
    this.#bytes.writeFloatLE(value, this.#grow(4));
    return this;
  }
  f64(value: number): this {
    this.#bytes.writeDoubleLE(value, this.#grow(8));
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
    const from = this.#grow(value.length);
    this.#bytes.set(value, from);
    return this;
  }
  utf16(text: string): this {
    const from = this.#grow(text.length * 2);
    this.#bytes.write(text, from, 'utf16le');
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
