/**
 * A bare clone of one branch, kept beside the journal: fetched, then read by commit id, never checked out. Runs the system's git
 * through simple-git, without a terminal to ask at and with an end for every call.
 */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { simpleGit, type SimpleGit } from 'simple-git';
import type { Revision, Signature } from '../topology/pool-topology.ts';
import { boundedFetch, dropScattered, type FetchLimits } from './git-fetch.ts';
import { keyringOf, signatureOf, type AllowedKeys } from './git-signature.ts';

/** One file at a commit. */
export interface GitEntry {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  /** Hex id of its content. */
  readonly blob: string;
  readonly bytes: number;
}

/** Where the fetched branch stands in the clone. */
const FETCHED = 'refs/pchat/fetched';
/** git is ended when it has said nothing for this long, ms. */
const SILENCE_MS = 20_000;

/** What git and ssh need of the daemon's environment; pagers, editors and the like stay outside. */
const ENVIRONMENT =
  /^(PATH|HOME|USERPROFILE|SYSTEMROOT|TEMP|TMP|TMPDIR|LANG|LC_.*|SSH_AUTH_SOCK|SSL_CERT_.*|https_proxy|HTTPS_PROXY|no_proxy|NO_PROXY)$/;

function environment(): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && ENVIRONMENT.test(name) ? [[name, value] as const] : [],
  );
  return {
    ...Object.fromEntries(inherited),
    GIT_TERMINAL_PROMPT: '0',
    // It would ask at the terminal for a passphrase or an unknown host, and wait.
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
  };
}

/** What comes is one file, whose size can be watched, and nothing is tidied up beside it. */
const KEEP_PACKED = ['-c', 'fetch.unpackLimit=1', '-c', 'gc.auto=0'];

export interface GitRepository {
  /** Commit id that the branch has there now, without fetching it; empty: there is no such branch. */
  head(signal: AbortSignal): Promise<string>;
  /** Commit id that the branch has now. Rejects when the remote or the branch is not to be had, or is too large. */
  fetch(signal: AbortSignal): Promise<string>;
  /** Files at `place`: itself, or those directly in it when it is a folder. Empty: there is nothing. */
  entries(commit: string, place: string, signal: AbortSignal): Promise<readonly GitEntry[]>;
  text(blob: string, signal: AbortSignal): Promise<string>;
  /** The commit that changed a file last, as seen from `commit`. */
  lastChange(commit: string, file: string, signal: AbortSignal): Promise<Revision>;
  /** Throws PCO_COMMIT_REFUSED for a commit that no allowed key has signed. */
  signature(commit: string, allowed: AllowedKeys, signal: AbortSignal): Promise<Signature>;
}

/** @param directory of the clone; made when it is not there */
export function gitRepository(
  directory: string,
  url: string,
  branch: string,
  limits: FetchLimits = {},
): GitRepository {
  const git = (signal: AbortSignal, more: Readonly<Record<string, string>> = {}): SimpleGit => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return simpleGit({
      baseDir: directory,
      abort: signal,
      timeout: { block: SILENCE_MS },
      allowEnvironment: ['GIT_TERMINAL_PROMPT', 'GIT_SSH_COMMAND'],
      // Every argument below is ours, or was checked by the settings' schema.
      unsafe: { allowUnsafeSshCommand: true, allowUnsafeConfigPaths: true },
    }).env({ ...environment(), ...more });
  };
  // Never the repository around the folder, whatever that may be.
  const here = ['--git-dir', path.resolve(directory)];
  const run = (signal: AbortSignal, ...args: readonly string[]): Promise<string> =>
    git(signal).raw([...here, ...args]);
  return {
    head: async (signal) =>
      (await run(signal, 'ls-remote', url, `refs/heads/${branch}`)).split('\t')[0] ?? '',
    fetch: async (signal) => {
      dropScattered(directory);
      if (!existsSync(path.join(directory, 'HEAD')))
        await git(signal).raw(['init', '--quiet', '--bare', path.resolve(directory)]);
      const depth = limits.depth === undefined ? [] : [`--depth=${String(limits.depth)}`];
      const words = [...KEEP_PACKED, 'fetch', '--quiet', '--no-tags', ...depth];
      const branchAsFetched = `+refs/heads/${branch}:${FETCHED}`;
      const fetchOnce = (abort: AbortSignal): Promise<string> => run(abort, ...words, url, branchAsFetched);
      await boundedFetch({ directory, limits, run: fetchOnce }, signal);
      return (await run(signal, 'rev-parse', '--verify', `${FETCHED}^{commit}`)).trim();
    },
    entries: async (commit, place, signal) => {
      const treeish = place === '' ? `${commit}^{tree}` : `${commit}:${place}`;
      const type = (await run(signal, 'cat-file', '-t', treeish).catch(() => '')).trim();
      if (type === 'blob') return toEntries(await run(signal, 'ls-tree', '-lz', commit, '--', place), '');
      if (type !== 'tree') return [];
      return toEntries(await run(signal, 'ls-tree', '-lz', treeish), place === '' ? '' : `${place}/`);
    },
    text: (blob, signal) => run(signal, 'cat-file', 'blob', blob),
    lastChange: async (commit, file, signal) =>
      toRevision(await run(signal, 'log', '-1', `--format=${FORMAT}`, commit, '--', file), commit),
    signature: (commit, allowed, signal) =>
      signatureOf(
        (abort, ...args) => git(abort, keyringOf(allowed)).raw([...here, ...args]),
        commit,
        allowed,
        signal,
      ),
  };
}

/** `<mode> blob <id> <bytes>\t<path>`, ended by NUL; folders, links and submodules are left out. */
function toEntries(listing: string, folder: string): readonly GitEntry[] {
  return listing.split('\0').flatMap((line) => {
    const match = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line);
    const [, blob, bytes, name] = match ?? [];
    if (blob === undefined || bytes === undefined || name === undefined) return [];
    return [{ path: `${folder}${name}`, blob, bytes: Number(bytes) }];
  });
}

const FORMAT = '%H%x1f%an <%ae>%x1f%cI%x1f%s';

function toRevision(line: string, commit: string): Revision {
  const [id = '', author = '', at = '', subject = ''] = line.trimEnd().split('\x1f');
  return { commit: id === '' ? commit : id, author, subject, at };
}
