/** SQL Server Browser (MS-SQLR): tells over UDP on which TCP port a named instance listens. Knows nothing else of an instance. */
import { createSocket, type Socket } from 'node:dgram';

/** CLNT_UCAST_INST: 0x04, the name in one-byte characters, 0 (MS-SQLR 2.2.3). */
const ASK_ONE = 0x04;
/** SVR_RESP (MS-SQLR 2.2.5). */
const RESPONSE = 0x05;

export interface BrowsedInstance {
  /** `RTC` of `SQL-PAR-1\RTC`; MSSQLSERVER for the default instance. */
  readonly instance: string;
  readonly serverName: string;
  readonly version: string;
  readonly port: number;
}

/** silence: as stopped or behind a firewall; noise: bytes that are no answer. */
export type BrowserMood = 'answers' | 'silence' | 'noise';

export function askedInstance(message: Buffer): string | undefined {
  const end = message.indexOf(0, 1);
  if (message[0] !== ASK_ONE || end === -1) return undefined;
  return message.toString('latin1', 1, end);
}

export function browserAnswer({ instance, serverName, version, port }: BrowsedInstance): Buffer {
  const pairs = ['ServerName', serverName, 'InstanceName', instance, 'IsClustered', 'No', 'Version', version];
  const text = Buffer.from(`${[...pairs, 'tcp', String(port)].join(';')};;`, 'latin1');
  const head = Buffer.alloc(3);
  head.writeUInt8(RESPONSE, 0);
  head.writeUInt16LE(text.length, 1);
  return Buffer.concat([head, text]);
}

export class SqlBrowser {
  readonly #instances: () => readonly BrowsedInstance[];
  readonly #socket: Socket = createSocket('udp4');
  mood: BrowserMood = 'answers';

  constructor(instances: () => readonly BrowsedInstance[]) {
    this.#instances = instances;
    this.#socket.on('message', (message, { address, port }) => {
      const answer = this.#answer(message);
      if (answer !== undefined) this.#socket.send(answer, port, address);
    });
  }

  listen(port: number, host = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(port, host, () => resolve(this.#socket.address().port));
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  /** An instance that it does not know gets no answer (MS-SQLR 3.2.5.4). */
  #answer(message: Buffer): Buffer | undefined {
    if (this.mood === 'silence') return undefined;
    if (this.mood === 'noise') return Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
    const asked = askedInstance(message)?.toLowerCase();
    const found = this.#instances().find(({ instance }) => instance.toLowerCase() === asked);
    return found === undefined ? undefined : browserAnswer(found);
  }
}
