/** A named instance is found through SQL Server Browser; one that is silent or answers nonsense is said so in time. */
import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { askInstancePort, portIn } from '../../src/connections/instance-port.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { SqlBrowser, type BrowserMood } from '../../src/simulator/tds/sql-browser.ts';
import { batch, failure, never, one, SQL1, world } from './driver-world.ts';

async function browserFor(port: number, mood: BrowserMood = 'answers') {
  const known = { instance: 'RTC', serverName: 'SQL-PAR-1', version: '13.0.6300.2', port };
  const browser = new SqlBrowser(() => [{ ...known, instance: 'OTHER', port: 1 }, known]);
  browser.mood = mood;
  const browserPort = await browser.listen(0);
  return { browser, browserPort, [Symbol.asyncDispose]: () => browser.stop() };
}

test('logs in to the port that SQL Server Browser names, whatever the case of the instance', async () => {
  await using target = await world({ answer: () => one(7) });
  await using found = await browserFor(target.server.port);
  const port = { instance: 'rtc', browserPort: found.browserPort };
  await using asked = await world({}, 2_000, { port });
  // Its own server is not the one that the browser names.
  await using connection = await asked.instances.open(SQL1, never);
  const answer = await connection.run(batch('SELECT 7'), { signal: never, deadlineMs: undefined });
  expect(answer.resultSets[0]?.rows).toEqual([{ n: 7 }]);
  expect([target.server.logins.length, asked.server.logins.length]).toEqual([1, 0]);
});

const limits = () => ({ startedMs: hostClock.monotonicMs(), deadline: hostClock.deadline(400, never) });

test.each([
  ['is silent', 'silence', 'RTC', 'PCO_INSTANCE_TIMEOUT'],
  ['does not know the instance', 'answers', 'NOTHING', 'PCO_INSTANCE_TIMEOUT'],
  ['answers something else', 'noise', 'RTC', 'PCO_UNEXPECTED_ANSWER'],
] as const)('a browser that %s gives its own code within the deadline', async (_, mood, instance, code) => {
  await using found = await browserFor(1, mood);
  const { startedMs, deadline } = limits();
  using limit = deadline;
  const address = { host: '127.0.0.1', port: found.browserPort, instance };
  const error = await failure(askInstancePort(address, hostClock, limit.signal));
  expect([error.code, error.hint === undefined]).toEqual([code, false]);
  expect(hostClock.monotonicMs() - startedMs).toBeLessThan(3_000);
});

test('a host on which no browser listens is unreachable', async () => {
  const socket = createSocket('udp4');
  const port = await new Promise<number>((resolve) => {
    socket.bind(0, '127.0.0.1', () => resolve(socket.address().port));
  });
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  using limit = hostClock.deadline(5_000, never);
  const error = await failure(
    askInstancePort({ host: '127.0.0.1', port, instance: 'RTC' }, hostClock, limit.signal),
  );
  expect(error.code).toBe('PCO_INSTANCE_UNREACHABLE');
});

const answer = (text: string, length = text.length): Buffer => {
  const head = Buffer.from([5, length & 0xff, length >> 8]);
  return Buffer.concat([head, Buffer.from(text, 'latin1')]);
};
const asked = { host: 'h', port: 1434, instance: 'RTC' };

test.each([
  ['no tcp', 'ServerName;S;InstanceName;RTC;np;\\\\S\\pipe\\x;;'],
  ['a port that is none', 'InstanceName;RTC;tcp;70000;;'],
  ['a port that is a word', 'InstanceName;RTC;tcp;http;;'],
  ['another instance only', 'InstanceName;OTHER;tcp;1433;;'],
  ['a key where a value stands', 'ServerName;tcp;1433;InstanceName;RTC;;'],
])('an answer with %s names no port', (_, text) => {
  expect(() => portIn(answer(text), asked)).toThrow(
    expect.objectContaining({ code: 'PCO_UNEXPECTED_ANSWER' }),
  );
});

test('an answer that says it is longer than it is is read as far as it goes', () => {
  expect(portIn(answer('InstanceName;RTC;tcp;50001;;', 60_000), asked)).toBe(50_001);
});
