/** GitOps: the daemon follows a branch of a bare repository; a commit moves the pool, and a bad one does not. Real processes throughout. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withPrimaryDatacenter } from '../../src/simulator/estate/desired-document.ts';
import { GIT_MISSING, GitBench } from '../support/git.ts';
import { onlyOnShare, RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { runProgram } from './run-program.ts';

const FILE = 'pools/contoso.yaml';
const SEED = [1, 2, 3, 4, 5, 6, 7];
const LIMIT_MS = 30_000;

/** The stage's daemon follows a repository that holds the stage's document. */
function followGit(stage: WireStage): { readonly git: GitBench; readonly document: string } {
  const { directory, documents } = stage.playground;
  const document = readFileSync(documents.desiredFile, 'utf8');
  const folder = path.join(directory, 'forge');
  mkdirSync(folder);
  const git = new GitBench(folder);
  git.commit('the pool as it is', { [FILE]: document });
  const settings = readFileSync(documents.settingsFile, 'utf8').replace(
    'file: desired-state.yaml',
    `git: { url: ${git.url}, path: pools, fetchEvery: 500ms }`,
  );
  writeFileSync(documents.settingsFile, settings);
  return { git, document };
}

async function metrics(stage: WireStage): Promise<string> {
  const address = readFileSync(
    path.join(stage.playground.documents.journalDirectory, 'control-address'),
    'utf8',
  );
  return (await fetch(`${address.trim()}/metrics`)).text();
}

test.skipIf(GIT_MISSING && process.env['CI'] !== 'true')(
  'a commit that changes primaryDatacenter fails the pool over; its id stands in status, journal, history and metrics (needs git)',
  { timeout: 240_000 },
  async () => {
    await using stage = await WireStage.open({
      seed: 'gitops',
      factor: 60,
      overrides: RARELY_COPIED,
      durations: { connect: '300ms', pollInterval: '400ms' },
      document: { drainTimeout: '0s' },
    });
    const { git, document } = followGit(stage);
    await stage.startDaemon();
    await stage.converged('home');
    await stage.estate.fault('clients on');
    await stage.until('a log backup that only the share has', () => onlyOnShare(stage.estate).length > 0);
    await stage.estate.fault('down site home');
    await stage.verdictOnHome('silent');
    expect(stage.records.filter(({ kind }) => kind === 'intent')).toEqual([]);

    const moved = withPrimaryDatacenter(document, 'lyon');
    const commit = git.commit('paris is lost: move to lyon', { [FILE]: moved });
    await stage.until('the commit', async () => (await stage.status())?.revision?.commit === commit);
    await stage.converged('backup');

    const status = await stage.status();
    expect(status?.revision).toMatchObject({
      commit,
      author: 'Ann Author <ann@contoso.com>',
      subject: 'paris is lost: move to lyon',
    });
    const generations = stage.records.filter((record) => record.kind === 'generation');
    expect(generations.at(-1)).toMatchObject({
      revision: { commit },
      primaryDatacenter: 'lyon',
      origin: `${git.url} main:${FILE}`,
    });
    const intents = stage.records.filter((record) => record.kind === 'intent');
    expect(intents.map(({ generation }) => generation.counter)).toEqual(intents.map(() => 2));
    expect(
      intents.flatMap(({ seedStep }) => (seedStep === null ? [] : [Number(seedStep.split(' ')[1])])),
    ).toEqual(SEED);
    const settings = ['--settings', stage.playground.documents.settingsFile];
    const history = await runProgram(['run', '--silent', 'pchat', '--', 'history', ...settings], LIMIT_MS);
    expect(history.stdout.replace(/\s+/g, ' ')).toContain(commit.slice(0, 12));
    expect(await metrics(stage)).toContain(commit);

    const before = status?.generation;
    git.commit('a slip', { [FILE]: moved.replace('mode: act', 'mode: maybe') });
    await stage.until('the refusal of the bad commit', async () => (await stage.problems()).length > 0);
    expect((await stage.problems())[0]).toMatch(/main:pools\/contoso\.yaml:\d+:13: pools\[0\]\.policy\.mode/);
    expect(await stage.status()).toMatchObject({ generation: before, revision: { commit } });
  },
);
