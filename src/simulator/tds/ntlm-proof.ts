/** NTLMv2 (MS-NLMP 3.3.2): whether an answer to a challenge was made with the account's password. Pure; knows no account. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ntlmFlag, withoutMic, type Authenticate } from './ntlm-messages.ts';
import { md4, rc4 } from './old-digests.ts';

const hmacMd5 = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer =>
  createHmac('md5', key).update(Buffer.concat(parts)).digest();

const same = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && timingSafeEqual(left, right);

/** NTOWFv2: the user in upper case, the domain as the client spelt it. */
export function responseKey(password: string, user: string, domain: string): Buffer {
  const identity = Buffer.from(user.toUpperCase() + domain, 'utf16le');
  return hmacMd5(md4(Buffer.from(password, 'utf16le')), identity);
}

export interface Exchanged {
  readonly negotiate: Buffer;
  readonly challenge: Buffer;
  readonly serverChallenge: Uint8Array;
  readonly authenticate: Buffer;
}

const PROOF = 16;
/** Bytes: an NTLMv1 response, and the LMv2 one with the client's challenge behind its proof. */
const SHORT_RESPONSE = 24;

/**
 * The NTLMv2 response, or, when it has none, the LMv2 response of the same key: tedious 20 writes 16 as the length of its
 * NTLMv2 response, so that its LMv2 response is what a server can check. NTLMv1 is never taken.
 */
export function isProven(sent: Authenticate, password: string, exchanged: Exchanged): boolean {
  const key = responseKey(password, sent.user, sent.domain);
  const { serverChallenge } = exchanged;
  if (sent.ntResponse.length > SHORT_RESPONSE) {
    const [proof, blob] = [sent.ntResponse.subarray(0, PROOF), sent.ntResponse.subarray(PROOF)];
    if (!same(proof, hmacMd5(key, serverChallenge, blob))) return false;
    return sent.mic === undefined || same(sent.mic, micOf(sent, hmacMd5(key, proof), exchanged));
  }
  if (sent.ntResponse.length === SHORT_RESPONSE || sent.lmResponse.length !== SHORT_RESPONSE) return false;
  const [proof, clientChallenge] = [sent.lmResponse.subarray(0, PROOF), sent.lmResponse.subarray(PROOF)];
  return same(proof, hmacMd5(key, serverChallenge, clientChallenge));
}

/** MS-NLMP 3.1.5.1.2: over all three messages, with the exported session key. */
function micOf(sent: Authenticate, sessionBaseKey: Buffer, exchanged: Exchanged): Buffer {
  const exchangesKey = (sent.flags & ntlmFlag.keyExchange) !== 0;
  const key = exchangesKey ? rc4(sessionBaseKey, sent.encryptedKey) : sessionBaseKey;
  return hmacMd5(key, exchanged.negotiate, exchanged.challenge, withoutMic(exchanged.authenticate));
}
