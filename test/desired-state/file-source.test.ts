import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { createFileSource } from '../../src/desired-state/file-source.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../desired-state.example.yaml'), 'utf8');
const moved = example.replace('primaryDatacenter: paris', 'primaryDatacenter: lyon');

interface Followed {
  readonly file: string;
  readonly next: () => Promise<DesiredEvent>;
  readonly reread: () => void;
}

function followed(content: string | undefined, whole = false): Followed {
  const folder = mkdtempSync(path.join(tmpdir(), 'pchat-source-'));
  const file = path.join(folder, 'pools.yaml');
  if (content !== undefined) writeFileSync(file, content);
  const stop = new AbortController();
  const place = whole ? { directory: folder } : { file };
  const source = createFileSource({ ...place, clock: hostClock, debounceMs: 5, rereadMs: 60_000 });
  const events = source.watch(stop.signal)[Symbol.asyncIterator]();
  onTestFinished(async () => {
    stop.abort();
    await events.return?.();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    file,
    reread: () => {
      source.reread();
    },
    next: async () => {
      const result = await events.next();
      if (result.done === true) throw new Error('the source ended');
      return result.value;
    },
  };
}

const primarySite = (event: DesiredEvent): string | undefined =>
  event.kind === 'accepted' ? event.pools[0]?.primarySite : event.error.code;
const names = (event: DesiredEvent): readonly string[] => event.pools.map((pool) => pool.topology.name);

describe('the desired-state file', () => {
  test('is seen when an editor replaces it by rename', async () => {
    const { file, next } = followed(example);
    expect(primarySite(await next())).toBe('home');
    const change = next();
    writeFileSync(`${file}.swp`, moved);
    renameSync(`${file}.swp`, file);
    expect(primarySite(await change)).toBe('backup');
  });

  test('is rejected when broken and accepted again when repaired, with the counter going on', async () => {
    const { file, next } = followed(example);
    await next();
    let change = next();
    writeFileSync(file, example.replace('mode: act', 'mode: maybe'));
    const rejected = await change;
    expect(rejected.kind === 'rejected' && rejected.findings[0]).toMatch(
      /pools\.yaml:\d+:13: pools\[0\]\.policy\.mode/,
    );
    change = next();
    writeFileSync(file, moved);
    const repaired = await change;
    expect(repaired.kind === 'accepted' && repaired.pools[0]?.generation.counter).toBe(2);
  });

  test('that is missing at first is reported, and read when it appears', async () => {
    const { file, next, reread } = followed(undefined);
    expect(primarySite(await next())).toBe('PCO_SOURCE_UNREACHABLE');
    const change = next();
    writeFileSync(file, example);
    reread();
    expect(primarySite(await change)).toBe('home');
  });
});

describe('a directory of desired-state files', () => {
  const other = example.replace('contoso-chat', 'other').replaceAll(/sql-(par|lyo)-([12])/g, 'sql9-$1-$2');

  test('is followed file by file; what editors leave beside and folders are not read', async () => {
    const { file, next } = followed(example, true);
    const folder = path.dirname(file);
    writeFileSync(path.join(folder, '.pools.yaml.swp'), 'not: [yaml');
    mkdirSync(path.join(folder, 'archive.yaml'));
    expect(names(await next())).toEqual(['contoso-chat']);
    const change = next();
    writeFileSync(path.join(folder, 'other.yml'), other);
    expect(names(await change)).toEqual(['contoso-chat', 'other']);
  });

  test('that is empty is out of reach, and lets no pool go', async () => {
    const { file, next, reread } = followed(example, true);
    await next();
    const change = next();
    rmSync(file);
    reread();
    const event = await change;
    expect([event.kind, names(event)]).toEqual(['unreachable', ['contoso-chat']]);
  });
});
