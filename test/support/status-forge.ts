/** A forge on loopback that takes commit statuses, or answers what the test says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Taken {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface StatusForge {
  readonly api: string;
  readonly taken: Taken[];
  /** Codes of the next answers; then 201. `hang`: no answer. */
  readonly answers: (number | 'hang')[];
  /** Where 302 leads. */
  location: string;
}

export async function statusForge(): Promise<StatusForge> {
  const forge: StatusForge = { api: '', taken: [], answers: [], location: '' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Taken['body'];
      forge.taken.push({
        path: `${request.method ?? ''} ${request.url ?? ''}`,
        headers: request.headers,
        body,
      });
      const answer = forge.answers.shift() ?? 201;
      if (answer === 'hang') return;
      response.writeHead(answer, answer === 302 ? { location: forge.location } : {}).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(forge, { api: `http://127.0.0.1:${String(port)}/api/v1` });
}
