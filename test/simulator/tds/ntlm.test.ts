/** NTLMv2 against the vectors that its specification prints (MS-NLMP 4.2.4, RFC 1320, RFC 6229), and what is refused. */
import { describe, expect, test } from 'vitest';
import { isProven, responseKey } from '../../../src/simulator/tds/ntlm-proof.ts';
import { readAuthenticate, writeChallenge } from '../../../src/simulator/tds/ntlm-messages.ts';
import { md4, rc4 } from '../../../src/simulator/tds/old-digests.ts';
import { WindowsLogin } from '../../../src/simulator/tds/windows-login.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('MD4 of %j is that of RFC 1320', (text, digest) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
});

test('RC4 gives the first bytes of the stream that RFC 6229 prints', () => {
  expect(rc4(hex('0102030405'), Buffer.alloc(16)).toString('hex')).toBe('b2396305f03dc027ccc3524a0a1118a8');
});

// MS-NLMP 4.2.1: user, domain, password and challenges of all its examples.
const [USER, DOMAIN, PASSWORD] = ['User', 'Domain', 'Password'];
const SERVER_CHALLENGE = hex('0123456789abcdef');

test('the key of an account is that of MS-NLMP 4.2.4.1.1', () => {
  expect(responseKey(PASSWORD, USER, DOMAIN).toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
});

// MS-NLMP 4.2.4.1.3 and 4.2.4.2.2: temp, and the proof over it.
const TEMP = hex(
  '01010000 00000000 00000000 00000000 aaaaaaaa aaaaaaaa 00000000 02000c00' +
    '44006f00 6d006100 69006e00 01000c00 53006500 72007600 65007200 00000000 00000000',
);
const PROOF = hex('68cd0ab851e51c96aabc927bebef6a1c');
// MS-NLMP 4.2.4.2.1.
const LMV2 = hex('86c35097ac9cec102554764a57cccc19 aaaaaaaaaaaaaaaa');

interface Parts {
  readonly lm?: Buffer;
  readonly nt?: Buffer;
  readonly user?: string;
  readonly domain?: string;
}

/** AUTHENTICATE with 64 bytes of header and no MIC. */
function authenticate({
  lm = Buffer.alloc(24),
  nt = Buffer.alloc(0),
  user = USER,
  domain = DOMAIN,
}: Parts): Buffer {
  const header = Buffer.alloc(64);
  header.write('NTLMSSP\0', 'latin1');
  header.writeUInt32LE(3, 8);
  const parts = [lm, nt, Buffer.from(domain, 'utf16le'), Buffer.from(user, 'utf16le')];
  let offset = 64;
  for (const [index, part] of parts.entries()) {
    header.writeUInt16LE(part.length, 12 + index * 8);
    header.writeUInt16LE(part.length, 14 + index * 8);
    header.writeUInt32LE(offset, 16 + index * 8);
    offset += part.length;
  }
  return Buffer.concat([header, ...parts]);
}

const exchanged = (message: Buffer) => ({
  negotiate: Buffer.alloc(0),
  challenge: Buffer.alloc(0),
  serverChallenge: SERVER_CHALLENGE,
  authenticate: message,
});
const proven = (parts: Parts, password = PASSWORD): boolean => {
  const message = authenticate(parts);
  return isProven(readAuthenticate(message), password, exchanged(message));
};

describe('an answer to the challenge', () => {
  test('of MS-NLMP 4.2.4 is proven', () => {
    expect(proven({ nt: Buffer.concat([PROOF, TEMP]) })).toBe(true);
  });
  test('with another password is not proven', () => {
    expect(proven({ nt: Buffer.concat([PROOF, TEMP]) }, 'password')).toBe(false);
  });
  test('with one changed bit in its blob is not proven', () => {
    const changed = Buffer.from(TEMP);
    changed[20] = (changed[20] ?? 0) ^ 1;
    expect(proven({ nt: Buffer.concat([PROOF, changed]) })).toBe(false);
  });
  test('that has only the LMv2 response of MS-NLMP 4.2.4.2.1 is proven', () => {
    expect(proven({ lm: LMV2, nt: PROOF })).toBe(true);
    expect(proven({ lm: LMV2, nt: PROOF }, 'password')).toBe(false);
  });
  test('in NTLMv1 is not taken, whatever stands beside it', () => {
    expect(proven({ lm: LMV2, nt: Buffer.alloc(24, 7) })).toBe(false);
  });
  test('without any response is not taken', () => {
    expect(proven({ lm: Buffer.alloc(0) })).toBe(false);
  });
});

const domain = {
  name: 'CONTOSO',
  dnsName: 'contoso.com',
  passwordOf: (account: string) => (account.toLowerCase() === 'user' ? PASSWORD : undefined),
  now: () => 0,
  challenge: () => SERVER_CHALLENGE,
};

function negotiate(): Buffer {
  const message = Buffer.alloc(32);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(1, 8);
  return message;
}

test('an answer is taken once: the same bytes prove nothing the second time', () => {
  const login = new WindowsLogin({ ...domain, name: 'DOMAIN' }, 'SQL-PAR-1');
  const answer = authenticate({ nt: Buffer.concat([PROOF, TEMP]) });
  expect(login.finish(answer)).toBeUndefined();
  login.begin(negotiate());
  expect(login.finish(answer)).toBe('DOMAIN\\User');
  expect(login.finish(answer)).toBeUndefined();
});

test('an account of another domain is nobody, even with a valid proof', () => {
  const login = new WindowsLogin(domain, 'SQL-PAR-1');
  login.begin(negotiate());
  expect(login.finish(authenticate({ nt: Buffer.concat([PROOF, TEMP]) }))).toBeUndefined();
});

test('a token that is not NTLM gets no challenge', () => {
  expect(new WindowsLogin(domain, 'SQL-PAR-1').begin(hex('60 28 06 06 2b 06 01 05 05 02'))).toBeUndefined();
});

test('the challenge names domain and computer, and the time', () => {
  const names = {
    domain: 'CONTOSO',
    dnsDomain: 'contoso.com',
    computer: 'SQL',
    dnsComputer: 'sql.contoso.com',
  };
  const challenge = writeChallenge(0, names, SERVER_CHALLENGE, Date.UTC(1970, 0, 1));
  expect(challenge.subarray(24, 32)).toEqual(SERVER_CHALLENGE);
  expect(challenge.subarray(56, 70).toString('utf16le')).toBe('CONTOSO');
  const info = challenge.subarray(
    challenge.readUInt32LE(44),
    challenge.readUInt32LE(44) + challenge.readUInt16LE(40),
  );
  expect(info.toString('utf16le')).toContain('sql.contoso.com');
  expect(info.readBigUInt64LE(info.length - 12)).toBe(116_444_736_000_000_000n);
});
