import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acquireLease } from '../../src/daemon/lease.ts';
import { readJournalFile } from '../../src/daemon/journal.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Writer {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Resolves when the child has printed that many lines. */
  printed(count: number): Promise<void>;
}

function startWriter(folder: string): Writer {
  const program = path.join(import.meta.dirname, 'journal-writer.child.ts');
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const printed = async (count: number): Promise<void> => {
    while (lines.length < count) await once(reader, 'line');
  };
  return { child, lines, printed };
}

describe('the lease', () => {
  test('kopf#1266: is refused to a second daemon by the process id of the first, and freed by kill -9 with no acknowledged record lost', async () => {
    const folder = temporaryFolder();
    const writer = startWriter(folder);
    await writer.printed(15);
    expect(() => acquireLease(folder, 0)).toThrow(`process ${String(writer.child.pid)} holds the lease`);
    writer.child.kill('SIGKILL');
    await once(writer.child, 'close');
    const acknowledged = Number(writer.lines.at(-1));
    expect((await readJournalFile(folder)).length).toBeGreaterThanOrEqual(acknowledged);
    const lease = acquireLease(folder, 0);
    expect(lease.epoch).toBe(2);
    expect(lease.held()).toBe(true);
    await lease.release();
  });

  test('counts every holder and aborts when it is released', async () => {
    const folder = temporaryFolder();
    const epochs: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      const lease = acquireLease(folder, 0);
      epochs.push(lease.epoch);
      await lease.release();
      expect(lease.held()).toBe(false);
      expect(lease.lost.aborted).toBe(true);
    }
    expect(epochs).toEqual([1, 2, 3]);
  });

  test('is refused to a second holder in the same process', async () => {
    const folder = temporaryFolder();
    const lease = acquireLease(folder, 0);
    expect(() => acquireLease(folder, 0)).toThrow(
      expect.objectContaining({ code: 'PCO_LEASE_HELD' }) as Error,
    );
    await lease.release();
  });

  test('kopf#734: is lost when its file is deleted, and whoever comes next has a higher epoch than the journal', async () => {
    const folder = temporaryFolder();
    const first = acquireLease(folder, 0);
    const again = await first.release().then(() => acquireLease(folder, 0));
    expect([again.epoch, again.held()]).toEqual([2, true]);
    rmSync(path.join(folder, 'lease.sqlite'));
    expect([again.held(), again.lost.aborted]).toEqual([false, true]);
    const next = acquireLease(folder, again.epoch);
    expect([next.epoch, next.held()]).toEqual([3, true]);
    await again.release();
    await next.release();
  });
});
