/** SIGTERM to a real daemon inside a RESTORE: once, it is awaited; twice, the process ends and the next one goes on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import { onlyOnShare } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { mainFile } from '../support/pchat.ts';

const FACTOR = 60;
const BACKUP = 'sql-lyo-1.contoso.com';
/** Real ms of every BACKUP and RESTORE: long enough for two signals and for a look at its progress. */
const RESTORE_MS = 2_000;

/** The daemon of `stage` as a child whose log and end the test sees. */
class Daemon {
  readonly #child: ChildProcess;
  readonly exited: Promise<unknown>;
  log = '';

  constructor(stage: WireStage) {
    const args = [mainFile, 'run', '--settings', stage.playground.documents.settingsFile];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.exited = once(this.#child, 'exit');
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }
  terminate(): void {
    this.#child.kill('SIGTERM');
  }
}

const restores = ({ estate }: WireStage): boolean =>
  Object.values(estate.state().instances[BACKUP]?.operations ?? {}).some(
    ({ command }) => command === 'RESTORE LOG',
  );
const applied = ({ estate }: WireStage): number => estate.state().instances[BACKUP]?.restores.length ?? 0;
const intents = (records: readonly JournalRecord[]): number =>
  records.filter(({ kind }) => kind === 'intent').length;

test(
  'SIGTERM inside a RESTORE awaits it and starts nothing more; a second one ends at once, and the next daemon goes on',
  { timeout: 180_000 },
  async () => {
    await using stage = await WireStage.open({
      seed: 'signals',
      factor: FACTOR,
      overrides: {
        backupEveryMinutes: 1,
        speed: { ...DEFAULT_ESTATE.speed, minimumMs: RESTORE_MS * FACTOR },
      },
      durations: { connect: '300ms', pollInterval: '400ms' },
      document: { primaryDatacenter: 'lyon' },
    });
    await stage.until(
      'two log backups that nobody has restored',
      () => onlyOnShare(stage.estate).length >= 2,
    );
    await stage.estate.fault('down site home');

    const first = new Daemon(stage);
    await stage.until('a RESTORE LOG', () => restores(stage));
    const before = { applied: applied(stage), intents: intents(stage.records) };
    first.terminate();
    expect(await first.exited).toEqual([0, null]);
    await stage.until('the outcome', () =>
      stage.records.some((record) => record.kind === 'outcome' && record.action === 'apply-log-backups'),
    );
    expect(restores(stage)).toBe(false);
    expect(applied(stage)).toBe(before.applied + 1);
    expect(intents(stage.records)).toBe(before.intents);
    expect(first.log).toContain('waiting for the running step; a second signal ends the process at once');
    expect(first.log).toMatch(/"progress":"restored 0 of \d log backups, /);

    const third = new Daemon(stage);
    await stage.until('the next RESTORE LOG', () => restores(stage));
    third.terminate();
    await stage.until('the stop', () => third.log.includes('waiting for the running step'));
    third.terminate();
    expect(await third.exited).toEqual([143, null]);
    const cut = applied(stage);

    const last = new Daemon(stage);
    expect(last.pid).toBeDefined();
    await stage.until('the step that the signal cut', () =>
      stage.records.some(
        (record) => record.kind === 'outcome' && record.reason?.startsWith('the daemon ended') === true,
      ),
    );
    await stage.until('the restores that were left', () => applied(stage) > cut);
  },
);
