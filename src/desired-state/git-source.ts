/**
 * DesiredSource over one branch of a Git repository: fetched on a schedule; each file carries the commit that changed it last. A
 * remote that does not answer, a branch that is gone and a commit that is not valid leave the last good generation in force.
 */
import type { SourceFile } from './accept-files.ts';
import { isYamlName, MAX_FILES, tooLarge } from './folder-files.ts';
import { followSource, type FollowOptions, type SourceReader, type WakingSource } from './follow-source.ts';
import type { FetchLimits } from './git-fetch.ts';
import type { AllowedKeys } from './git-signature.ts';
import { gitRepository, type GitEntry, type GitRepository } from './git-repository.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { Signature } from '../topology/pool-topology.ts';
import { MAX_YAML_BYTES } from './yaml-document.ts';

export interface GitSourceOptions extends FollowOptions, Pick<FetchLimits, 'depth' | 'maxBytes'> {
  readonly url: string;
  readonly branch: string;
  /** A file, or a folder whose YAML files are read; '' is the root. */
  readonly path: string;
  /** Of the bare clone. */
  readonly directory: string;
  /** Only a newest commit that one of these keys has signed counts; undefined: every commit does. */
  readonly signedBy?: AllowedKeys | undefined;
  /** Told of every fetch that succeeded. */
  readonly onFetched?: (commit: string) => void;
}

/** A fetch over a slow line takes its time. */
const READ_DEADLINE_MS = 60_000;

export function createGitSource(options: GitSourceOptions): WakingSource {
  return followSource(gitReader(options), { readDeadlineMs: READ_DEADLINE_MS, ...options });
}

export function gitReader(options: Omit<GitSourceOptions, 'clock'> & FetchLimits): SourceReader {
  const { url, branch, path, directory } = options;
  const repository = gitRepository(directory, url, branch, options);
  const name = `${url} ${branch}`;
  let commit: string | undefined;
  let files: readonly SourceFile[] = [];
  let attempted: string | undefined;
  const fetch = fetchUnlessRefused(repository);
  return {
    name,
    attempted: () => attempted,
    read: async (signal) => {
      const head = await fetch(signal);
      attempted = head;
      options.onFetched?.(head);
      if (head !== commit) {
        const signature = options.signedBy && (await repository.signature(head, options.signedBy, signal));
        files = vouchedFor(await filesAt(repository, head, path, name, signal), signature);
      }
      commit = head;
      return files;
    },
    watch: () => undefined,
  };
}

/** A branch that was too large is not fetched again until it has another commit. */
function fetchUnlessRefused(repository: GitRepository): (signal: AbortSignal) => Promise<string> {
  let refused: { readonly head: string; readonly error: PoolError } | undefined;
  return async (signal) => {
    if (refused !== undefined && (await repository.head(signal)) === refused.head) throw refused.error;
    refused = undefined;
    try {
      return await repository.fetch(signal);
    } catch (error) {
      if (error instanceof PoolError) refused = { head: await repository.head(signal), error };
      throw error;
    }
  };
}

const vouchedFor = (files: readonly SourceFile[], signature: Signature | undefined): readonly SourceFile[] =>
  signature === undefined
    ? files
    : files.map((file) => ({
        ...file,
        revision: file.revision === null ? null : { ...file.revision, signature },
      }));

async function filesAt(
  repository: GitRepository,
  commit: string,
  place: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly SourceFile[]> {
  const found = await repository.entries(commit, place, signal);
  const entries = found.filter(
    (entry) => entry.path === place || isYamlName(entry.path.split('/').at(-1) ?? ''),
  );
  if (entries.length === 0)
    throw new Error(`there is no desired state at ${place === '' ? 'its root' : place} in commit ${commit}`);
  if (entries.length > MAX_FILES)
    throw new Error(
      `${place} holds ${String(entries.length)} YAML files, at most ${String(MAX_FILES)} are read`,
    );
  const files: SourceFile[] = [];
  for (const entry of entries) files.push(await fileOf(repository, commit, entry, name, signal));
  return files;
}

async function fileOf(
  repository: GitRepository,
  commit: string,
  { path, blob, bytes }: GitEntry,
  name: string,
  signal: AbortSignal,
): Promise<SourceFile> {
  const revision = await repository.lastChange(commit, path, signal);
  const content: SourceFile['content'] =
    bytes > MAX_YAML_BYTES
      ? { kind: 'problem', message: tooLarge(bytes) }
      : { kind: 'text', text: await repository.text(blob, signal) };
  return { name: `${name}:${path}`, content, revision };
}
