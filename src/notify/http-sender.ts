/** One try of a message over HTTP: POST, JSON, no redirect, TLS with the authorities that Node.js trusts. */
import type { Notice } from './notice.ts';
import { wayProblem, type Answer, type Sender } from './receiver.ts';

export interface HttpReceiver {
  /** Read at every try; may throw. */
  readonly url: () => string;
  /** Sent as bearer token; undefined: none. May throw. */
  readonly token: (() => string) | undefined;
  readonly contentType: string;
  readonly body: (notice: Notice) => unknown;
}

const TRY_AGAIN = new Set([408, 425, 429]);
const SERVER_ERROR = 500;
const MS_PER_SECOND = 1_000;
/** What a receiver may ask for at most, ms. */
const LONGEST_WAIT_MS = 600_000;

/** Encrypted, or on this machine; log-in data in an address would be shown by others. undefined: none of these. */
export function allowedUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && local);
  return safe && url.username === '' && url.password === '' ? url : undefined;
}

export function httpSender({ url, token, contentType, body }: HttpReceiver): Sender {
  return {
    send: async (notice, signal) => {
      let address: URL | undefined;
      let authorization: Readonly<Record<string, string>>;
      try {
        address = allowedUrl(url());
        authorization = token === undefined ? {} : { authorization: `Bearer ${token()}` };
      } catch {
        // What was thrown names the place of the secret.
        return { kind: 'failed', problem: 'a secret of the settings is not there', waitMs: 0 };
      }
      if (address === undefined) return { kind: 'refused', problem: 'the address is not https://' };
      try {
        const response = await fetch(address, {
          method: 'POST',
          // The address or the token is the secret of this receiver and of no other.
          redirect: 'error',
          signal,
          headers: { 'content-type': contentType, 'user-agent': 'pchat-operator', ...authorization },
          body: JSON.stringify(body(notice)),
        });
        await response.body?.cancel();
        return judged(response);
      } catch (error) {
        return { kind: 'failed', problem: wayProblem(error), waitMs: 0 };
      }
    },
  };
}

function judged({ status, headers }: Response): Answer {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const problem = `the receiver answered ${String(status)}`;
  if (status < SERVER_ERROR && !TRY_AGAIN.has(status)) return { kind: 'refused', problem };
  // Seconds; a date is not looked at, for that the first wait is enough.
  const seconds = Number(headers.get('retry-after') ?? 0);
  const waitMs = Number.isFinite(seconds)
    ? Math.min(LONGEST_WAIT_MS, Math.max(0, seconds * MS_PER_SECOND))
    : 0;
  return { kind: 'failed', problem, waitMs };
}
