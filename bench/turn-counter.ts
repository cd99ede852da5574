/**
 * Stands between the daemon and one instance and counts what is on the wire: connections, bytes both ways, and round trips (the client
 * speaks, then the server).
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';

export class TurnCounter implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  turns = 0;
  bytes = 0;
  connections = 0;

  /** @param port of the instance, on loopback */
  constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect({ port, host: HOST })));
  }

  async listen(): Promise<number> {
    this.#server.listen(0, HOST);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  #join(client: Socket, instance: Socket): void {
    let clientSpoke = false;
    this.connections += 1;
    for (const socket of [client, instance]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        instance.destroy();
      });
    }
    client.on('data', (chunk) => {
      clientSpoke = true;
      this.bytes += chunk.length;
      instance.write(chunk);
    });
    instance.on('data', (chunk) => {
      this.bytes += chunk.length;
      if (clientSpoke) this.turns += 1;
      clientSpoke = false;
      client.write(chunk);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
