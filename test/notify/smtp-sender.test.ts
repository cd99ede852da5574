import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { Answer } from '../../src/notify/receiver.ts';
import { smtpSender, type SmtpReceiver } from '../../src/notify/smtp-sender.ts';
import { localhostCertificate } from '../simulator/tds/scripted-server.ts';
import { notice } from './notices.ts';

const PASSWORD = 'mail-password-0123';
const refusal = (responseCode: number): Error => Object.assign(new Error('no'), { responseCode });

async function mailing(options: SMTPServerOptions = {}, differs: Partial<SmtpReceiver> = {}) {
  const { cert, key } = await localhostCertificate();
  const mails: string[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    cert,
    key,
    onAuth: ({ username, password }, session, done) => {
      logins.push(`${username ?? ''} ${String(session.secure)}`);
      if (password === PASSWORD) done(null, { user: username });
      else done(refusal(535));
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address).join(' ');
        mails.push(`To: ${to}\n${Buffer.concat(chunks).toString('utf8')}`);
        done();
      });
    },
    ...options,
  });
  // A client that ends a connection is what some of these tests are about.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  );
  const { port } = server.server.address() as AddressInfo;
  const sender = smtpSender({
    host: '127.0.0.1',
    port,
    tls: 'starttls',
    serverName: 'localhost',
    ca: cert,
    user: 'svc-pchat',
    password: () => PASSWORD,
    from: 'pchat@contoso.com',
    to: ['ops@contoso.com', 'dba@contoso.com'],
    ...differs,
  });
  const send = (signal = new AbortController().signal): Promise<Answer> => sender.send(notice(), signal);
  return { send, mails, logins };
}

test('an e-mail reaches both people, over STARTTLS before the login', async () => {
  const { send, mails, logins } = await mailing();
  expect(await send()).toEqual({ kind: 'taken' });
  expect(logins).toEqual(['svc-pchat true']);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain('To: ops@contoso.com dba@contoso.com');
  expect(mails[0]).toContain('Subject: pchat: chat: stalled (critical)');
  expect(mails[0]).toContain('Auto-Submitted: auto-generated');
  expect(mails[0]).toContain('Next:   pchat why chat');
});

test('an e-mail goes over TLS from the first byte', async () => {
  const { send, mails } = await mailing({ secure: true }, { tls: 'implicit' });
  expect(await send()).toEqual({ kind: 'taken' });
  expect(mails).toHaveLength(1);
});

test('a server without STARTTLS gets neither password nor e-mail', async () => {
  const { send, mails, logins } = await mailing({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
  expect((await send()).kind).not.toBe('taken');
  expect([mails, logins]).toEqual([[], []]);
});

test('a server whose certificate nobody vouches for gets neither password nor e-mail', async () => {
  const { send, mails, logins } = await mailing({}, { ca: undefined });
  expect((await send()).kind).toBe('failed');
  expect([mails, logins]).toEqual([[], []]);
});

test('a server with the certificate of another name gets neither password nor e-mail', async () => {
  const { send, mails, logins } = await mailing({}, { serverName: 'mail.contoso.com' });
  expect((await send()).kind).toBe('failed');
  expect([mails, logins]).toEqual([[], []]);
});

test('a wrong password is refused and not tried again, and is in no problem', async () => {
  const { send } = await mailing({}, { password: () => 'wrong-password' });
  expect(await send()).toEqual({ kind: 'refused', problem: 'the server answered 535' });
});

test('a server that is busy is worth another try', async () => {
  const { send } = await mailing({
    onMailFrom: (_address, _session, done) => {
      done(refusal(451));
    },
  });
  expect(await send()).toEqual({ kind: 'failed', problem: 'the server answered 451', waitMs: 0 });
});

test('nobody who listens is worth another try', async () => {
  const { send } = await mailing({}, { port: 1 });
  const answer = await send();
  expect(answer).toMatchObject({ kind: 'failed', waitMs: 0 });
  expect(JSON.stringify(answer)).toContain('not reached: E');
});

test('a server that says nothing is left when the try has ended', async () => {
  const entered = Promise.withResolvers<undefined>();
  const { send } = await mailing({
    onConnect: () => {
      entered.resolve(undefined);
    },
  });
  const stop = new AbortController();
  const answer = send(stop.signal);
  await entered.promise;
  stop.abort(new DOMException('over', 'TimeoutError'));
  expect(await answer).toEqual({ kind: 'failed', problem: 'not reached: TimeoutError', waitMs: 0 });
});
