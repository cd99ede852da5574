/**
 * TLS as TDS 7 does it (MS-TDS 2.2.6.5 and 3.3.5.1): handshake records travel inside PRELOGIN packets, later records bare.
 * TLS 1.2 at most and no tickets: records of TLS 1.3 after the handshake would have no packet to travel in. TDS 8 (`strict`) has
 * bare records from the first byte and TLS 1.3.
 */
import { constants } from 'node:crypto';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { defaultPacketSize, framePackets, headerSize, packetType } from './packets.ts';
import { TdsProtocolError } from './protocol-error.ts';

export interface TlsMaterial {
  /** PEM. */
  readonly key: string;
  /** PEM; the server's certificate first, then its issuers. */
  readonly cert: string;
}

export function createTdsSecureContext(material: TlsMaterial): SecureContext {
  return createSecureContext({
    key: material.key,
    cert: material.cert,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
}

export function createStrictContext(material: TlsMaterial): SecureContext {
  return createSecureContext({ key: material.key, cert: material.cert, minVersion: 'TLSv1.2' });
}

/** ALPN of TDS 8 (MS-TDS 2.1). */
const STRICT_PROTOCOL = 'tds/8.0';

export interface TlsEvents {
  writeRaw(bytes: Uint8Array): void;
  onPlain(chunk: Buffer): void;
  onFailure(error: unknown): void;
}

/** Content types of TLS records: change_cipher_spec 0x14 to application_data 0x17. */
const firstRecordType = 0x14;
const lastRecordType = 0x17;
/** Bytes; RFC 5246, 6.2.1. */
const LONGEST_RECORD = 16_384;
const HANDSHAKE_RECORD = 0x16;

export class TlsInTds {
  readonly #events: TlsEvents;
  readonly #inner: Duplex;
  readonly #socket: TLSSocket;
  #wrapped: Buffer = Buffer.alloc(0);
  /** Handshake records not yet wrapped: one answer of the client must meet one message of ours. */
  #flight: Buffer[] = [];
  #flush: NodeJS.Immediate | undefined;
  #bare: boolean;

  constructor(context: SecureContext, events: TlsEvents, isStrict: boolean) {
    this.#events = events;
    this.#bare = isStrict;
    this.#inner = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.#send(chunk);
        done();
      },
    });
    this.#socket = new TLSSocket(this.#inner, {
      isServer: true,
      secureContext: context,
      ...(isStrict ? { ALPNProtocols: [STRICT_PROTOCOL] } : {}),
    });
    this.#socket.on('data', (chunk: Buffer) => events.onPlain(chunk));
    this.#socket.on('error', (error: unknown) => events.onFailure(error));
    this.#inner.on('error', (error) => events.onFailure(error));
  }

  /** Bytes from the wire. Record or packet is asked at packet borders only: a packet of the handshake begins with 0x12. */
  receive(chunk: Buffer): void {
    this.#wrapped = Buffer.concat([this.#wrapped, chunk]);
    while (!this.#bare && this.#wrapped.length > 0) {
      if (isRecord(this.#wrapped)) {
        this.#flushFlight();
        this.#bare = true;
      } else if (!this.#unwrapPacket()) {
        return;
      }
    }
    if (!this.#bare) return;
    const records = this.#wrapped;
    this.#wrapped = Buffer.alloc(0);
    this.#inner.push(records);
  }

  #unwrapPacket(): boolean {
    const bytes = this.#wrapped;
    if (bytes[0] !== packetType.prelogin)
      throw new TdsProtocolError('TLS handshake outside PRELOGIN packets');
    const length = bytes.length < headerSize ? Infinity : bytes.readUInt16BE(2);
    if (length < headerSize) throw new TdsProtocolError(`packet length ${length}`);
    if (bytes.length < length) return false;
    this.#wrapped = bytes.subarray(length);
    this.#inner.push(bytes.subarray(headerSize, length));
    return true;
  }

  /**
   * No record is longer than a packet, as SQL Server sends them: Microsoft.Data.SqlClient 7.1 waits for ever in the middle of an
   * answer of 100 KB whose records hold several packets and parts of packets.
   */
  limitRecords(packetSize: number): void {
    this.#socket.setMaxSendFragment(Math.min(packetSize, LONGEST_RECORD));
  }

  /** Bytes to be encrypted. */
  write(plain: Uint8Array): void {
    this.#socket.write(plain);
  }

  /** Bytes already given are encrypted and sent before `done`. */
  end(done: () => void): void {
    this.#socket.end(done);
  }

  /** Ends at once; nothing more is sent. */
  destroy(): void {
    clearImmediate(this.#flush);
    this.#flight = [];
    this.#socket.destroy();
    this.#inner.destroy();
  }

  #send(chunk: Buffer): void {
    if (this.#bare) {
      this.#events.writeRaw(chunk);
      return;
    }
    this.#flight.push(chunk);
    this.#flush ??= setImmediate(() => this.#flushFlight());
  }

  #flushFlight(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    if (this.#flight.length === 0) return;
    const payload = Buffer.concat(this.#flight);
    this.#flight = [];
    const framing = {
      type: packetType.prelogin,
      packetSize: defaultPacketSize,
      processId: 0,
      firstNumber: 1,
      endOfMessage: true,
    };
    for (const packet of framePackets(payload, framing)) this.#events.writeRaw(packet);
  }
}

/** A client of TDS 8 begins with a TLS handshake, one of TDS 7 with a packet. */
export const beginsStrict = (chunk: Buffer): boolean => chunk[0] === HANDSHAKE_RECORD;

function isRecord(chunk: Buffer): boolean {
  const first = chunk[0] ?? 0;
  return first >= firstRecordType && first <= lastRecordType;
}
