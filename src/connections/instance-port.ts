/**
 * The TCP port of a named instance, from SQL Server Browser (MS-SQLR, UDP). Asked at every login: a dynamic port changes with a
 * restart of the instance. The driver's own look-up waits for eight seconds and takes the answer of whoever sends first.
 */
import { createSocket } from 'node:dgram';
import type { Clock } from '../ports/clock.ts';
import { PoolError } from '../topology/pool-error.ts';

export interface BrowserAddress {
  readonly host: string;
  /** UDP; 1434 unless a test says otherwise. */
  readonly port: number;
  readonly instance: string;
}

const ASK_ONE = 0x04;
const RESPONSE = 0x05;
const HEAD = 3;
/** ms; a datagram may be lost, so it is sent again. */
const ASK_AGAIN_MS = 1_000;

const SILENT_HINT =
  'name the port of the instance in the operator settings, or open UDP 1434 to SQL Server Browser';

/** Rejects when `signal` aborts, the answer is none, or the host says that nobody listens. */
export async function askInstancePort(
  address: BrowserAddress,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  const { host, port, instance } = address;
  const socket = createSocket('udp4');
  const answered = Promise.withResolvers<Buffer>();
  const onAbort = (): void => answered.reject(silent(address));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const over = new AbortController();
  socket.on('message', (message) => answered.resolve(message));
  socket.on('error', (cause) => answered.reject(unreachable(address, cause)));
  // Connected: only this host is heard, and its "port unreachable" too.
  socket.connect(port, host, () => void askAgain());
  const question = Buffer.from([ASK_ONE, ...Buffer.from(instance, 'latin1'), 0]);
  const askAgain = async (): Promise<void> => {
    while (!over.signal.aborted) {
      socket.send(question);
      await clock.sleep(ASK_AGAIN_MS, over.signal).catch(() => undefined);
    }
  };
  try {
    return portIn(await answered.promise, address);
  } finally {
    over.abort();
    signal.removeEventListener('abort', onAbort);
    socket.close();
  }
}

function silent({ host, port, instance }: BrowserAddress): PoolError {
  return new PoolError(
    'PCO_INSTANCE_TIMEOUT',
    `SQL Server Browser at ${host} (UDP ${port}) did not say where instance ${instance} listens`,
    { hint: SILENT_HINT },
  );
}

function unreachable({ host, port }: BrowserAddress, cause: Error): PoolError {
  const message = `SQL Server Browser at ${host} (UDP ${port}) cannot be asked: ${cause.message}`;
  return new PoolError('PCO_INSTANCE_UNREACHABLE', message, { cause, hint: SILENT_HINT });
}

/** Keys and values between semicolons; of several instances the one that was asked for. */
export function portIn(message: Buffer, { host, instance }: BrowserAddress): number {
  const isResponse = message[0] === RESPONSE && message.length >= HEAD;
  const text = isResponse ? message.toString('latin1', HEAD, HEAD + message.readUInt16LE(1)) : '';
  for (const entry of text.split(';;')) {
    const words = entry.split(';');
    const valueOf = (key: string): string | undefined => {
      const at = words.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === key);
      return at === -1 ? undefined : words[at + 1];
    };
    if (valueOf('instancename')?.toLowerCase() !== instance.toLowerCase()) continue;
    const port = Number(valueOf('tcp'));
    if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  }
  throw new PoolError(
    'PCO_UNEXPECTED_ANSWER',
    `what SQL Server Browser at ${host} answered names no TCP port of instance ${instance}`,
    { hint: 'check that the instance has TCP enabled, and what listens on the UDP port' },
  );
}
