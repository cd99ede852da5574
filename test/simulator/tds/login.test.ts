/** The real driver logs in: in the clear, with TLS it verifies, and refused. */
import { expect, test } from 'vitest';
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

const one = [columns(['n', int]), row(1), done(1), end()];

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
