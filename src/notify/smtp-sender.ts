/** One try of a message by SMTP: always over TLS that is verified, a connection of its own. Source: RFC 5321, RFC 3207, RFC 8314. */
import { Socket } from 'node:net';
import { createTransport, type Transporter } from 'nodemailer';
import { mailText } from './mail-text.ts';
import { wayProblem, type Answer, type Sender } from './receiver.ts';

export interface SmtpReceiver {
  readonly host: string;
  readonly port: number;
  /** starttls: the server must offer it. */
  readonly tls: 'starttls' | 'implicit';
  /** Name in the certificate. */
  readonly serverName: string;
  /** PEM; undefined: the authorities that Node.js trusts. */
  readonly ca: string | undefined;
  readonly user: string | undefined;
  /** Read at every try; may throw. */
  readonly password: (() => string) | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

/** ms without an answer of the server. */
const SILENCE_MS = 10_000;
const PERMANENT = 500;

/** nodemailer tells these codes of a server that will say the same again. */
const REFUSALS = new Set(['EAUTH', 'EENVELOPE', 'EMESSAGE']);

export function smtpSender(receiver: SmtpReceiver): Sender {
  return {
    send: async (notice, signal) => {
      // Given to the transport, so that a try that has ended leaves none behind.
      const socket = new Socket();
      let transport: Transporter;
      try {
        transport = transportOf(receiver, socket);
      } catch {
        // What was thrown names the place of the secret.
        return { kind: 'failed', problem: 'a secret of the settings is not there', waitMs: 0 };
      }
      const aborted = Promise.withResolvers<never>();
      const abort = (): void => {
        aborted.reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        const { from, to } = receiver;
        const mail = transport.sendMail({
          from,
          to: [...to],
          ...mailText(notice),
          messageId: `<${notice.id}@pchat-operator.invalid>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        await Promise.race([mail, aborted.promise]);
        return { kind: 'taken' };
      } catch (error) {
        return judged(error);
      } finally {
        signal.removeEventListener('abort', abort);
        transport.close();
        socket.destroy();
      }
    },
  };
}

function transportOf(
  { host, port, tls, serverName, ca, user, password }: SmtpReceiver,
  socket: Socket,
): Transporter {
  return createTransport({
    host,
    port,
    socket,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    tls: { servername: serverName, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined ? {} : { auth: { user, pass: password?.() ?? '' } }),
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function judged(error: unknown): Answer {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  if (typeof responseCode === 'number') {
    const problem = `the server answered ${String(responseCode)}`;
    // 535 may be a password that is being changed, but asking again may lock the account.
    return responseCode >= PERMANENT ? { kind: 'refused', problem } : { kind: 'failed', problem, waitMs: 0 };
  }
  if (typeof code === 'string' && REFUSALS.has(code)) return { kind: 'refused', problem: `refused: ${code}` };
  return { kind: 'failed', problem: wayProblem(error), waitMs: 0 };
}
