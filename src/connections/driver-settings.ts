/** Where an instance is and how to log in, and the driver's options that follow from it. No secret leaves this file but to the driver. */
import { createRequire } from 'node:module';
import type { config as DriverConfiguration } from 'mssql';
import { PoolError } from '../topology/pool-error.ts';

export interface NamedInstance {
  readonly instance: string;
  /** UDP. */
  readonly browserPort: number;
}

export interface InstanceConnectionSettings {
  readonly host: string;
  /** TCP, or where SQL Server Browser says it. */
  readonly port: number | NamedInstance;
  /** Every address of the host at once, and the first that answers: for a listener in several subnets. */
  readonly multiSubnetFailover?: boolean;
  /** Name that the certificate must carry; default `host`. */
  readonly serverName?: string;
  readonly user: string;
  /** Windows domain of `user`: the login is NTLM then. */
  readonly domain?: string;
  /** Asked for at every login, so that a rotated password needs no restart. */
  readonly password: () => Promise<string> | string;
  /** PEM of the authority that signed the instance's certificate; default: the authorities that Node.js trusts. */
  readonly caPem?: string;
  /** true: TLS inside TDS 7.4; strict: TDS 8 (SQL Server 2022). Never off: the password travels in the login. */
  readonly encrypt: true | 'strict';
  /** ms for TCP, TLS and login together. */
  readonly connectDeadlineMs: number;
  /** ms; upper limit of a request on the held observer connection, whatever its caller asks for. */
  readonly queryDeadlineMs: number;
}

/** program_name of every session that the daemon opens; the observers leave it out of the sessions they count. */
export const PROGRAM_NAME = 'pchat-operator';

/** ms that the driver waits for the server to confirm an attention before it drops the connection. */
const CANCEL_TIMEOUT_MS = 500;
/** The driver's own limit is only a backstop behind ours. */
const BACKSTOP_MS = 1000;

const OLDEST_SAFE_DRIVER = [20, 3] as const;

/**
 * Older drivers hang on a half-cut login, end the process on a malformed answer and fall back to plain text.
 * Throws PCO_UNSUPPORTED_RUNTIME. Call once at start.
 */
export function assertSafeDriver(version: string = installedDriver()): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [safeMajor, safeMinor] = OLDEST_SAFE_DRIVER;
  if (major > safeMajor || (major === safeMajor && minor >= safeMinor)) return;
  throw new PoolError(
    'PCO_UNSUPPORTED_RUNTIME',
    `the SQL Server driver tedious ${version} is older than ${safeMajor}.${safeMinor}`,
    { hint: 'Run npm ci with the lock file of this release.' },
  );
}

/** The one that mssql loads, which need not be the one that this package would find. */
function installedDriver(): string {
  const here = createRequire(import.meta.url);
  const manifest: unknown = createRequire(here.resolve('mssql'))('tedious/package.json');
  return (manifest as { readonly version: string }).version;
}

const authentication = (
  { user, domain }: InstanceConnectionSettings,
  password: string,
): NonNullable<DriverConfiguration['authentication']> =>
  domain === undefined
    ? { type: 'default', options: { userName: user, password } }
    : { type: 'ntlm', options: { userName: user, password, domain } };

/** Everything but `beforeConnect`. ADR 0012 says which defaults of mssql are traps. */
export async function driverConfiguration(
  settings: InstanceConnectionSettings,
  port: number,
): Promise<DriverConfiguration> {
  return {
    server: settings.host,
    authentication: authentication(settings, await settings.password()),
    // Only here, never in `options`: otherwise mssql sends SELECT 1 before every request, on a silent connection for ever.
    validateConnection: false,
    // One connection that is not reaped while a step copies files: with min 0 it is closed after 30 s without a request.
    pool: { min: 1, max: 1 },
    stream: true,
    arrayRowMode: true,
    options: {
      port,
      multiSubnetFailover: settings.multiSubnetFailover ?? false,
      // Never the managed database: 4060 would hide that the instance lives (sql-server reference 7.1).
      database: 'master',
      appName: PROGRAM_NAME,
      encrypt: settings.encrypt,
      trustServerCertificate: false,
      serverName: settings.serverName ?? settings.host,
      ...(settings.caPem === undefined ? {} : { cryptoCredentialsDetails: { ca: settings.caPem } }),
      connectTimeout: settings.connectDeadlineMs + BACKSTOP_MS,
      requestTimeout: 0,
      cancelTimeout: CANCEL_TIMEOUT_MS,
      maxRetriesOnTransientErrors: 0,
      useUTC: true,
    },
  };
}
