import { expect, onTestFinished, test, vi } from 'vitest';
import { CommitReporter, type Report } from '../../src/daemon/commit-reporter.ts';
import type { CommitStatus } from '../../src/daemon/commit-status.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { Log } from '../../src/daemon/log.ts';
import { silentLog } from '../../src/daemon/log.ts';
import { statusForge, type StatusForge } from '../support/status-forge.ts';

const TOKEN = 'forge-token-0123';
const status = (commit: string, state: CommitStatus['state'] = 'pending', words = 'w'): CommitStatus => ({
  commit,
  context: 'pchat/chat',
  state,
  description: words,
  gist: `${state} ${words}`,
});

async function reporting(deadlineMs?: number) {
  const forge: StatusForge = await statusForge();
  const waits: number[] = [];
  const reports: Report[] = [];
  const logged: unknown[] = [];
  const log: Log = { ...silentLog, warn: (message, fields) => logged.push([message, fields]) };
  const clock = {
    ...hostClock,
    // Nothing is waited for; how long it would have been is kept.
    sleep: (ms: number, signal: AbortSignal): Promise<void> => {
      waits.push(ms);
      signal.throwIfAborted();
      return Promise.resolve();
    },
    deadline: (ms: number, parent: AbortSignal) => hostClock.deadline(deadlineMs ?? ms, parent),
  };
  const settings = {
    api: forge.api,
    repository: 'ops/pchat',
    token: { env: 'X' },
    context: 'pchat',
    targetUrl: 'https://pchat.contoso.com/',
  };
  const reporter = new CommitReporter({
    settings,
    token: () => TOKEN,
    clock,
    log,
    count: (report) => reports.push(report),
  });
  onTestFinished(() => reporter.close());
  const ended = (count: number): Promise<void> =>
    vi.waitFor(() => {
      expect(reports).toHaveLength(count);
    }, 10_000);
  return { forge, reporter, waits, reports, logged, ended };
}

test('a status goes to the commit it is of, with the token, and once', async () => {
  const { forge, reporter, reports, ended } = await reporting();
  reporter.tell(status('c1'));
  reporter.tell(status('c1'));
  reporter.tell(undefined);
  await ended(1);
  reporter.tell(status('c1'));
  reporter.tell(status('c1', 'success', 'as desired'));
  await ended(2);
  expect(reports).toEqual(['sent', 'sent']);
  expect(forge.taken.map(({ path }) => path)).toEqual([
    'POST /api/v1/repos/ops/pchat/statuses/c1',
    'POST /api/v1/repos/ops/pchat/statuses/c1',
  ]);
  expect(forge.taken[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  expect(forge.taken.map(({ body }) => body)).toEqual([
    { state: 'pending', context: 'pchat/chat', description: 'w', target_url: 'https://pchat.contoso.com/' },
    {
      state: 'success',
      context: 'pchat/chat',
      description: 'as desired',
      target_url: 'https://pchat.contoso.com/',
    },
  ]);
});

test('a forge that fails is tried four times with longer waits, and then told of the next commit', async () => {
  const { forge, reporter, reports, waits, logged, ended } = await reporting();
  forge.answers.push(500, 502, 429, 503);
  reporter.tell(status('c1'));
  reporter.tell(status('c2'));
  await ended(2);
  expect(reports).toEqual(['given-up', 'sent']);
  expect(waits).toEqual([2_000, 10_000, 60_000]);
  expect(forge.taken.map(({ path }) => path.at(-1))).toEqual(['1', '1', '1', '1', '2']);
  expect(JSON.stringify(logged)).toContain('the forge answered 503');
  expect(JSON.stringify(logged)).not.toContain(TOKEN);
});

test('a status that the forge refuses is not tried again', async () => {
  const { forge, reporter, reports, waits, ended } = await reporting();
  forge.answers.push(401, 422);
  reporter.tell(status('c1'));
  reporter.tell(status('c2'));
  await ended(2);
  expect([reports, waits, forge.taken.length]).toEqual([['given-up', 'given-up'], [], 2]);
});

test('a forge that hangs is given up by its deadline and holds nobody up', async () => {
  const { forge, reporter, reports, ended } = await reporting(50);
  forge.answers.push('hang', 'hang', 'hang', 'hang');
  const beforeMs = hostClock.monotonicMs();
  reporter.tell(status('c1'));
  expect(hostClock.monotonicMs() - beforeMs).toBeLessThan(1_000);
  await ended(1);
  expect(reports).toEqual(['given-up']);
});

test('the token does not follow the forge to another address', async () => {
  const { forge, reporter, reports, ended } = await reporting();
  const other = await statusForge();
  forge.location = `${other.api}/elsewhere`;
  forge.answers.push(302, 302, 302, 302);
  reporter.tell(status('c1'));
  await ended(1);
  expect([reports, other.taken]).toEqual([['given-up'], []]);
});

test('of many statuses for a slow forge the newest of each commit is sent, and closing ends all', async () => {
  const { forge, reporter, reports, ended } = await reporting();
  for (let index = 0; index < 50; index += 1) reporter.tell(status('c1', 'pending', `w${String(index)}`));
  await ended(2);
  expect(forge.taken.map(({ body }) => body['description'])).toEqual(['w0', 'w49']);
  forge.answers.push('hang');
  reporter.tell(status('c3'));
  await vi.waitFor(() => {
    expect(forge.taken).toHaveLength(3);
  }, 10_000);
  await reporter.close();
  reporter.tell(status('c4'));
  expect([reports, forge.taken.length]).toEqual([['sent', 'sent'], 3]);
});
