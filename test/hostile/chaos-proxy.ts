/**
 * A TCP proxy between the real driver and a real simulated instance that does one bad thing at one moment. It reads nothing of
 * what passes: moments are counted in exchanges (the client speaks, then the server) and in bytes of the server's answer, so
 * they are found inside TLS as well.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** Exchanges of one login of the driver: PRELOGIN, TLS hello, TLS finish, LOGIN7, its own SET batch; then requests. */
export const EXCHANGE = {
  prelogin: 1,
  tlsHello: 2,
  tlsFinish: 3,
  login: 4,
  initialSql: 5,
  request: 6,
} as const;

/** `asked`: the client's bytes have come and go no further; a number: so many bytes of the answer have been passed on. */
export interface Moment {
  readonly exchange: number;
  readonly after: 'asked' | number;
}

export type Deed =
  'silence' | 'reset' | 'fin' | 'garbage' | 'malformed' | 'flood' | 'trickle' | { readonly delayMs: number };

/** No TDS, no TLS record, the same in every run. */
const GARBAGE = Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 73 + 41) % 256));
/** A whole TDS packet, last of its message, whose token (0x00) does not exist. */
const MALFORMED = Buffer.from([4, 1, 0, 12, 0, 51, 1, 0, 0, 1, 2, 3]);
/** The head of a TDS packet that is not the last of its message. */
const ENDLESS = Buffer.concat([Buffer.from([4, 0, 0x40, 0, 0, 51, 1, 0]), Buffer.alloc(0x3ff8, 0xff)]);

class Wire {
  readonly client: Socket;
  readonly #server: Socket;
  readonly #trickled: number[] = [];
  #exchange = 0;
  #asking = false;
  #answered = 0;
  #armed: { readonly moment: Moment; readonly deed: Deed } | undefined;
  readonly #onDeed: () => void;
  #mode: 'through' | 'mute' | 'trickle' = 'through';

  constructor(client: Socket, port: number, onDeed: () => void) {
    this.client = client;
    this.#onDeed = onDeed;
    this.#server = connect(port, '127.0.0.1');
    for (const socket of [client, this.#server]) socket.setNoDelay(true).on('error', () => undefined);
    client.on('data', (bytes) => this.#fromClient(bytes)).on('close', () => this.#server.destroy());
    this.#server.on('data', (bytes) => this.#fromServer(bytes)).on('close', () => this.#serverGone());
  }

  /** The exchanges of the moment count from now. */
  arm(moment: Moment, deed: Deed): void {
    this.#exchange = 0;
    this.#asking = false;
    this.#armed = { moment, deed };
  }

  disarm(): void {
    this.#armed = undefined;
  }

  #fromClient(bytes: Buffer): void {
    if (!this.#asking) {
      this.#asking = true;
      this.#exchange += 1;
      this.#answered = 0;
    }
    const { moment, deed } = this.#armed ?? {};
    if (moment?.exchange === this.#exchange && moment.after === 'asked' && deed !== undefined) {
      const late = typeof deed === 'object' || deed === 'trickle';
      this.do(deed);
      if (!late) return;
    }
    if (this.#mode !== 'mute') this.#server.write(bytes);
  }

  #fromServer(bytes: Buffer): void {
    this.#asking = false;
    const { moment, deed } = this.#armed ?? {};
    if (moment?.exchange !== this.#exchange || moment.after === 'asked' || deed === undefined) {
      this.#pass(bytes);
      return;
    }
    const left = moment.after - this.#answered;
    this.#answered += bytes.length;
    this.#pass(bytes.subarray(0, Math.max(0, left)));
    if (left >= bytes.length) return;
    this.do(deed);
    this.#pass(bytes.subarray(Math.max(0, left)));
  }

  #pass(bytes: Buffer): void {
    if (this.#mode === 'through' && bytes.length > 0) this.client.write(bytes);
    if (this.#mode === 'trickle') this.#trickled.push(...bytes);
  }

  #serverGone(): void {
    if (this.#mode !== 'mute') this.client.destroy();
  }

  do(deed: Deed): void {
    this.#armed = undefined;
    this.#onDeed();
    if (typeof deed === 'object') {
      this.#server.pause();
      setTimeout(() => this.#server.resume(), deed.delayMs);
      return;
    }
    if (deed === 'trickle') {
      this.#mode = 'trickle';
      this.#drip();
      return;
    }
    this.#mode = 'mute';
    if (deed === 'reset') this.client.resetAndDestroy();
    if (deed === 'fin') this.client.end();
    if (deed === 'garbage') this.client.write(GARBAGE);
    if (deed === 'malformed') this.client.write(MALFORMED);
    if (deed === 'flood') this.#flood();
  }

  /** A byte for each turn of the event loop. */
  #drip(): void {
    if (this.client.destroyed) return;
    const byte = this.#trickled.shift();
    if (byte !== undefined) this.client.write(Buffer.of(byte));
    setTimeout(() => this.#drip(), 1);
  }

  #flood(): void {
    if (this.client.destroyed) return;
    if (this.client.write(ENDLESS)) setImmediate(() => this.#flood());
    else this.client.once('drain', () => this.#flood());
  }

  close(): void {
    this.client.destroy();
    this.#server.destroy();
  }
}

export class ChaosProxy implements AsyncDisposable {
  readonly #target: number;
  readonly #wires = new Set<Wire>();
  #server: Server | undefined;
  #armed: { readonly moment: Moment; readonly deed: Deed } | undefined;
  port = 0;
  /** Connections that were ever taken. */
  taken = 0;
  /** Deeds that were done. */
  deeds = 0;

  readonly #tls: { readonly key: string; readonly cert: string } | undefined;

  private constructor(target: number, tls: { readonly key: string; readonly cert: string } | undefined) {
    this.#target = target;
    this.#tls = tls;
  }

  /** @param tls given: it ends TLS itself (TDS 8) and speaks plainly to the server behind, so that its deeds are inside TLS */
  static async before(
    target: number,
    tls?: { readonly key: string; readonly cert: string },
  ): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(target, tls);
    await proxy.listen();
    return proxy;
  }

  /** Also again on the same port, after `refuse`. */
  async listen(): Promise<void> {
    const accept = (client: Socket): void => this.#accept(client);
    const server =
      this.#tls === undefined
        ? createServer(accept)
        : createTlsServer({ ...this.#tls, ALPNProtocols: ['tds/8.0'] }, accept).on(
            'tlsClientError',
            () => undefined,
          );
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  /** Nobody listens on the port any more; connections that are open stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #accept(client: Socket): void {
    this.taken += 1;
    const wire = new Wire(client, this.#target, () => (this.deeds += 1));
    this.#wires.add(wire);
    client.once('close', () => this.#wires.delete(wire));
    if (this.#armed?.moment.exchange === 0) wire.do(this.#armed.deed);
    else if (this.#armed !== undefined) wire.arm(this.#armed.moment, this.#armed.deed);
  }

  /** Connections of the driver that are open. */
  get open(): number {
    return this.#wires.size;
  }

  /** For connections to come; exchange 0 is the accept itself. */
  armNew(moment: Moment, deed: Deed): void {
    this.#armed = { moment, deed };
  }

  /** For connections that are there; exchange 1 is their next request. */
  armHeld(moment: Moment, deed: Deed): void {
    for (const wire of this.#wires) wire.arm(moment, deed);
  }

  /** At once, to connections that say nothing. */
  strike(deed: Deed): void {
    for (const wire of this.#wires) wire.do(deed);
  }

  heal(): void {
    this.#armed = undefined;
    for (const wire of this.#wires) wire.disarm();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.refuse();
    for (const wire of this.#wires) wire.close();
    return Promise.resolve();
  }
}
