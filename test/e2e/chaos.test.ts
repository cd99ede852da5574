/** One short run of `npm run chaos`: a planned move on the wire with a lost answer and a kill inside an effect. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { playOnWire } from '../../proof/chaos/play-on-wire.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';

const SCENARIO: Scenario = {
  name: 'a move under fire',
  mode: 'liveness',
  seed: 1,
  minutes: 3,
  shareSite: 'backup',
  evidence: 'silent',
  core: 'all',
  person: 'there',
  events: [
    { at: 1, what: 'edit lyon' },
    { at: 2, what: 'kill daemon during effect' },
    { at: 40, what: 'lose answers sql-lyo-1 2' },
    { at: 60, what: 'cut link daemon-share' },
    { at: 100, what: 'heal link daemon-share' },
  ],
};

test('a pool that moves while its daemon is killed and answers get lost converges, and every message is accounted for', async () => {
  const played = await playOnWire(SCENARIO);
  expect(played.violations).toEqual([]);
  expect(played.ending).toBe('converged');
  expect(played.kills).toBe(1);
  expect(played.messages.acknowledged).toBeGreaterThan(0);
  expect(played.messages.lost).toBe(0);
});

/** Of this process and of those that it started; Linux only. */
const offspring = (pid: number): readonly number[] =>
  readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .flatMap((text) => [Number(text), ...offspring(Number(text))]);

test.each([
  ['chaos', '--runs', '2', '--parallel', '1'],
  ['soak', '--minutes', '5'],
])('npm run %s that is interrupted ends its daemon', async (name, ...args) => {
  const child = spawn(process.execPath, [`proof/${name}/main.ts`, ...args], { stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('it did not start');
  onTestFinished(() => void child.kill('SIGKILL'));
  const started = await vi.waitFor(
    () => {
      const pids = offspring(pid);
      expect(pids).not.toEqual([]);
      return pids;
    },
    { timeout: 60_000, interval: 100 },
  );
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(1);
  expect(started.filter((one) => existsSync(`/proc/${String(one)}`))).toEqual([]);
});
