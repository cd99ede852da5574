import { expect, test } from 'vitest';
import { silentLog } from '../../src/daemon/log.ts';
import { receiverOf, reportedTo } from '../../src/daemon/notifications.ts';
import type { Notice } from '../../src/notify/notice.ts';
import { HOUR_MS } from '../../src/notify/limiter.ts';
import type { Receiver, Sender } from '../../src/notify/receiver.ts';
import { poolSituations, sourceSituation } from '../../src/notify/situations.ts';
import { MemoryDisk } from '../../src/simulation/memory-journal.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { noticeEvents } from '../../src/topology/notice-event.ts';
import { DaemonScene } from '../support/daemon-scene.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost, NOW_MS } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const everything = (sender: Sender, maxPerHour = 20): Receiver => ({
  kind: 'webhook',
  events: new Set(noticeEvents),
  maxPerHour,
  beginAfterMs: undefined,
  endAfterMs: 60_000,
  sender,
});

interface Told extends Notice {
  readonly atMs: number;
}

function telling(senders: (taken: Told[]) => readonly Sender[], maxPerHour?: number) {
  const taken: Told[] = [];
  const counted: string[] = [];
  const scene = new DaemonScene(facts(), new MemoryDisk(), NOW_MS, (metrics, clock) => {
    const reporting = reportedTo(
      metrics,
      senders(taken).map((sender) => everything(sender, maxPerHour)),
      {
        clock,
        random: new SeededRandom(3),
        log: silentLog,
        count: (receiver, notification) => counted.push(`${receiver} ${notification}`),
      },
    );
    return reporting.metrics;
  });
  return { scene, taken, counted };
}

const taking = (taken: Told[]): Sender => ({
  send: (notice) => {
    taken.push({ ...notice, atMs: Date.parse(notice.at) });
    return Promise.resolve({ kind: 'taken' });
  },
});
/** Answers nobody; ends with its try. */
const dead: Sender = {
  send: (_notice, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve({ kind: 'failed', problem: 'not reached: TimeoutError', waitMs: 0 });
      });
    }),
};

/** When each round of a time of trouble was begun, ms since the start. */
async function roundsWith(senders: (taken: Told[]) => readonly Sender[]) {
  const { scene, taken, counted } = telling(senders);
  scene.desire(desiredPool());
  await scene.until(() => scene.ages.length === 5);
  scene.world = homeLost();
  const rounds: number[] = [];
  let seen = 0;
  await scene.until(() => {
    if (scene.ages.length > seen) {
      seen = scene.ages.length;
      rounds.push(scene.clock.monotonicMs());
    }
    return seen === 80;
  }, 2 * HOUR_MS);
  return { rounds, taken, counted };
}

test('a dead receiver delays no round, and the others are told all the same', async () => {
  const without = await roundsWith(() => []);
  const beside = await roundsWith((taken) => [dead, taking(taken)]);
  expect(without.rounds.length).toBeGreaterThan(50);
  expect(beside.rounds).toEqual(without.rounds);
  expect(beside.taken.map(({ event }) => event)).toContain('blocked');
  expect(beside.counted).toContain('webhook given-up');
});

test('hours of a pool that flaps give no more messages in any hour than the bound', async () => {
  const { scene, taken } = telling((all) => [taking(all)], 4);
  scene.desire(desiredPool());
  let turns = 0;
  await scene.until(() => {
    // Longer than what is waited before an end is told, so that every turn would be a message.
    const turn = Math.floor(scene.clock.monotonicMs() / 200_000);
    if (turn !== turns) {
      turns = turn;
      scene.world = turn % 2 === 0 ? facts() : homeLost();
    }
    return turns >= 30;
  }, 5 * HOUR_MS);
  expect(turns).toBe(30);
  for (const { atMs: end } of taken)
    expect(taken.filter(({ atMs }) => atMs <= end && end - atMs < HOUR_MS).length).toBeLessThanOrEqual(4);
  expect(taken.length).toBeGreaterThan(4);
  expect(taken.map(({ kind }) => kind)).toContain('held-back');
});

test('a pool in trouble is told with reason and command, and its end when it is over', async () => {
  const { scene, taken } = telling((all) => [taking(all)]);
  scene.desire(desiredPool());
  await scene.until(() => scene.state() === 'converged');
  expect(taken).toEqual([]);
  scene.world = homeLost();
  await scene.until(() => taken.some(({ event }) => event === 'blocked'), HOUR_MS);
  scene.world = facts();
  await scene.until(
    () => taken.some(({ event, kind }) => event === 'blocked' && kind === 'resolved'),
    HOUR_MS,
  );
  const blocked = taken.filter(({ event }) => event === 'blocked');
  expect(blocked.map(({ kind, pool, next }) => [kind, pool, next])).toEqual([
    ['raised', 'chat', 'pchat why chat'],
    ['resolved', 'chat', 'pchat why chat'],
  ]);
});

test('of a pool that is no longer declared nothing more is told', async () => {
  const { scene, taken } = telling((all) => [taking(all)]);
  scene.desire(desiredPool());
  scene.world = homeLost();
  await scene.until(() => taken.some(({ event }) => event === 'blocked'), HOUR_MS);
  scene.desire();
  await scene.until(() => scene.state() === undefined);
  const before = taken.length;
  await scene.clock.run(() => false, HOUR_MS);
  expect(taken.length).toBe(before);
});

const WHERE = 'PCHAT_SQL_PASSWORD';

test('what an error said of a secret is not told, its code and meaning are', () => {
  const status = observed(facts());
  const stalled = {
    type: 'Stalled',
    status: 'True',
    reason: 'StepKeepsFailing',
    message: `fence: PCO_SETTINGS_INVALID: the environment variable ${WHERE} is not set`,
    since: status.observedAt ?? '',
  } as const;
  const situations = poolSituations({
    ...status,
    conditions: [stalled],
    lastError: { code: 'PCO_SETTINGS_INVALID', message: stalled.message, step: 'fence:home' },
  });
  expect(situations[0]?.message).toBe(
    'fence:home: PCO_SETTINGS_INVALID: The operator settings are not valid.',
  );
  expect(JSON.stringify(situations)).not.toContain(WHERE);
});

test('what a forge or a file said of the desired state is not told, what became of it is', () => {
  const told = sourceSituation({
    attempted: 'c0ffee',
    applied: null,
    appliedAt: null,
    ageSeconds: null,
    condition: {
      status: 'False',
      reason: 'CommitRefused',
      message: 'anything',
      since: '2026-01-01T00:00:00Z',
    },
  });
  expect(told.state).toBe('on');
  expect(told.message).toBe(
    'The newest commit is not signed by an allowed key; the last good generation stays in force. Commit c0ffee.',
  );
});

test.each([
  ['a secret that is not there', { env: 'PCHAT_NOT_SET_ANYWHERE' }, /PCHAT_NOT_SET_ANYWHERE is not set/],
  ['an address that is none', { env: 'PATH' }, /the address of the slack receiver is not https/],
])('%s keeps the daemon from starting', (_what, url, message) => {
  const settings = { kind: 'slack', url, events: ['stalled'], maxPerHour: 2, endAfter: 0 } as const;
  const shell = { invoke: () => Promise.reject(new Error('no shell')) };
  expect(() => receiverOf({ ...settings, events: ['stalled'] }, { shell })).toThrow(message);
});
