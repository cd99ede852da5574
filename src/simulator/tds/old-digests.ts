/** MD4 (RFC 1320) and RC4 (RFC 6229 has its test vectors): NTLM needs both, and OpenSSL 3 no longer offers them. Never for anything else. */

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

type Mix = (x: number, y: number, z: number) => number;

interface Round {
  readonly mix: Mix;
  readonly constant: number;
  readonly order: readonly number[];
  readonly shifts: readonly number[];
}

// prettier-ignore
const ROUNDS: readonly Round[] = [
  { mix: (x, y, z) => (x & y) | (~x & z), constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], shifts: [3, 7, 11, 19] },
  { mix: (x, y, z) => (x & y) | (x & z) | (y & z), constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], shifts: [3, 5, 9, 13] },
  { mix: (x, y, z) => x ^ y ^ z, constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], shifts: [3, 9, 11, 15] },
];

const BLOCK = 64;

function padded(bytes: Uint8Array): Buffer {
  const whole = Math.ceil((bytes.length + 9) / BLOCK) * BLOCK;
  const buffer = Buffer.alloc(whole);
  buffer.set(bytes);
  buffer.writeUInt8(0x80, bytes.length);
  buffer.writeBigUInt64LE(BigInt(bytes.length) * 8n, whole - 8);
  return buffer;
}

type Words = [a: number, b: number, c: number, d: number];

function compress(state: Words, block: Buffer): Words {
  let [a, b, c, d] = state;
  for (const { mix, constant, order, shifts } of ROUNDS) {
    for (const [step, index] of order.entries()) {
      const sum = (a + mix(b, c, d) + block.readUInt32LE(index * 4) + constant) | 0;
      [a, b, c, d] = [d, rotate(sum, shifts[step % 4] ?? 0), b, c];
    }
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
}

export function md4(bytes: Uint8Array): Buffer {
  const message = padded(bytes);
  let state: Words = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let at = 0; at < message.length; at += BLOCK)
    state = compress(state, message.subarray(at, at + BLOCK));
  const digest = Buffer.alloc(16);
  for (const [index, word] of state.entries()) digest.writeInt32LE(word, index * 4);
  return digest;
}

/** The same function encrypts and decrypts. */
export function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const box = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (first: number, second: number): void => {
    [box[first], box[second]] = [box[second] ?? 0, box[first] ?? 0];
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + (box[i] ?? 0) + (key[i % key.length] ?? 0)) & 0xff;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(data).map((byte) => {
    i = (i + 1) & 0xff;
    j = (j + (box[i] ?? 0)) & 0xff;
    swap(i, j);
    return byte ^ (box[((box[i] ?? 0) + (box[j] ?? 0)) & 0xff] ?? 0);
  }) as Buffer;
}
