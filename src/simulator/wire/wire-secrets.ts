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

export interface EstateCertificate {
  /** One for every instance and the loopback. */
  readonly tls: TlsMaterial;
  /** PEM of the private authority that signed it. */
  readonly caFile: string;
}

export interface CertificateOptions {
  readonly hostNames: readonly string[];
  /** Default: from now on, for a year. */
  readonly validity?: { readonly from: Date; readonly to: Date };
}

/** The authority's key is forgotten at once: it signs nothing else. */
export async function makeCertificate(
  directory: string,
  { hostNames, validity }: CertificateOptions,
): Promise<EstateCertificate> {
  // Elliptic, because it costs a hundredth of RSA to make; certificates of SQL Server are mostly RSA.
  const common = { algorithm: 'sha256', keyType: 'ec', curve: 'P-256' } as const;
  const authority = await generate([{ name: 'commonName', value: 'Simulated estate CA' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const names = hostNames.map((value) => ({ type: DNS_NAME, value }) as const);
  const made = await generate([{ name: 'commonName', value: hostNames[0] ?? 'localhost' }], {
    ...common,
    ...(validity === undefined ? {} : { notBeforeDate: validity.from, notAfterDate: validity.to }),
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [...names, { type: IP_ADDRESS, ip: '127.0.0.1' }] },
    ],
  });
  const caFile = path.join(directory, 'ca.pem');
  writeFileSync(caFile, authority.cert);
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
