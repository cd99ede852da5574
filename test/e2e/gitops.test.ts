/**
 * GitOps: the daemon follows a branch of a bare repository, told by a webhook. A signed commit moves the pool; an unsigned one, one by an
 * unknown key and one that is not valid do not. Real processes throughout.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findDaemon } from '../../src/cli/daemon-client.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { SourceView } from '../../src/reconciler/pool-status.ts';
import { withPrimaryDatacenter } from '../../src/simulator/estate/desired-document.ts';
import { pushOf } from '../support/git-deliveries.ts';
import { statusForge, type StatusForge } from '../support/status-forge.ts';
import { GIT_MISSING, GitBench, signedBySsh, SSH_KEYGEN_MISSING, sshKey } from '../support/git.ts';
import { onlyOnShare, RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { runProgram } from './run-program.ts';

const FILE = 'pools/contoso.yaml';
const SEED = [1, 2, 3, 4, 5, 6, 7];
const SECRET = 'known-to-forge-and-daemon';
const LIMIT_MS = 30_000;

interface Forge {
  readonly git: GitBench;
  readonly document: string;
  readonly ann: readonly string[];
  readonly eve: readonly string[];
  /** Where the daemon says what became of commits. */
  readonly statuses: StatusForge;
}

/** The stage's daemon follows a repository that holds the stage's document; by itself it would fetch once in ten minutes. */
async function followGit(stage: WireStage): Promise<Forge> {
  const { directory, documents } = stage.playground;
  const document = readFileSync(documents.desiredFile, 'utf8');
  const folder = path.join(directory, 'forge');
  mkdirSync(folder);
  const [ann, eve] = [sshKey(folder, 'ann'), sshKey(folder, 'eve')];
  writeFileSync(path.join(directory, 'allowed_signers'), `ann@contoso.com ${ann.publicKey}\n`);
  writeFileSync(path.join(directory, 'hook-secret'), `${SECRET}\n`);
  const statuses = await statusForge();
  const secret = `{ file: ${directory}/hook-secret }`;
  const git = new GitBench(folder);
  git.signWith(...signedBySsh(ann.keyFile));
  git.commit('the pool as it is', { [FILE]: document });
  const settings = readFileSync(documents.settingsFile, 'utf8').replace(
    'file: desired-state.yaml',
    `git: { url: ${git.url}, path: pools, fetchEvery: 10m, signedBy: { allowedSigners: ${directory}/allowed_signers }, webhook: { forge: github, secret: ${secret} }, status: { api: ${statuses.api}, repository: ops/pchat, token: ${secret} } }`,
  );
  writeFileSync(documents.settingsFile, settings);
  return { git, document, ann: signedBySsh(ann.keyFile), eve: signedBySsh(eve.keyFile), statuses };
}

const addressOf = (stage: WireStage): string =>
  readFileSync(path.join(stage.playground.documents.journalDirectory, 'control-address'), 'utf8').trim();

const metrics = async (stage: WireStage): Promise<string> =>
  (await fetch(`${addressOf(stage)}/metrics`)).text();

async function sourceOf(stage: WireStage): Promise<SourceView | undefined> {
  const client = await findDaemon(stage.playground.documents.journalDirectory);
  return (await client?.status())?.desiredSource;
}

/** As a forge after a push. */
async function pushed(stage: WireStage, id: string, secret = SECRET): Promise<number> {
  const { headers, body } = pushOf('github', secret, { sentAtMs: hostClock.now(), id, after: id });
  return (await fetch(`${addressOf(stage)}/hooks/git`, { method: 'POST', headers, body })).status;
}

/** What the source says after the forge has told of `id`. */
async function told(stage: WireStage, id: string, reason: string, attempted?: string): Promise<void> {
  expect(await pushed(stage, id)).toBe(202);
  await stage.until(`the source as ${reason}`, async () => {
    const source = await sourceOf(stage);
    return source?.condition.reason === reason && (attempted === undefined || source.attempted === attempted);
  });
}

async function opened(): Promise<WireStage> {
  return WireStage.open({
    seed: 'gitops',
    factor: 60,
    overrides: RARELY_COPIED,
    durations: { connect: '300ms', pollInterval: '400ms' },
    document: { drainTimeout: '0s' },
  });
}

/** @param one commit and context */
const statesOf = ({ taken }: StatusForge, one: string): readonly unknown[] =>
  taken.flatMap(({ path: place, body }) =>
    `${place.split('/').at(-1) ?? ''} ${String(body['context'])}` === one ? [body['state']] : [],
  );

/** None of them moves anything, and each is told as what it is. @returns the unsigned commit */
async function wrongPushes(stage: WireStage, { git, document, eve, ann }: Forge): Promise<string> {
  const before = await stage.status();
  const moved = withPrimaryDatacenter(document, 'lyon');
  expect(await pushed(stage, 'forged', 'guessed')).toBe(401);
  git.signWith();
  const unsigned = git.commit('move', { [FILE]: moved });
  await told(stage, 'unsigned', 'CommitRefused', unsigned);
  expect((await stage.problems())[0]).toContain('it is not signed');
  git.signWith(...eve);
  await told(stage, 'unknown key', 'CommitRefused', git.commit('move, by eve', { [FILE]: moved }));
  expect((await stage.problems())[0]).toContain('its key is not among the allowed ones');
  renameSync(git.url, `${git.url}.away`);
  await told(stage, 'away', 'Unreachable');
  renameSync(`${git.url}.away`, git.url);
  git.signWith(...ann);
  const bad = { [FILE]: moved.replace('mode: act', 'mode: maybe') };
  await told(stage, 'a slip', 'Invalid', git.commit('a slip', bad));
  expect((await stage.problems())[0]).toMatch(/main:pools\/contoso\.yaml:\d+:13: pools\[0\]\.policy\.mode/);
  const after = await stage.status();
  expect([after?.generation, after?.primarySite]).toEqual([before?.generation, 'home']);
  expect(stage.records.filter(({ kind }) => kind === 'intent')).toEqual([]);
  return unsigned;
}

/** The commit is in journal, history, metrics, status and log. */
async function expectCommitEverywhere(stage: WireStage, git: GitBench, commit: string): Promise<void> {
  const status = await stage.status();
  expect(status?.revision).toMatchObject({
    commit,
    author: 'Ann Author <ann@contoso.com>',
    subject: 'paris is lost: move to lyon',
    signature: { kind: 'ssh', signer: 'ann@contoso.com' },
  });
  const generations = stage.records.filter((record) => record.kind === 'generation');
  expect(generations.at(-1)).toMatchObject({
    revision: { commit, signature: { signer: 'ann@contoso.com' } },
    primaryDatacenter: 'lyon',
    origin: `${git.url} main:${FILE}`,
  });
  const settings = ['--settings', stage.playground.documents.settingsFile];
  const history = await runProgram(['run', '--silent', 'pchat', '--', 'history', ...settings], LIMIT_MS);
  expect(history.stdout.replace(/\s+/g, ' ')).toContain(commit.slice(0, 12));
  const lines = (await metrics(stage)).split('\n');
  expect(lines.filter((line) => line.startsWith('pchat_generation_info{'))[0]).toContain(commit);
  for (const standing of ['attempted', 'applied'])
    expect(lines).toContain(
      `pchat_desired_state_revision_info{standing="${standing}",revision="${commit}"} 1`,
    );
  expect(lines).toContain('pchat_git_hooks_total{delivery="refused"} 1');
  const log = readFileSync(stage.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(log.filter(({ msg }) => msg === 'generation').at(-1)).toMatchObject({ commit });
  expect(JSON.stringify(log)).not.toContain(SECRET);
}

test.skipIf((GIT_MISSING || SSH_KEYGEN_MISSING) && process.env['CI'] !== 'true')(
  'a signed commit that changes primaryDatacenter fails the pool over as soon as the forge tells; nothing else that is pushed does (needs git and ssh-keygen)',
  { timeout: 240_000 },
  async () => {
    await using stage = await opened();
    const forge = await followGit(stage);
    const { git, document } = forge;
    await stage.startDaemon();
    await stage.converged('home');
    const unsigned = await wrongPushes(stage, forge);
    await stage.estate.fault('clients on');
    await stage.until('a log backup that only the share has', () => onlyOnShare(stage.estate).length > 0);
    await stage.estate.fault('down site home');
    await stage.verdictOnHome('silent');

    const moved = withPrimaryDatacenter(document, 'lyon');
    const commit = git.commit('paris is lost: move to lyon', { [FILE]: moved });
    await told(stage, 'moved', 'InForce', commit);
    await stage.until('the commit', async () => (await stage.status())?.revision?.commit === commit);
    await stage.converged('backup');

    const intents = stage.records.filter((record) => record.kind === 'intent');
    expect(intents.map(({ generation }) => generation.counter)).toEqual(intents.map(() => 2));
    expect(
      intents.flatMap(({ seedStep }) => (seedStep === null ? [] : [Number(seedStep.split(' ')[1])])),
    ).toEqual(SEED);
    await expectCommitEverywhere(stage, git, commit);
    const said = (one: string) => statesOf(forge.statuses, one);
    await stage.until('the commit status', () => said(`${commit} pchat/contoso-chat`).at(-1) === 'success');
    expect(said(`${commit} pchat/contoso-chat`)).toContain('pending');
    expect(said(`${commit} pchat`)).toEqual(['success']);
    expect(said(`${unsigned} pchat`)).toEqual(['failure']);
  },
);
