/** Key, certificate and password of a wire estate: made anew at every start, in files that only their owner can read. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { generate } from 'selfsigned';
import type { EstateDomain } from '../estate/estate-options.ts';
import type { TlsMaterial } from '../tds/tls-in-tds.ts';
import type { WindowsDomain } from '../tds/windows-login.ts';

const OWNER_ONLY = 0o600;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** One certificate for every instance and the loopback; it is its own CA. */
export async function makeCertificate(
  directory: string,
  hostNames: readonly string[],
): Promise<{ readonly tls: TlsMaterial; readonly caFile: string }> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...['localhost', ...hostNames].map((value) => ({ type: DNS_NAME, value }) as const),
          { type: IP_ADDRESS, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const caFile = path.join(directory, 'ca.pem');
  writeFileSync(caFile, made.cert);
  return { tls: { key: made.private, cert: made.cert }, caFile };
}

export function makePassword(directory: string): {
  readonly password: string;
  readonly passwordFile: string;
} {
  const password = randomBytes(18).toString('base64url');
  const passwordFile = path.join(directory, 'sql-password');
  writeFileSync(passwordFile, `${password}\n`, { mode: OWNER_ONLY });
  return { password, passwordFile };
}

/** NTLM's server challenge, bytes. */
const CHALLENGE_BYTES = 8;

export function windowsDomain({ name, dnsName, accounts }: EstateDomain, now: () => number): WindowsDomain {
  const byName = new Map(
    Object.entries(accounts).map(([account, password]) => [account.toLowerCase(), password]),
  );
  return {
    name,
    dnsName,
    passwordOf: (account) => byName.get(account.toLowerCase()),
    now,
    challenge: () => randomBytes(CHALLENGE_BYTES),
  };
}
