/** Where the daemon is asked: by the settings, and where those say TLS, on a loopback port of its own for the commands of this computer. */
import { createHash } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Settings } from '../desired-state/parse-settings.ts';
import { buildServer, type SecuredBy, type ServerOptions, type TlsOptions } from '../http/build-server.ts';
import { CertificateFiles, type ServedCertificate } from './certificate-files.ts';
import { removeControlFiles, writeAddress, writeToken } from './control-files.ts';
import { hostClock } from './host/host-clock.ts';
import type { Log } from './log.ts';
import { readPage } from './host/read-page.ts';
import type { Shutdown } from './shutdown.ts';

interface Asked extends Pick<
  ServerOptions,
  'status' | 'decisions' | 'suppose' | 'metrics' | 'events' | 'gitHook' | 'past'
> {
  /** A certificate is served that ends then, ms since 1970. */
  readonly certificate: (endsAtMs: number) => void;
}

const LOOPBACK = '127.0.0.1';

/** The address of the settings, once it is listened at. Throws PCO_SETTINGS_INVALID where certificate and key cannot be used. */
export async function listen(
  { http, journal }: Settings,
  shutdown: Shutdown,
  log: Log,
  { certificate, ...asked }: Asked,
): Promise<string> {
  const { directory } = journal;
  const files = http.tls && new CertificateFiles(http.tls, log);
  const tls = files && securedBy(files, certificate);
  const token = writeToken(directory);
  shutdown.register('control files', () => {
    removeControlFiles(directory);
  });
  const options: ServerOptions = {
    ...asked,
    page: readPage(),
    token,
    tokens: http.tokens,
    clients: http.clients,
    names: [...http.names, http.host].map(asInHost),
    clock: hostClock,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    subjectOf: clientSubject,
    audit: (entry) => {
      log.info(entry.after === null ? 'a change was refused' : 'a change was asked for', { ...entry });
    },
  };
  const open = async (at: { host: string; port: number }, secured?: SecuredBy): Promise<string> => {
    const server = buildServer({ ...options, tls: secured });
    shutdown.register('http', () => server.close());
    return server.listen(at);
  };
  const address = await open({ host: http.host, port: http.port }, tls);
  // The commands beside the daemon need no certificate, and still decide when it has expired.
  writeAddress(directory, tls === undefined ? address : await open({ host: LOOPBACK, port: 0 }));
  return address;
}

function securedBy(files: CertificateFiles, tell: Asked['certificate']): SecuredBy {
  const told = ({ endsAtMs, ...tls }: ServedCertificate): TlsOptions => {
    tell(endsAtMs);
    return tls;
  };
  return {
    ...told(files.first),
    renewed: () => {
      const now = files.renewed();
      return now && told(now);
    },
  };
}

/** As the Host header has it. */
const asInHost = (name: string): string => (name.includes(':') ? `[${name}]` : name).toLowerCase();

/** undefined: no certificate, or none of the authority of the settings. */
function clientSubject(socket: object): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const names = socket.getPeerCertificate().subject.CN;
  // Two common names are no name.
  return typeof names === 'string' ? names : undefined;
}
