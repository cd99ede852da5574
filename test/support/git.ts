/** A repository on this machine as people write it: a bare one, and a clone in which commits are made. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const GIT_MISSING = spawnSync('git', ['--version']).status !== 0;

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ann Author',
  GIT_AUTHOR_EMAIL: 'ann@contoso.com',
  GIT_COMMITTER_NAME: 'Ann Author',
  GIT_COMMITTER_EMAIL: 'ann@contoso.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
};

export class GitBench {
  readonly url: string;
  readonly #work: string;

  /** @param folder empty */
  constructor(folder: string) {
    this.url = path.join(folder, 'config.git');
    this.#work = path.join(folder, 'work');
    this.#git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.url);
    this.#git(folder, 'init', '--quiet', '--initial-branch=main', this.#work);
    this.#git(this.#work, 'remote', 'add', 'origin', this.url);
  }

  /** Writes (null: removes) and pushes; the commit's id. */
  commit(subject: string, files: Readonly<Record<string, string | null>>, branch = 'main'): string {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.#work, name);
      mkdirSync(path.dirname(file), { recursive: true });
      if (text === null) this.#git(this.#work, 'rm', '--quiet', name);
      else writeFileSync(file, text);
    }
    this.#git(this.#work, 'add', '--all');
    this.#git(this.#work, 'commit', '--quiet', '--allow-empty', '--message', subject);
    this.#git(this.#work, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${branch}`);
    return this.#git(this.#work, 'rev-parse', 'HEAD').trim();
  }

  removeBranch(branch: string): void {
    this.#git(this.url, 'update-ref', '-d', `refs/heads/${branch}`);
  }

  #git(folder: string, ...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: folder, env: { ...process.env, ...IDENTITY }, encoding: 'utf8' });
  }
}
