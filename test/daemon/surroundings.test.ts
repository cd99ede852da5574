import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { BusyMeter } from '../../src/daemon/busy-meter.ts';
import { removeControlFiles, writeToken } from '../../src/daemon/control-files.ts';
import { factsHash } from '../../src/daemon/facts-hash.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { hostRandom } from '../../src/daemon/host/host-random.ts';
import { silentLog } from '../../src/daemon/log.ts';
import { createLogger } from '../../src/daemon/logger.ts';
import { startSchedule } from '../../src/daemon/schedule.ts';
import { Shutdown } from '../../src/daemon/shutdown.ts';
import { TransitionSlots } from '../../src/daemon/transition-slots.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { facts, homeLost } from '../support/facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const never = new AbortController().signal;

describe('the shutdown', () => {
  test('closes in reverse order, whatever fails or hangs, but waits without end for what must not be cut short', async () => {
    const clock = new SimulatedClock(0);
    const shutdown = new Shutdown(clock, silentLog);
    const closed: string[] = [];
    shutdown.register('first', () => void closed.push('first'));
    shutdown.register('hangs', () => new Promise(() => undefined));
    shutdown.register('fails', () => Promise.reject(new Error('no')));
    shutdown.registerUnbounded('backup', async () => {
      await clock.sleep(3_600_000, never);
      closed.push('backup');
    });
    let done = false;
    void shutdown.close().then(() => (done = true));
    expect(await clock.run(() => done, 7_200_000)).toBe(true);
    expect(closed).toEqual(['backup', 'first']);
    expect(clock.monotonicMs()).toBeLessThan(3_610_000);
  });
});

describe('transition slots', () => {
  test('let the next pool move when one rests, in order, and skip one that was cancelled', async () => {
    const slots = new TransitionSlots(1);
    const moved: string[] = [];
    const cancelled = new AbortController();
    await slots.hold('a', never);
    await slots.hold('a', never);
    const b = slots.hold('b', cancelled.signal).catch((error: unknown) => error);
    const c = slots.hold('c', never).then(() => moved.push('c'));
    cancelled.abort();
    expect(await b).toMatchObject({ code: 'PCO_CANCELLED' });
    expect(moved).toEqual([]);
    slots.release('a');
    await c;
    expect(moved).toEqual(['c']);
  });
});

describe('the busy meter', () => {
  test('counts overlapping waits once', async () => {
    const clock = new SimulatedClock(0);
    const meter = new BusyMeter(clock);
    const wait = (from: number, ms: number): Promise<void> =>
      clock.sleep(from, never).then(() => meter.during(() => clock.sleep(ms, never)));
    let done = false;
    void Promise.all([wait(0, 100), wait(50, 100), wait(300, 10)]).then(() => (done = true));
    await clock.run(() => done, 1_000);
    expect(meter.totalMs()).toBe(160);
  });
});

describe('the facts hash', () => {
  test('ignores ages and tells different worlds apart', () => {
    const later = { ...facts(), observedAt: '2030-01-01T00:00:00.000Z' };
    expect(factsHash(later)).toBe(factsHash(facts()));
    expect(factsHash(homeLost())).not.toBe(factsHash(facts()));
  });
});

describe('the control token', () => {
  test('is new at every start and readable by the owner only, also when a crash left a draft behind', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'control-token.new'), 'old', { mode: 0o644 });
    const first = writeToken(folder);
    const file = path.join(folder, 'control-token');
    expect(readFileSync(file, 'utf8')).toBe(`${first}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(writeToken(folder)).not.toBe(first);
    removeControlFiles(folder);
    expect(() => statSync(file)).toThrow('ENOENT');
  });
});

describe('the logger', () => {
  test('writes constant messages with fields and blanks secrets out', () => {
    const lines: string[] = [];
    const log = createLogger('info', { destination: { write: (line: string) => void lines.push(line) } });
    log.with({ pool: 'chat' }).info('step done', { settings: { password: 'hunter2' }, token: 'abc' });
    log.debug('not shown');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'step done', pool: 'chat', level: 'info' });
    expect(lines[0]).not.toMatch(/hunter2|abc/);
  });
});

describe('the schedule', () => {
  test('refuses a line that is no cron expression', async () => {
    expect(() => startSchedule('whenever', () => undefined, silentLog)).toThrow('no cron expression');
    await startSchedule('*/5 * * * *', () => undefined, silentLog)();
  });
});

describe('the host clock', () => {
  test('wakes a sleeper at its time or at the abort, and tells a deadline from its parent', async () => {
    const started = hostClock.monotonicMs();
    await hostClock.sleep(5, never);
    expect(hostClock.monotonicMs() - started).toBeGreaterThanOrEqual(4);
    const parent = new AbortController();
    const sleeping = hostClock.sleep(60_000, parent.signal);
    using late = hostClock.deadline(1, parent.signal);
    using cut = hostClock.deadline(60_000, parent.signal);
    await hostClock.sleep(20, never);
    parent.abort(new Error('stop'));
    await expect(sleeping).rejects.toThrow('stop');
    expect([late.expired, cut.expired, cut.signal.aborted]).toEqual([true, false, true]);
  });

  test('is joined by ids of twelve letters and digits', () => {
    expect(hostRandom.id()).toMatch(/^[a-z0-9]{12}$/);
    expect(hostRandom.id()).not.toBe(hostRandom.id());
  });
});
