/** The real driver logs in: in the clear, with TLS that it verifies, for the login only, and refused. */
import sql from 'mssql';
import { Connection } from 'tedious';
import { expect, test } from 'vitest';
import type { SqlToken } from '../../../src/simulator/sql-tokens.ts';
import {
  columns,
  connect,
  done,
  end,
  error,
  int,
  localhostCertificate,
  row,
  startScripted,
} from './scripted-server.ts';

const one: readonly SqlToken[] = [columns(['n', int]), row(1), done(1), end()];

test('passes name, password, database, host and program of a login up', async () => {
  await using scripted = await startScripted({ answer: () => one });
  await using pool = await connect(scripted.port, {
    options: { appName: 'pchat-operator', workstationId: 'OPS1' },
  });
  expect((await pool.request().query('SELECT 1')).recordset).toEqual([{ n: 1 }]);
  expect(scripted.logins[0]).toEqual({
    login: 'pchat',
    password: 'p@ss-wörd',
    database: 'mgc',
    host: 'OPS1',
    program: 'pchat-operator',
  });
});

test('serves a client that verifies the certificate against its authority', async () => {
  const tls = await localhostCertificate();
  await using scripted = await startScripted({ tls, answer: () => one });
  await using pool = await connect(scripted.port, {
    server: 'localhost',
    options: { encrypt: true, trustServerCertificate: false, cryptoCredentialsDetails: { ca: tls.cert } },
  });
  expect((await pool.request().query('SELECT 1')).recordset).toEqual([{ n: 1 }]);
});

test('is not trusted by a client that has no authority for its certificate', async () => {
  const tls = await localhostCertificate();
  await using scripted = await startScripted({ tls });
  const options = { encrypt: true, trustServerCertificate: false };
  await expect(connect(scripted.port, { server: 'localhost', options })).rejects.toThrow(
    /self-signed certificate/,
  );
  expect(scripted.logins).toEqual([]);
});

test('encrypts the login alone for a client that asks for no encryption', async () => {
  const tls = await localhostCertificate();
  await using scripted = await startScripted({ tls, encryption: 'on', answer: () => one });
  await using pool = await connect(scripted.port, { options: { encrypt: false } });
  expect((await pool.request().query('SELECT 1')).recordset).toEqual([{ n: 1 }]);
  expect(scripted.logins[0]?.password).toBe('p@ss-wörd');
});

test('makes a driver that insists on encryption give up when it has none', async () => {
  await using scripted = await startScripted({});
  await expect(
    connect(scripted.port, { options: { encrypt: true, trustServerCertificate: true } }),
  ).rejects.toMatchObject({
    code: 'EENCRYPT',
  });
});

test('takes no plain login where encryption is required', async () => {
  const tls = await localhostCertificate();
  await using scripted = await startScripted({ tls, encryption: 'required' });
  await expect(connect(scripted.port, { options: { encrypt: false } })).rejects.toMatchObject({
    code: 'EENCRYPT',
  });
  expect(scripted.logins).toEqual([]);
});

const refused = error(18456, 14, "Login failed for user 'pchat'.");

test('refuses a login with the error numbers the driver reports', async () => {
  await using scripted = await startScripted({
    refuse: () => [error(4060, 11, 'Cannot open database "mgc".'), refused],
  });
  const connection = new Connection({
    server: '127.0.0.1',
    authentication: { type: 'default', options: { userName: 'pchat', password: 'x' } },
    options: { port: scripted.port, encrypt: false, maxRetriesOnTransientErrors: 0 },
  });
  const numbers: number[] = [];
  connection.on('errorMessage', (message: { readonly number: number }) => numbers.push(message.number));
  const failure = await new Promise<Error | undefined>((resolve) => connection.connect(resolve));
  expect(failure).toMatchObject({ code: 'ELOGIN', message: "Login failed for user 'pchat'." });
  expect(numbers).toEqual([4060, 18456]);
});

test('refuses in TLS too and then closes the connection', async () => {
  const tls = await localhostCertificate();
  await using scripted = await startScripted({ tls, refuse: () => [refused] });
  const options = { encrypt: true, trustServerCertificate: true };
  await expect(connect(scripted.port, { options })).rejects.toMatchObject({ code: 'ELOGIN' });
  await expect.poll(() => scripted.server.connections()).toEqual([]);
  expect(scripted.disconnects).toHaveLength(1);
});

test('answers a login that is decided later', async () => {
  const waiting: (() => void)[] = [];
  await using scripted = await startScripted({
    answer: () => one,
    decideLogin: (accept) => waiting.push(accept),
  });
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port: scripted.port,
    user: 'a',
    password: 'b',
    options: { encrypt: false },
  });
  const connecting = pool.connect();
  await expect.poll(() => waiting.length).toBe(1);
  expect(scripted.server.connections().map(({ stage }) => stage)).toEqual(['authenticating']);
  waiting[0]?.();
  await connecting;
  await pool.close();
});
