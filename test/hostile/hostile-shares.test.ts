/**
 * Shares that hang, vanish, lie empty because nothing is mounted, or hold what nobody expects, on a real file system: the round
 * ends in time, the share is unknown with its reason, and it is never taken for one from which nothing is left to copy.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MappedBackupFiles } from '../../src/connections/mapped-backup-files.ts';
import type { ObserverOptions } from '../../src/observers/observe-pool.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { BUSY_MS, HostileStage, unknownSources, type Stand } from './hostile-stage.ts';
import { decidedFromUnknown } from './undecided.ts';

const SHARE = '\\\\fs01\\mgc-logs';
const COPY = 'D:\\LSCopy';
const FOLDER_DEADLINE_MS = 1_000;
const LIMIT_MS = FOLDER_DEADLINE_MS + 1_000 + BUSY_MS;
const never = new AbortController().signal;

let stage: HostileStage;
let root = '';
const met: PoolFacts[] = [];

beforeAll(async () => {
  stage = await HostileStage.open();
  await stage.warmUp(() => undefined);
  root = mkdtempSync(path.join(os.tmpdir(), 'pchat-share-'));
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const filesAt = (local: string, mountPoint?: string): MappedBackupFiles =>
  new MappedBackupFiles(
    { ...Object.fromEntries(stage.estate.folders), [SHARE]: local },
    mountPoint === undefined ? {} : { [local]: mountPoint },
  );

function standAt(files: MappedBackupFiles, options: Partial<ObserverOptions> = {}): Stand {
  const stand = stage.stand(
    { connectDeadlineMs: 5_000, queryDeadlineMs: 5_000 },
    { files },
    { instanceDeadlineMs: 5_000, folderDeadlineMs: FOLDER_DEADLINE_MS, ...options },
  );
  stand.hurry();
  return stand;
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (caught: unknown) => (caught instanceof PoolError ? caught.code : String(caught)),
  );

/** undefined: it may not be done here. */
function mounted(folder: string, size: string): { readonly unmount: () => void } | undefined {
  mkdirSync(folder, { recursive: true });
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder]).status === 0;
  return done ? { unmount: () => void spawnSync('umount', [folder]) } : undefined;
}
const probe = (): boolean => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-mount-'));
  const mount = mounted(folder, '64k');
  mount?.unmount();
  rmSync(folder, { recursive: true, force: true });
  return mount !== undefined;
};
const MAY_MOUNT = probe();

// prettier-ignore
const UNREADABLE: readonly (readonly [string, () => MappedBackupFiles])[] = [
  ['is gone', () => filesAt(path.join(root, 'nowhere'))],
  ['is a link to nowhere', () => filesAt(linked('dangling', path.join(root, 'nowhere')))],
  ['is a file', () => filesAt(written('file'))],
  ['lies below a file', () => filesAt(path.join(written('other'), 'logs'))],
  ['is a link to itself', () => filesAt(linked('loop', path.join(root, 'loop')))],
  ['has a name that is too long', () => filesAt(path.join(root, 'n'.repeat(300)))],
  ['lies in a mount point with nothing mounted', () => filesAt(made('unmounted'), path.join(root, 'unmounted'))],
  ['lies deep in a mount point with nothing mounted', () => filesAt(made('bare/a/b'), path.join(root, 'bare'))],
  ['lies in a mount point that is gone', () => filesAt(made('there'), path.join(root, 'not-there'))],
];

function made(name: string): string {
  const folder = path.join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
function written(name: string): string {
  writeFileSync(path.join(root, name), 'x');
  return path.join(root, name);
}
function linked(name: string, target: string): string {
  symlinkSync(target, path.join(root, name));
  return path.join(root, name);
}

test.each(UNREADABLE)('a share that %s is unknown in time', async (_how, make) => {
  await using stand = standAt(make());
  const { facts, tookMs } = await stand.round();
  expect(facts.share).toMatchObject({ kind: 'unknown', code: 'PCO_SHARE_UNREADABLE' });
  expect(unknownSources(facts)).toEqual(['share']);
  expect(tookMs).toBeLessThan(LIMIT_MS);
  met.push(facts);
});

test('a share that hangs is unknown in time, holds up nobody, and is read again when it has come back', async () => {
  const share = made('hangs');
  const fifo = path.join(share, 'mgc_1.trn');
  spawnSync('mkfifo', [fifo]);
  const files = filesAt(share);
  await using stand = standAt(files);
  expect(unknownSources((await stand.round()).facts)).toEqual([]);
  const caller = new AbortController();
  // Opens the pipe, for which nobody writes: a thread of the pool that does not come back.
  const copy = codeOf(files.copy(`${SHARE}\\mgc_1.trn`, `${COPY}\\mgc_1.trn`, { signal: caller.signal }));
  await expect
    .poll(() => existsSync(path.join(stage.estate.folders.get(COPY) ?? '', 'mgc_1.trn.wrk')))
    .toBe(true);
  caller.abort(new Error('too long'));
  expect(await copy).toBe('PCO_SHARE_UNREADABLE');
  for (let round = 0; round < 2; round += 1) {
    const { facts, tookMs } = await stand.round();
    // What was copied hangs with it: the copy folder waits for the same call.
    expect(facts.share).toMatchObject({ kind: 'unknown', code: 'PCO_SHARE_UNREADABLE' });
    expect(unknownSources(facts).filter((name) => name !== 'copyFolder')).toEqual(['share']);
    expect(tookMs).toBeLessThan(LIMIT_MS);
    met.push(facts);
  }
  writeFileSync(fifo, '');
  await expect
    .poll(async () => unknownSources((await stand.round()).facts), { interval: 5, timeout: 3_000 })
    .toEqual([]);
});

test('a mounted share is read, and one that stands elsewhere needs no mount point', async () => {
  // Shared memory is a mount of its own on every Linux.
  const folder = mkdtempSync('/dev/shm/pchat-share-');
  try {
    writeFileSync(path.join(folder, 'a.trn'), 'x');
    const listed = await filesAt(folder, '/dev/shm').list(SHARE, never);
    expect(listed.map(({ name }) => name)).toEqual(['a.trn']);
    expect(await filesAt(folder).list(SHARE, never)).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('nothing is copied to, moved to or removed from a folder that is not mounted', async () => {
  const [share, copies] = [made('source'), made('empty-mount')];
  writeFileSync(path.join(share, 'a.trn'), 'content');
  writeFileSync(path.join(copies, 'b.trn.wrk'), 'x');
  const files = new MappedBackupFiles({ [SHARE]: share, [COPY]: copies }, { [copies]: copies });
  expect(await codeOf(files.copy(`${SHARE}\\a.trn`, `${COPY}\\a.trn`, { signal: never }))).toBe(
    'PCO_SHARE_UNREADABLE',
  );
  expect(await codeOf(files.move(`${SHARE}\\a.trn`, `${COPY}\\a.trn`, { signal: never }))).toBe(
    'PCO_SHARE_UNREADABLE',
  );
  expect(await codeOf(files.removeUnfinished(`${COPY}\\b.trn.wrk`, { signal: never }))).toBe(
    'PCO_SHARE_UNREADABLE',
  );
  expect([readdirSync(share), readdirSync(copies)]).toEqual([['a.trn'], ['b.trn.wrk']]);
});

describe.skipIf(!MAY_MOUNT)('with a real mount (needs root)', () => {
  test('a share that is unmounted between two rounds is unknown, not empty, and seen again when it is mounted', async () => {
    const point = made('mount');
    await using stand = standAt(filesAt(point, point));
    for (let turn = 0; turn < 2; turn += 1) {
      const mount = mounted(point, '1m');
      try {
        writeFileSync(path.join(point, 'a.txt'), 'x');
        expect(unknownSources((await stand.round()).facts)).toEqual([]);
      } finally {
        mount?.unmount();
      }
      const { facts } = await stand.round();
      expect(facts.share).toMatchObject({ kind: 'unknown', code: 'PCO_SHARE_UNREADABLE' });
      expect(facts.share.kind === 'unknown' && facts.share.reason).toContain('not mounted');
      met.push(facts);
    }
  });

  test('a copy to a full disk leaves no finished file and succeeds when there is room', async () => {
    const [share, point] = [made('plenty'), made('full')];
    writeFileSync(path.join(share, 'a.trn'), Buffer.alloc(40_000, 7));
    const mount = mounted(point, '64k');
    try {
      writeFileSync(path.join(point, 'ballast'), Buffer.alloc(40_000));
      const files = new MappedBackupFiles({ [SHARE]: share, [COPY]: point }, { [point]: point });
      const copy = (): Promise<string> =>
        codeOf(files.copy(`${SHARE}\\a.trn`, `${COPY}\\a.trn`, { signal: never }));
      expect(await copy()).toBe('PCO_SHARE_UNREADABLE');
      expect(readdirSync(point)).not.toContain('a.trn');
      rmSync(path.join(point, 'ballast'));
      expect(await copy()).toBe('none');
      expect(statSync(path.join(point, 'a.trn')).size).toBe(40_000);
    } finally {
      mount?.unmount();
    }
  });
});

test('a source that is cut short while it is copied is no copy', async () => {
  const [share, copies] = [made('cut'), made('cut-copies')];
  const source = path.join(share, 'a.trn');
  writeFileSync(source, Buffer.alloc(3_000_000, 7));
  const files = new MappedBackupFiles({ [SHARE]: share, [COPY]: copies });
  const copy = files.copy(`${SHARE}\\a.trn`, `${COPY}\\a.trn`, {
    signal: never,
    onProgress: () => truncateSync(source, 1_000_000),
  });
  // Cut before it was read, both readings agree on what is left; cut after it, they differ. Never more than the source holds.
  const code = await codeOf(copy);
  if (code === 'none') expect(statSync(path.join(copies, 'a.trn')).size).toBe(1_000_000);
  else expect([code, readdirSync(copies)]).toEqual(['PCO_COPY_MISMATCH', ['a.trn.wrk']]);
});

test('ten thousand files are listed in time, and no more headers are asked for than a round may', async () => {
  const share = made('crowded');
  for (let number = 0; number < 10_000; number += 1)
    writeFileSync(path.join(share, `mgc_${String(number)}.trn`), '');
  await using stand = standAt(filesAt(share), { folderDeadlineMs: 10_000, headersPerRound: 8 });
  const { facts } = await stand.round();
  const files = facts.share.kind === 'value' ? facts.share.value.files : [];
  expect(files).toHaveLength(10_000);
  expect(files.filter(({ headerProblem }) => headerProblem !== 'not read yet')).toHaveLength(8);
}, 20_000);

test('names that nobody gives to backups neither hide a file nor break the round', async () => {
  const share = made('odd');
  const odd = [
    "it's.trn",
    'a b.trn',
    '-rf.trn',
    '%00.trn',
    'ünï☃.trn',
    'line\nbreak.trn',
    '].trn',
    'x'.repeat(200) + '.trn',
    '.hidden',
    'CON.trn',
  ];
  for (const name of odd) writeFileSync(path.join(share, name), 'x');
  await using stand = standAt(filesAt(share), { folderDeadlineMs: 4_000 });
  const { facts } = await stand.round();
  expect(unknownSources(facts)).toEqual([]);
  const names = facts.share.kind === 'value' ? facts.share.value.files.map(({ name }) => name) : [];
  expect(names).toEqual(expect.arrayContaining(odd.filter((name) => name.endsWith('.trn'))));
});

test('a name that is no text makes the share unreadable instead of hiding a file', async () => {
  const share = made('bytes');
  writeFileSync(
    Buffer.concat([Buffer.from(`${share}/`), Buffer.from([0x6d, 0xff, 0x2e, 0x74, 0x72, 0x6e])]),
    'x',
  );
  expect(await codeOf(filesAt(share).list(SHARE, never))).toBe('PCO_SHARE_UNREADABLE');
});

test('nothing was decided from any of them, whichever site shall serve', () => {
  expect(met.length).toBe(UNREADABLE.length + 2 + (MAY_MOUNT ? 2 : 0));
  expect(met.flatMap((facts) => decidedFromUnknown(stage.pool, facts))).toEqual([]);
});
