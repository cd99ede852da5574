import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { followed, words } from '../support/follow-git.ts';
import { GIT_MISSING } from '../support/git.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../desired-state.example.yaml'), 'utf8');
const moved = example.replace('primaryDatacenter: paris', 'primaryDatacenter: lyon');

/** Each reading starts several git processes. */
const LIMIT_MS = 30_000;

describe.skipIf(GIT_MISSING && process.env['CI'] !== 'true')(
  'a Git branch (needs git)',
  { timeout: LIMIT_MS },
  () => {
    test('moves a pool by a commit, whose id, author and subject its generation carries', async () => {
      const { git, next, fetched } = followed((bench) =>
        bench.commit('begin', { 'desired-state.yaml': example }),
      );
      expect(words(await next())).toBe('accepted: contoso-chat home 1');
      const commit = git.commit('move to lyon', { 'desired-state.yaml': moved });
      const event = await fetched();
      expect(words(event)).toBe('accepted: contoso-chat backup 2');
      expect(event.pools[0]?.revision).toMatchObject({
        commit,
        author: 'Ann Author <ann@contoso.com>',
        subject: 'move to lyon',
      });
      expect(event.pools[0]?.origin).toBe(`${git.url} main:desired-state.yaml`);
    });

    test('leaves the last good generation in force after a bad commit, and names its line', async () => {
      const { git, next, fetched } = followed((bench) =>
        bench.commit('begin', { 'desired-state.yaml': example }),
      );
      await next();
      git.commit('oops', { 'desired-state.yaml': moved.replace('mode: act', 'mode: maybe') });
      const event = await fetched();
      expect(words(event)).toBe('rejected: contoso-chat home 1');
      expect(event.findings[0]).toMatch(/main:desired-state\.yaml:\d+:13: pools\[0\]\.policy\.mode/);
      git.commit('mend', { 'desired-state.yaml': moved });
      expect(words(await fetched())).toBe('accepted: contoso-chat backup 2');
    });

    test('that is gone, or whose remote is away, is out of reach and changes nothing', async () => {
      const { git, next, fetched } = followed((bench) =>
        bench.commit('begin', { 'desired-state.yaml': example }),
      );
      await next();
      git.removeBranch('main');
      const gone = await fetched();
      expect(words(gone)).toBe('unreachable: contoso-chat home 1');
      expect(gone.kind === 'unreachable' && gone.error.code).toBe('PCO_SOURCE_UNREACHABLE');
      git.commit('again', { 'desired-state.yaml': moved });
      expect(words(await fetched())).toBe('accepted: contoso-chat backup 2');
      renameSync(git.url, `${git.url}.away`);
      expect(words(await fetched())).toBe('unreachable: contoso-chat backup 2');
    });

    test('that loses the desired-state file is out of reach, and does not let its pools go', async () => {
      const { git, next, fetched } = followed((bench) =>
        bench.commit('begin', { 'desired-state.yaml': example }),
      );
      await next();
      git.commit('lost', { 'desired-state.yaml': null, README: 'nothing here' });
      const event = await fetched();
      expect(words(event)).toBe('unreachable: contoso-chat home 1');
      expect(event.findings[0]).toContain('there is no desired state at desired-state.yaml');
    });

    test('may hold a folder of files, each with the commit that changed it last', async () => {
      const second = example
        .replace('contoso-chat', 'other')
        .replaceAll(/sql-(par|lyo)-([12])/g, 'sql9-$1-$2');
      let first = '';
      const { git, next, fetched } = followed((bench) => {
        first = bench.commit('begin', {
          'pools/a.yaml': example,
          'pools/notes.txt': 'no YAML',
          'b.yaml': 'outside',
        });
      }, 'pools');
      expect(words(await next())).toBe('accepted: contoso-chat home 1');
      const commit = git.commit('another pool', { 'pools/b.yml': second });
      const event = await fetched();
      expect(words(event)).toBe('accepted: contoso-chat home 1, other home 1');
      expect(event.pools.map((pool) => pool.revision?.commit)).toEqual([first, commit]);
    });
  },
);
