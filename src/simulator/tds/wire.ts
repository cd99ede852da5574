/** One client's socket: bytes to packets and back, with or without TLS in between, and the ways to break it. Knows no message. */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { defaultPacketSize, framePackets, PacketReader, packetType, type Packet } from './packets.ts';
import { beginsStrict, TlsInTds } from './tls-in-tds.ts';

export interface WireEvents {
  /** The first byte of a TLS handshake has come. */
  onTlsStart(): void;
  /** The client speaks TDS 8; undefined: that is not served. */
  onStrictStart(): SecureContext | undefined;
  onPacket(packet: Packet): void;
  /** The client broke the protocol or TLS failed; the connection cannot go on. */
  onFailure(error: unknown): void;
  /** The socket is gone, whoever ended it. Once. */
  onClosed(): void;
}

export class Wire {
  readonly #socket: Socket;
  readonly #events: WireEvents;
  readonly #packets = new PacketReader();
  #tls: TlsInTds | undefined;
  #tlsBegun = false;
  #heard = false;
  #muted = false;
  #ending = false;
  #packetNumber = 1;
  #packetSize: number = defaultPacketSize;
  #processId = 0;

  constructor(socket: Socket, events: WireEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // A reset by the client: 'close' follows and says all that is needed.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#tls?.destroy();
      events.onClosed();
    });
  }

  /** After login: the negotiated size and the SPID that every header carries. */
  configure(packetSize: number, processId: number): void {
    this.#packetSize = packetSize;
    this.#processId = processId;
    this.#tls?.limitRecords(packetSize);
  }

  startTls(context: SecureContext, isStrict = false): void {
    const events = {
      writeRaw: (bytes: Uint8Array) => this.#writeRaw(bytes),
      onPlain: (chunk: Buffer) => this.#decode(chunk),
      onFailure: (error: unknown) => this.#events.onFailure(error),
    };
    this.#tls = new TlsInTds(context, events, isStrict);
  }

  /** Encryption of the login alone: from here on both sides speak in the clear (MS-TDS 2.2.6.5). */
  leaveTls(): void {
    this.#tls = undefined;
  }

  /** Without `endOfMessage` the message goes on with the next call. */
  send(payload: Uint8Array, endOfMessage: boolean): void {
    const packets = framePackets(payload, {
      type: packetType.response,
      packetSize: this.#packetSize,
      processId: this.#processId,
      firstNumber: this.#packetNumber,
      endOfMessage,
    });
    this.#packetNumber = endOfMessage ? 1 : this.#packetNumber + packets.length;
    if (packets.length === 0 || this.#muted || this.#ending) return;
    const tls = this.#tls;
    if (tls === undefined) this.#writeRaw(Buffer.concat(packets));
    else for (const packet of packets) tls.write(packet);
  }

  /** As a hung server: the connection stays, what arrives is swallowed, nothing is said. */
  mute(): void {
    this.#muted = true;
  }

  /** `close` after everything sent has left, `reset` at once. */
  drop(how: 'reset' | 'close'): void {
    if (this.#socket.destroyed) return;
    if (how === 'reset') {
      this.#ending = true;
      this.#socket.resetAndDestroy();
      return;
    }
    if (this.#ending) return;
    this.#ending = true;
    if (this.#tls === undefined || this.#muted) this.#socket.destroySoon();
    else this.#tls.end(() => this.#socket.destroySoon());
  }

  #isDeaf(): boolean {
    return this.#muted || this.#ending;
  }

  #writeRaw(bytes: Uint8Array): void {
    if (!this.#muted && this.#socket.writable) this.#socket.write(bytes);
  }

  #receive(chunk: Buffer): void {
    if (this.#isDeaf()) return;
    const isFirst = !this.#heard;
    this.#heard = true;
    const strict = isFirst && beginsStrict(chunk) ? this.#events.onStrictStart() : undefined;
    if (strict !== undefined) this.startTls(strict, true);
    if (this.#tls === undefined) {
      this.#decode(chunk);
      return;
    }
    if (!this.#tlsBegun) {
      this.#tlsBegun = true;
      this.#events.onTlsStart();
    }
    // Asked again: onTlsStart may have muted or ended this connection.
    if (this.#isDeaf()) return;
    try {
      this.#tls.receive(chunk);
    } catch (error) {
      this.#events.onFailure(error);
    }
  }

  #decode(chunk: Buffer): void {
    if (this.#isDeaf()) return;
    let packets: readonly Packet[];
    try {
      packets = this.#packets.push(chunk);
    } catch (error) {
      this.#events.onFailure(error);
      return;
    }
    for (const packet of packets) this.#events.onPacket(packet);
  }
}
