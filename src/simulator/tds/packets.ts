/** Packet framing (MS-TDS 2.2.3): cuts a byte stream into packets, joins packets to messages, and frames what is sent. */
import { TdsProtocolError } from './protocol-error.ts';

export const packetType = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  transaction: 0x0e,
  login7: 0x10,
  sspi: 0x11,
  prelogin: 0x12,
} as const;

/** MS-TDS 2.2.3.1.2, the status bits of a packet header. */
export const packetStatus = {
  endOfMessage: 0x01,
  ignore: 0x02,
  resetConnection: 0x08,
  resetKeepTransaction: 0x10,
} as const;

export const headerSize = 8;
export const defaultPacketSize = 4096;
/** Bytes, 512..32767: MS-TDS 2.2.6.4, PacketSize. */
export const packetSizeLimits = { least: 512, most: 32767 } as const;

export interface Packet {
  readonly type: number;
  readonly status: number;
  readonly payload: Buffer;
}

/** Cuts arriving chunks into packets. The length in the header counts the header and is big-endian. */
export class PacketReader {
  #pending: Buffer = Buffer.alloc(0);
  readonly #chunks: Buffer[] = [];
  #chunkBytes = 0;
  /** Bytes needed before the next packet can be complete; saves joining small chunks again and again. */
  #wanted = headerSize;

  push(chunk: Buffer): readonly Packet[] {
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.length;
    if (this.#pending.length + this.#chunkBytes < this.#wanted) return [];
    this.#pending = Buffer.concat([this.#pending, ...this.#chunks]);
    this.#chunks.length = 0;
    this.#chunkBytes = 0;
    const packets: Packet[] = [];
    for (let packet = this.#next(); packet !== undefined; packet = this.#next()) packets.push(packet);
    return packets;
  }

  #next(): Packet | undefined {
    const bytes = this.#pending;
    this.#wanted = headerSize;
    if (bytes.length < headerSize) return undefined;
    const length = bytes.readUInt16BE(2);
    if (length < headerSize || length > packetSizeLimits.most)
      throw new TdsProtocolError(`packet length ${length}`);
    this.#wanted = length;
    if (bytes.length < length) return undefined;
    this.#pending = bytes.subarray(length);
    return {
      type: bytes.readUInt8(0),
      status: bytes.readUInt8(1),
      payload: bytes.subarray(headerSize, length),
    };
  }
}

export interface Message {
  readonly type: number;
  /** Reset bits of the first packet, ignore bit of the last (MS-TDS 2.2.3.1.2). */
  readonly status: number;
  readonly payload: Buffer;
}

/** Joins packets until the end-of-message bit. `limit` in bytes bounds what one client can make us hold. */
export class MessageAssembler {
  #parts: Buffer[] = [];
  #bytes = 0;
  #type: number | undefined;
  #status = 0;

  add(packet: Packet, limit: number): Message | undefined {
    this.#type ??= packet.type;
    if (packet.type !== this.#type) throw new TdsProtocolError('packet type changes inside a message');
    this.#status |= packet.status;
    this.#bytes += packet.payload.length;
    if (this.#bytes > limit) throw new TdsProtocolError(`message longer than ${limit} bytes`);
    this.#parts.push(packet.payload);
    if ((packet.status & packetStatus.endOfMessage) === 0) return undefined;
    const message = { type: this.#type, status: this.#status, payload: Buffer.concat(this.#parts) };
    this.discard();
    return message;
  }

  /** An attention ends a half-sent message (MS-TDS 2.2.1.7). */
  discard(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#type = undefined;
    this.#status = 0;
  }
}

export interface Framing {
  readonly type: number;
  readonly packetSize: number;
  readonly processId: number;
  /** Number of the first packet; counts up modulo 256 (MS-TDS 2.2.3.1.5). */
  readonly firstNumber: number;
  readonly endOfMessage: boolean;
}

/**
 * Payload to packets. Without `endOfMessage` the last packet may be short, which is legal and makes live INFO possible;
 * an empty payload then gives nothing.
 */
export function framePackets(payload: Uint8Array, framing: Framing): readonly Buffer[] {
  const room = framing.packetSize - headerSize;
  const count = Math.max(Math.ceil(payload.length / room), framing.endOfMessage ? 1 : 0);
  const packets: Buffer[] = [];
  for (let index = 0; index < count; index += 1) {
    const part = payload.subarray(index * room, (index + 1) * room);
    const packet = Buffer.alloc(headerSize + part.length);
    packet.writeUInt8(framing.type, 0);
    packet.writeUInt8(framing.endOfMessage && index === count - 1 ? packetStatus.endOfMessage : 0, 1);
    packet.writeUInt16BE(packet.length, 2);
    packet.writeUInt16BE(framing.processId & 0xffff, 4);
    packet.writeUInt8((framing.firstNumber + index) & 0xff, 6);
    packet.set(part, headerSize);
    packets.push(packet);
  }
  return packets;
}
