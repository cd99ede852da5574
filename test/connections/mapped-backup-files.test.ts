import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MappedBackupFiles } from '../../src/connections/mapped-backup-files.ts';
import { PathMap } from '../../src/connections/path-map.ts';
import { PoolError } from '../../src/topology/pool-error.ts';

const never = new AbortController().signal;
let root = '';
let files: MappedBackupFiles;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'pchat-files-'));
  await mkdir(path.join(root, 'share'));
  await mkdir(path.join(root, 'copy'));
  files = new MappedBackupFiles({
    '\\\\fs01\\mgc-logs': path.join(root, 'share'),
    'D:\\LSCopy': path.join(root, 'copy'),
  });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (caught: unknown) => (caught instanceof PoolError ? caught.code : String(caught)),
  );
const share = (name: string): string => path.join(root, 'share', name);
const copied = (name: string): string => path.join(root, 'copy', name);
const copyOne = (): Promise<void> =>
  files.copy('\\\\FS01\\MGC-Logs\\a.trn', 'd:\\lscopy\\a.trn', { signal: never });

describe('PathMap', () => {
  const map = new PathMap({ '\\\\fs\\a': '/x/a', '\\\\fs\\a\\b': '/y', 'D:\\': '/d' });
  test.each([
    ['\\\\fs\\a\\f.trn', '/x/a/f.trn'],
    ['\\\\FS\\A\\B\\f.trn', '/y/f.trn'],
    ['//fs/a/sub/f.trn', '/x/a/sub/f.trn'],
    ['D:\\f.bak', '/d/f.bak'],
    ['\\\\fs\\a', '/x/a'],
  ])('maps %s to %s', (name, local) => {
    expect(map.local(name)).toBe(local);
  });

  test.each([
    '\\\\fs\\ab\\f',
    'E:\\f',
    '\\fs\\a\\f',
    '\\\\fs\\a\\..\\..\\etc\\passwd',
    'D:\\x\\..\\..\\y',
    'D:\\a:stream',
  ])('refuses %s', (name) => {
    expect(() => map.local(name)).toThrow(PoolError);
  });
});

test('a copy is as old as its source', async () => {
  await writeFile(share('a.trn'), 'log');
  const taken = new Date('2026-11-23T12:34:56.000Z');
  await utimes(share('a.trn'), taken, taken);
  await copyOne();
  expect((await stat(copied('a.trn'))).mtime).toEqual(taken);
});

test('lists files with size and time, and no folders', async () => {
  await writeFile(share('b.trn'), 'bb');
  await writeFile(share('a.wrk'), 'a');
  await mkdir(share('sub'));
  const entries = await files.list('\\\\fs01\\mgc-logs', never);
  expect(entries.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
    ['a.wrk', 1],
    ['b.trn', 2],
  ]);
  expect(entries[0]?.modifiedAt).toMatch(/^\d{4}-.*Z$/);
});

/** Runs the first change before the second file is looked at, the next one before the third, ... */
function changedWhileListed(changes: readonly (() => void)[]): AbortSignal {
  const { signal } = new AbortController();
  let looked = 0;
  return Object.assign(signal, {
    throwIfAborted: () => {
      changes[looked - 1]?.();
      looked += 1;
    },
  });
}

describe('a folder that changes while it is listed', () => {
  const list = (...changes: (() => void)[]) => files.list('\\\\fs01\\mgc-logs', changedWhileListed(changes));
  beforeEach(async () => {
    for (const name of ['a.trn', 'b.trn', 'c.trn']) await writeFile(share(name), name);
  });

  test('gives no shortened listing when the share goes away', async () => {
    const gone = list(() => renameSync(path.join(root, 'share'), path.join(root, 'elsewhere')));
    expect(await codeOf(gone)).toBe('PCO_SHARE_UNREADABLE');
  });

  test('gives no shortened listing when another folder stands in its place', async () => {
    const replaced = list(() => {
      renameSync(path.join(root, 'share'), path.join(root, 'elsewhere'));
      mkdirSync(path.join(root, 'share'));
    });
    expect(await codeOf(replaced)).toBe('PCO_SHARE_UNREADABLE');
  });

  test('gives no shortened listing when the share was away for a moment', async () => {
    const away = (): void => renameSync(path.join(root, 'share'), path.join(root, 'elsewhere'));
    const back = (): void => renameSync(path.join(root, 'elsewhere'), path.join(root, 'share'));
    expect(await codeOf(list(away, back))).toBe('PCO_SHARE_UNREADABLE');
  });

  test('leaves out a file that was removed meanwhile', async () => {
    const entries = await list(() => rmSync(share('c.trn')));
    expect(entries.map(({ name }) => name)).toEqual(['a.trn', 'b.trn']);
  });
});

test('copies under a .wrk name and renames when both read back alike', async () => {
  await writeFile(share('a.trn'), Buffer.alloc(3_000_000, 7));
  const seen: string[][] = [];
  await files.copy('\\\\fs01\\mgc-logs\\a.trn', 'D:\\LSCopy\\a.trn', {
    signal: never,
    onProgress: (bytes) => seen.push([bytes.toString()]),
  });
  expect(await readdir(path.join(root, 'copy'))).toEqual(['a.trn']);
  expect(Buffer.compare(await readFile(copied('a.trn')), await readFile(share('a.trn')))).toBe(0);
  expect(seen.length).toBeGreaterThan(1);
});

test('leaves a .wrk and no file when the copy is cut, and finishes over it later', async () => {
  await writeFile(share('a.trn'), Buffer.alloc(3_000_000, 7));
  const cut = new AbortController();
  const work = files.copy('\\\\fs01\\mgc-logs\\a.trn', 'D:\\LSCopy\\a.trn', {
    signal: cut.signal,
    onProgress: () => cut.abort(),
  });
  expect(await codeOf(work)).toBe('PCO_SHARE_UNREADABLE');
  expect(await readdir(path.join(root, 'copy'))).toEqual(['a.trn.wrk']);
  await copyOne();
  expect(await readdir(path.join(root, 'copy'))).toEqual(['a.trn']);
});

test('refuses a source that changes while it is copied', async () => {
  await writeFile(share('a.trn'), Buffer.alloc(1_500_000, 7));
  let changed = false;
  const work = files.copy('\\\\fs01\\mgc-logs\\a.trn', 'D:\\LSCopy\\a.trn', {
    signal: never,
    onProgress: (bytes) => {
      if (bytes < 1_500_000 || changed) return;
      changed = true;
      spawnSync(process.execPath, [
        '-e',
        `require('fs').writeFileSync(${JSON.stringify(share('a.trn'))}, 'other')`,
      ]);
    },
  });
  expect(await codeOf(work)).toBe('PCO_COPY_MISMATCH');
  expect(await readdir(path.join(root, 'copy'))).toEqual(['a.trn.wrk']);
});

test('leaves an equal target alone and replaces one that differs', async () => {
  await writeFile(share('a.trn'), 'content');
  await writeFile(copied('a.trn'), 'contenX');
  await copyOne();
  expect(await readFile(copied('a.trn'), 'utf8')).toBe('content');
});

test('gives up on a read that never returns', async () => {
  spawnSync('mkfifo', [share('hung.trn')]);
  const caller = new AbortController();
  const work = codeOf(
    files.copy('\\\\fs01\\mgc-logs\\hung.trn', 'D:\\LSCopy\\hung.trn', { signal: caller.signal }),
  );
  // The target is open, and the source is opened next: that thread hangs in the pipe.
  await expect.poll(() => readdir(path.join(root, 'copy'))).toContain('hung.trn.wrk');
  caller.abort(new Error('too long'));
  expect(await work).toBe('PCO_SHARE_UNREADABLE');
  expect(await readdir(path.join(root, 'copy'))).not.toContain('hung.trn');
  // While it hangs nothing else is sent there.
  const second = new AbortController();
  const waiting = codeOf(files.list('\\\\fs01\\mgc-logs', second.signal));
  setTimeout(() => second.abort(new Error('too long')), 50);
  expect(await waiting).toBe('PCO_SHARE_UNREADABLE');
  // Lets the reader that is left behind end: a writer comes and goes.
  await writeFile(share('hung.trn'), '');
  expect(await codeOf(files.list('\\\\fs01\\mgc-logs', never))).toBe('none');
});

test('says unreadable for a folder that is gone and unmapped for one that nobody mapped', async () => {
  await rm(path.join(root, 'share'), { recursive: true });
  expect(await codeOf(files.list('\\\\fs01\\mgc-logs', never))).toBe('PCO_SHARE_UNREADABLE');
  expect(await codeOf(files.list('\\\\fs02\\mgc-logs', never))).toBe('PCO_PATH_UNMAPPED');
});

test('moves without overwriting, and a second time does nothing', async () => {
  await writeFile(share('a.trn'), 'old fork');
  const move = (): Promise<void> =>
    files.move('\\\\fs01\\mgc-logs\\a.trn', 'D:\\LSCopy\\old\\a.trn', { signal: never });
  await move();
  await move();
  expect(await readFile(copied('old/a.trn'), 'utf8')).toBe('old fork');
  await writeFile(share('a.trn'), 'another');
  expect(await codeOf(move())).toBe('PCO_SHARE_UNREADABLE');
  expect(await readFile(copied('old/a.trn'), 'utf8')).toBe('old fork');
});

test('removes unfinished copies only', async () => {
  await writeFile(copied('a.trn'), 'x');
  await writeFile(copied('b.trn.wrk'), 'x');
  await files.removeUnfinished('D:\\LSCopy\\b.trn.wrk', { signal: never });
  expect(await codeOf(files.removeUnfinished('D:\\LSCopy\\a.trn', { signal: never }))).toBe('PCO_INTERNAL');
  expect(await readdir(path.join(root, 'copy'))).toEqual(['a.trn']);
});
