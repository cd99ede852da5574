/** A login that is given up: at whatever moment, it leaves no socket and no session behind. */
import { expect, test } from 'vitest';
import { DriverConnection } from '../../src/connections/driver-connection.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { never, one, SQL1, world } from '../connections/driver-world.ts';
import { localhostCertificate } from '../simulator/tds/scripted-server.ts';
import { ChaosProxy } from './chaos-proxy.ts';

const MOMENTS = 60;
/** A login takes some 10 ms on the loopback of an idle machine. */
const STEP_MS = 0.4;

test('sixty logins, each given up a little later than the one before, leave no socket', async () => {
  await using w = await world({ answer: () => one(1) });
  await using proxy = await ChaosProxy.before(w.server.port);
  const tls = await localhostCertificate();
  const open = (signal: AbortSignal): Promise<void> => {
    const settings = {
      host: '127.0.0.1',
      port: proxy.port,
      serverName: 'localhost',
      user: 'pchat',
      password: () => 'x',
      caPem: tls.cert,
      encrypt: true,
      connectDeadlineMs: 10_000,
      queryDeadlineMs: 1_000,
    } as const;
    return DriverConnection.open(SQL1, settings, hostClock, signal).then(
      (connection) => connection.close(),
      () => undefined,
    );
  };
  await open(never);
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    using deadline = hostClock.deadline(moment * STEP_MS, never);
    await open(deadline.signal);
  }
  await expect.poll(() => proxy.open, { interval: 5, timeout: 3_000 }).toBe(0);
  await expect.poll(() => w.server.server.connections().length, { interval: 5 }).toBe(0);
}, 15_000);
