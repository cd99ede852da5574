/** What the driver's errors mean: an answer of the server, a request that was never sent, or a login that failed. Pure. */
import { PoolError, type SqlErrorDetail } from '../topology/pool-error.ts';

/** An error or INFO token as the driver hands it over. */
export interface ErrorToken {
  readonly number: number;
  readonly state: number;
  readonly class: number;
  readonly message: string;
  readonly procName: string;
}

export const detailOf = ({
  number,
  state,
  class: severity,
  message,
  procName,
}: ErrorToken): SqlErrorDetail => ({
  number,
  state,
  class: severity,
  message,
  ...(procName === '' ? {} : { procedure: procName }),
});

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * True for an error token of the server. mssql gives every error of a request the code EREQUEST, a malformed answer as well;
 * what it wraps tells them apart: the token (`info`), or the driver's own EREQUEST that repeats the tokens at the end.
 */
export function isServerError(error: Error): boolean {
  const original = 'originalError' in error ? error.originalError : undefined;
  return original instanceof Error && ('info' in original || codeOf(original) === 'EREQUEST');
}

/** EPARAM: a value that its type does not take; the others: the connection was gone before the text could be sent. */
const NEVER_SENT: readonly string[] = ['EINVALIDSTATE', 'EPARAM', 'ENOTOPEN', 'ECONNCLOSED'];

export const neverSent = (error: Error): boolean => NEVER_SENT.includes(codeOf(error) ?? '');

/**
 * True for bytes that the driver could not read as TDS: its parser throws errors without a code, or Node's for reading past
 * the end of a buffer, where a lost socket always has one. Whoever sent them is there.
 */
export function isUnreadable(error: Error): boolean {
  const original = 'originalError' in error ? error.originalError : undefined;
  if (!(original instanceof Error) || 'info' in original) return false;
  return [undefined, 'ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'].includes(codeOf(original));
}

/** Node's and OpenSSL's codes for a certificate that was shown and not accepted (Node.js documentation, tls and X509 errors). */
const CERTIFICATE_CODE =
  /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE)/;

const isCertificateRefused = (error: unknown): boolean =>
  error instanceof Error &&
  (CERTIFICATE_CODE.test(codeOf(error) ?? '') ||
    isCertificateRefused('originalError' in error ? error.originalError : error.cause) ||
    isCertificateRefused(error.cause));

/** OpenSSL's messages end with a line break. */
const firstLine = (text: string): string => text.split('\n')[0]?.trim() ?? '';

export function connectFailure(
  name: string,
  caught: unknown,
  sqlErrors: readonly SqlErrorDetail[],
): PoolError {
  const cause = caught instanceof Error ? caught : new Error(String(caught));
  if (codeOf(cause) === 'ELOGIN') {
    const text = sqlErrors.map((error) => `${error.number} ${error.message}`).join('; ');
    return new PoolError('PCO_LOGIN_FAILED', `${name} refused the login: ${text || cause.message}`, {
      cause,
      sqlErrors,
    });
  }
  if (isCertificateRefused(cause))
    return new PoolError(
      'PCO_CERTIFICATE_REFUSED',
      `${name} shows a certificate that is not trusted: ${cause.message}`,
      {
        cause,
        hint: 'check the CA file and the server name in the operator settings, and the age of the certificate',
      },
    );
  // The driver's own words advise to turn encryption off.
  if (codeOf(cause) === 'EENCRYPT')
    return new PoolError(
      'PCO_CERTIFICATE_REFUSED',
      `${name} answers without TLS; the password is not sent in plain text`,
      { cause, hint: 'give the instance a certificate, or check what listens on its port' },
    );
  const code =
    codeOf(cause) === 'ETIMEOUT'
      ? 'PCO_INSTANCE_TIMEOUT'
      : isUnreadable(cause)
        ? 'PCO_UNEXPECTED_ANSWER'
        : 'PCO_INSTANCE_UNREACHABLE';
  return new PoolError(code, `${name}: ${firstLine(cause.message)}`, { cause });
}
