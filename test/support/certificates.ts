/** Certificates of an authority of its own, and requests that show them. */
import { request } from 'node:https';
import { generate } from 'selfsigned';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** PEM. */
  readonly ca: string;
  readonly server: () => Promise<Pair>;
  readonly client: (commonName: string) => Promise<Pair>;
}

const EC = { algorithm: 'sha256', keyType: 'ec', curve: 'P-256' } as const;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

export async function authority(): Promise<Authority> {
  const own = await generate([{ name: 'commonName', value: 'an authority' }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const signed = async (commonName: string, usage: 'serverAuth' | 'clientAuth'): Promise<Pair> => {
    const made = await generate([{ name: 'commonName', value: commonName }], {
      ...EC,
      ca: { key: own.private, cert: own.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true },
        { name: 'extKeyUsage', [usage]: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: DNS_NAME, value: 'localhost' },
            { type: IP_ADDRESS, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    return { cert: made.cert, key: made.private };
  };
  return {
    ca: own.cert,
    server: () => signed('localhost', 'serverAuth'),
    client: (commonName) => signed(commonName, 'clientAuth'),
  };
}

export interface Sent {
  readonly ca: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the client. */
  readonly pair?: Pair;
  readonly body?: string;
}

/** The status of the answer. */
export const statusOf = (url: string, { body, pair, ...sent }: Sent): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, { ...sent, ...pair, servername: 'localhost', agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        resolve(answer.statusCode ?? 0);
      });
    })
      .once('error', reject)
      .end(body);
  });
