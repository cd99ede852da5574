/** A client of single bytes, for what the driver never sends: calls joined in one message, requests sent ahead, old versions. */
import { connect } from 'node:net';
import { ByteWriter } from '../../../src/simulator/tds/byte-writer.ts';
import {
  framePackets,
  MessageAssembler,
  PacketReader,
  packetType,
  type Message,
} from '../../../src/simulator/tds/packets.ts';

export interface RawClient extends AsyncDisposable {
  /** `piece`: bytes handed to the socket at a time. */
  send(
    type: number,
    payload: Uint8Array,
    options?: { readonly status?: number; readonly piece?: number },
  ): Promise<void>;
  /** The next whole message of the server. */
  next(): Promise<Buffer>;
  /** A whole message has come or the server has ended the connection. */
  answered(): Promise<void>;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const [packets, assembler] = [new PacketReader(), new MessageAssembler()];
  const arrived: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    for (const packet of packets.push(chunk)) {
      const message = assembler.add(packet, 1_000_000);
      if (message === undefined) continue;
      const taker = waiting.shift();
      if (taker === undefined) arrived.push(message);
      else taker(message);
    }
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    send: async (type, payload, { status = 0, piece = Infinity } = {}) => {
      const framing = { type, packetSize: 4096, processId: 0, firstNumber: 1, endOfMessage: true };
      const bytes = Buffer.concat(framePackets(payload, framing));
      bytes[1] = (bytes[1] ?? 0) | status;
      for (let at = 0; at < bytes.length; at += piece) {
        await new Promise((resolve) => socket.write(bytes.subarray(at, at + piece), resolve));
      }
    },
    next: async () => {
      const message = arrived.shift() ?? (await new Promise<Message>((resolve) => waiting.push(resolve)));
      return message.payload;
    },
    answered: () =>
      new Promise((resolve) => {
        if (arrived.length > 0 || socket.closed) resolve();
        waiting.push(() => resolve());
        socket.once('close', () => resolve());
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        if (socket.closed) resolve();
        socket.once('close', () => resolve());
        socket.destroy();
      }),
  };
}

/** Logs in without PRELOGIN, as old clients do. */
export async function loggedIn(port: number, version = 0x74000004): Promise<RawClient> {
  const client = await rawClient(port);
  await client.send(packetType.login7, login7({ version }));
  await client.next();
  return client;
}

export interface LoginFields {
  readonly version?: number;
  readonly packetSize?: number;
  readonly integrated?: boolean;
  readonly user?: string;
  /** As it stands on the wire. */
  readonly password?: Uint8Array;
  readonly database?: string;
}

/** MS-TDS 2.2.6.4 with host, user, password, program and database; the other fields are empty. */
export function login7(fields: LoginFields): Buffer {
  const head = new ByteWriter();
  const tail = new ByteWriter();
  const password = fields.password ?? Buffer.alloc(0);
  const entries = ['OPS1', fields.user ?? 'pchat', password, 'raw', '', '', '', '', fields.database ?? ''];
  for (const entry of entries) {
    const bytes = typeof entry === 'string' ? Buffer.from(entry, 'utf16le') : entry;
    head.u16(94 + tail.length).u16(bytes.length / 2);
    tail.bytes(bytes);
  }
  const text = tail.take();
  const writer = new ByteWriter()
    .u32(94 + text.length)
    .u32(fields.version ?? 0x74000004)
    .u32(fields.packetSize ?? 4096);
  writer
    .bytes(new Uint8Array(12))
    .u8(0xe0)
    .u8(fields.integrated === true ? 0x80 : 0x03)
    .u8(0)
    .u8(0)
    .bytes(new Uint8Array(8));
  writer.bytes(head.take()).bytes(new Uint8Array(22));
  return writer.bytes(text).take();
}

const allHeaders = (): ByteWriter => new ByteWriter().u32(22).u32(18).u16(2).u64(0n).u32(1);

export function batchPayload(text: string): Buffer {
  return allHeaders().utf16(text).take();
}

/** Calls by name without parameters, joined by 0xFF. */
export function callsPayload(...names: readonly string[]): Buffer {
  const writer = allHeaders();
  for (const [index, name] of names.entries()) {
    if (index > 0) writer.u8(0xff);
    writer.longText(name).u16(0);
  }
  return writer.take();
}

/** One call of sp_executesql by id with one parameter, whose type and value are given as bytes. */
export function parameterPayload(typeAndValue: Uint8Array): Buffer {
  return allHeaders().u16(0xffff).u16(10).u16(0).shortText('@p').u8(0).bytes(typeAndValue).take();
}
