/**
 * The exported runbook of failover and of failback, run as it is by FreeTDS and by PowerShell's engine. No daemon ever runs; `pchat
 * follow` looks on, and says at the end that nothing is left to do.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { mainFile, pchat } from '../support/pchat.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { dotnetIsAbsent } from './dotnet-program.ts';
import { RunbookHands } from './runbook-hands.ts';
import { tsqlIsAbsent } from './tsql-client.ts';

const FILES = 3;
const FAILOVER = [
  'remove-log-shipping',
  'copy-log-backups',
  'apply-log-backups',
  'recover-backup',
  'set-pool-failed-over',
  'mirror-backup',
  'activate-servers',
];
const FAILBACK = [
  'clear-active-servers',
  'remove-mirroring',
  'full-backup',
  'restore-home',
  'establish-log-shipping',
  'activate-servers',
  'set-pool-normal',
  'mirror-home',
];

interface FollowedLine {
  readonly plan: string;
  readonly steps: readonly { readonly action: string; readonly tick: string }[];
  readonly warnings: readonly string[];
}

/** `pchat follow` beside the person. */
class Follower {
  readonly lines: FollowedLine[] = [];
  readonly #child;
  readonly #closed: Promise<unknown[]>;

  constructor(settings: string) {
    const args = [mainFile, 'follow', '--settings', settings, '--output', 'json', '--every', '300ms'];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#closed = once(this.#child, 'close');
    let rest = '';
    this.#child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts.map((line) => JSON.parse(line) as FollowedLine));
    });
  }

  /** The one that it follows. */
  get plan(): FollowedLine | undefined {
    return this.lines.find(({ steps }) => steps.length > 0);
  }

  /** Its exit code; it ends by itself when nothing is left. */
  async ended(): Promise<number> {
    const [code] = (await this.#closed) as [number];
    return code;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

async function exported(stage: WireStage, name: string): Promise<string> {
  const out = path.join(stage.playground.directory, name);
  const answer = await pchat('runbook', '--settings', stage.playground.documents.settingsFile, '--out', out);
  expect([answer.code, answer.stderr.includes('PCO_')]).toEqual([2, false]);
  return out;
}

/** The product has ended before the first file runs; `follow` only looks. */
async function byHand(stage: WireStage, name: string, steps: readonly string[]): Promise<void> {
  const out = await exported(stage, name);
  const follower = new Follower(stage.playground.documents.settingsFile);
  try {
    await stage.until('the plan that is followed', () => follower.plan !== undefined);
    expect(follower.plan?.steps.map(({ action }) => action)).toEqual(steps);
    const handled = await new RunbookHands(stage).runAll(out);
    expect(
      handled.flatMap(({ name: file, trouble, said }) =>
        trouble.length === 0 ? [] : [file, ...trouble, said],
      ),
    ).toEqual([]);
    expect(handled.length).toBe(readdirSync(out).length - 1);
    expect(await follower.ended()).toBe(0);
    const last = follower.lines.at(-1);
    expect([last?.plan, last?.warnings]).toEqual(['converged', []]);
    expect(last?.steps.filter(({ tick }) => tick !== 'done' && tick !== 'passed')).toEqual([]);
  } finally {
    follower.kill();
  }
}

const logBackups = (stage: WireStage): readonly string[] =>
  readdirSync(stage.estate.folders.get(stage.estate.state().options.share) ?? '').filter((name) =>
    name.endsWith('.trn'),
  );

describe.skipIf(tsqlIsAbsent || dotnetIsAbsent)('the runbook (install: npm run setup, .NET SDK 10)', () => {
  test('moves the pool to lyon and back, by FreeTDS and PowerShell alone', { timeout: 280_000 }, async () => {
    await using stage = await WireStage.open({
      seed: 'runbook',
      factor: 20,
      limitMs: 60_000,
      overrides: { backupEveryMinutes: 1 },
    });
    await stage.estate.fault('clients on');
    await stage.until('log backups', () => logBackups(stage).length >= FILES);
    await stage.estate.fault('down site home');
    stage.edit('lyon');
    await byHand(stage, 'failover', FAILOVER);
    const { cms } = stage.estate.state();
    expect(cms.activeServers.every((server) => server.includes('lyo'))).toBe(true);

    await stage.estate.fault('rebuild site home');
    stage.edit('paris');
    await byHand(stage, 'failback', FAILBACK);
    expect(stage.estate.state().cms.activeServers.every((server) => server.includes('par'))).toBe(true);
    const { counts, writableAtTwoSitesMs } = stage.estate.checker();
    expect(writableAtTwoSitesMs).toBe(0);
    expect([
      counts['Set-CsPersistentChatState:FailedOver'],
      counts['Set-CsPersistentChatState:Normal'],
    ]).toEqual([1, 1]);
  });
});
