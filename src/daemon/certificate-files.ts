/** Certificate and key of the HTTP interface, as files that others renew: what has changed counts from the next connection on. */
import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { TlsOptions } from '../http/build-server.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { Log } from './log.ts';
import { readSetting } from './read-secret.ts';

type Files = NonNullable<Settings['http']['tls']>;

export interface ServedCertificate extends TlsOptions {
  /** ms since 1970. */
  readonly endsAtMs: number;
}

export class CertificateFiles {
  readonly #files: Files;
  readonly #log: Log;
  /** What `stat` said of the files when they were read last, usable or not. */
  #seen: string;
  readonly first: ServedCertificate;

  /** Throws PCO_SETTINGS_INVALID where certificate and key cannot be used. */
  constructor(files: Files, log: Log) {
    this.#files = files;
    this.#log = log;
    this.#seen = marksOf(files);
    this.first = readTls(files);
  }

  /** undefined: nothing has changed, or what is there now cannot be used; the log says so, once. */
  renewed(): ServedCertificate | undefined {
    const seen = marksOf(this.#files);
    if (seen === this.#seen) return undefined;
    this.#seen = seen;
    try {
      const tls = readTls(this.#files);
      this.#log.info('the certificate of the HTTP interface was renewed', {
        file: this.#files.cert,
        endsAt: new Date(tls.endsAtMs).toISOString(),
      });
      return tls;
    } catch (error) {
      // Half of a renewal, perhaps: the other half is one more change.
      this.#log.warn('the renewed certificate of the HTTP interface cannot be used; the former one stays', {
        error,
      });
      return undefined;
    }
  }
}

const pathsOf = ({ cert, key, clientCa }: Files): readonly string[] =>
  clientCa === undefined ? [cert, key] : [cert, key, clientCa];

/** A file that cannot be looked at is told by why: that, too, is something that changes. */
function markOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${String(mtimeMs)} ${String(size)} ${String(ino)}`;
  } catch (error) {
    return String(error);
  }
}

const marksOf = (files: Files): string => pathsOf(files).map(markOf).join(', ');

function readTls(files: Files): ServedCertificate {
  const cert = readSetting(files.cert);
  const key = readSetting(files.key);
  const tls = files.clientCa === undefined ? { cert, key } : { cert, key, ca: readSetting(files.clientCa) };
  try {
    createSecureContext(tls);
    return { ...tls, endsAtMs: new X509Certificate(cert).validToDate.getTime() };
  } catch (error) {
    throw new PoolError('PCO_SETTINGS_INVALID', 'http.tls: certificate and key cannot be used together', {
      cause: error,
      hint: `${files.cert} is a PEM certificate with its chain, ${files.key} its key without a passphrase`,
    });
  }
}
