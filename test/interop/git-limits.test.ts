/** What a remote can do to whoever follows it: each time the last good generation stays in force, is told, and the next good commit counts. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SourceStatus } from '../../src/daemon/source-status.ts';
import { gitReader } from '../../src/desired-state/git-source.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import type { SourceView } from '../../src/reconciler/pool-status.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { followed, words } from '../support/follow-git.ts';
import { GIT_MISSING, type GitBench } from '../support/git.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../desired-state.example.yaml'), 'utf8');
const moved = example.replace('primaryDatacenter: paris', 'primaryDatacenter: lyon');
const FILE = 'desired-state.yaml';
const MEGABYTE = 1_048_576;
const DAY_MS = 86_400_000;
const LIMIT_MS = 30_000;

/** Random, so that git packs it as it is. */
const bulk = (bytes: number): string => randomBytes(bytes / 2).toString('hex');

/** What the daemon tells of the source, under a clock that the test turns. */
function telling() {
  const clock = new SimulatedClock(Date.parse('2026-11-24T02:00:00Z'));
  const status = new SourceStatus(clock, []);
  return {
    told: (event: DesiredEvent): SourceView => {
      status.told(event);
      return status.view();
    },
    view: () => status.view(),
    pass: async (ms: number): Promise<void> => {
      const slept = clock.sleep(ms, new AbortController().signal);
      await clock.run(() => false, ms);
      await slept;
    },
  };
}

describe.skipIf(GIT_MISSING && process.env['CI'] !== 'true')(
  'the last good generation of a Git branch (needs git)',
  { timeout: LIMIT_MS },
  () => {
    const begin = (bench: GitBench): void => void bench.commit('begin', { [FILE]: example });

    test('stays in force after a bad commit, which is the attempted one, and both are one again after the next', async () => {
      const { git, next, fetched } = followed(begin);
      const { told } = telling();
      const first = told(await next());
      expect(first).toMatchObject({ condition: { status: 'True', reason: 'InForce' } });
      expect(first.attempted).toBe(first.applied);
      const bad = git.commit('oops', { [FILE]: moved.replace('mode: act', 'mode: maybe') });
      expect(told(await fetched())).toMatchObject({
        attempted: bad,
        applied: first.applied,
        condition: { status: 'False', reason: 'Invalid' },
      });
      const good = git.commit('mend', { [FILE]: moved });
      expect(told(await fetched())).toMatchObject({
        attempted: good,
        applied: good,
        condition: { status: 'True', reason: 'InForce', message: '' },
      });
    });

    test('is told with the newest commit even when that changes no desired state', async () => {
      const { git, next, fetched } = followed(begin);
      const { told } = telling();
      told(await next());
      const commit = git.commit('a note', { README: 'nothing that counts' });
      const event = await fetched();
      expect(words(event)).toBe('accepted: contoso-chat home 1');
      expect(told(event)).toMatchObject({ attempted: commit, applied: commit });
    });

    test('follows a push by force as any other change', async () => {
      const { git, next, fetched } = followed(begin);
      const { told } = telling();
      told(await next());
      const commit = git.rewrite('another history', { [FILE]: moved });
      const event = await fetched();
      expect(words(event)).toBe('accepted: contoso-chat backup 2');
      expect(event.pools[0]?.revision?.commit).toBe(commit);
      expect(told(event)).toMatchObject({ attempted: commit, applied: commit });
    });

    test('stays in force, told with its age, while the branch is gone and the remote is down for a day', async () => {
      const { git, next, fetched } = followed(begin);
      const { told, view, pass } = telling();
      const { applied, appliedAt } = told(await next());
      await pass(60_000);
      git.removeBranch('main');
      const gone = told(await fetched());
      expect(gone).toMatchObject({ applied, condition: { status: 'Unknown', reason: 'Unreachable' } });
      renameSync(git.url, `${git.url}.away`);
      const away = await fetched();
      expect(words(away)).toBe('unreachable: contoso-chat home 1');
      told(away);
      await pass(DAY_MS);
      expect(view()).toMatchObject({ applied, appliedAt, ageSeconds: DAY_MS / 1_000 + 60 });
      expect(view().condition.since).toBe(gone.condition.since);
      renameSync(`${git.url}.away`, git.url);
      const commit = git.commit('back again', { [FILE]: moved });
      expect(told(await fetched())).toMatchObject({
        applied: commit,
        ageSeconds: 0,
        condition: { status: 'True', reason: 'InForce' },
      });
    });

    test('stays in force while the repository is too large; it fills no disk, and the next commit counts again', async () => {
      const { git, clone, next, fetched } = followed(begin, FILE, undefined, { maxBytes: MEGABYTE });
      expect(words(await next())).toBe('accepted: contoso-chat home 1');
      git.commit('a film', { [FILE]: moved, 'film.bin': bulk(4 * MEGABYTE) });
      const event = await fetched();
      expect(words(event)).toBe('unreachable: contoso-chat home 1');
      expect(event.findings[0]).toMatch(/it is larger than 1 MB \(desiredState\.git\.maxMegabytes\)$/);
      expect(existsSync(clone)).toBe(true);
      expect(readdirSync(clone)).toEqual([]);
      git.rewrite('without the film', { [FILE]: moved, 'film.bin': '' });
      expect(words(await fetched())).toBe('accepted: contoso-chat backup 2');
    });

    test('is not asked of a repository that is too large again until the branch has another commit', async () => {
      const { git, clone } = followed((bench) => {
        bench.commit('a film', { [FILE]: example, 'film.bin': bulk(4 * MEGABYTE) });
      });
      const reader = gitReader({
        url: git.url,
        branch: 'main',
        path: FILE,
        directory: clone,
        maxBytes: MEGABYTE,
      });
      const { signal } = new AbortController();
      await expect(reader.read(signal)).rejects.toThrow('larger than 1 MB');
      const emptied = statSync(clone, { bigint: true });
      await expect(reader.read(signal)).rejects.toThrow('larger than 1 MB');
      expect(statSync(clone, { bigint: true }).mtimeNs).toBe(emptied.mtimeNs);
      git.rewrite('without the film', { [FILE]: example, 'film.bin': '' });
      expect(await reader.read(signal)).toHaveLength(1);
    });

    test('is found in as many commits as are asked for, and told with the oldest of them where none of these changed it', async () => {
      let oldest = '';
      const { git, next, fetched } = followed(
        (bench) => {
          begin(bench);
          oldest = bench.commit('a note', { README: '1' });
          bench.commit('a note', { README: '2' });
        },
        FILE,
        undefined,
        { depth: 2 },
      );
      const event = await next();
      expect(words(event)).toBe('accepted: contoso-chat home 1');
      expect(event.pools[0]?.revision?.commit).toBe(oldest);
      const commit = git.commit('move', { [FILE]: moved });
      expect((await fetched()).pools[0]).toMatchObject({
        primarySite: 'backup',
        revision: { commit, subject: 'move' },
      });
    });
  },
);
