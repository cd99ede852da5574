/** A repository on this machine as people write it: a bare one, and a clone in which commits are made. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const GIT_MISSING = spawnSync('git', ['--version']).status !== 0;
export const SSH_KEYGEN_MISSING = spawnSync('ssh-keygen', ['-?']).error !== undefined;

/** A key pair of ssh: `keyFile` signs, `publicKey` is one line without a comment. */
export function sshKey(
  folder: string,
  name: string,
): { readonly keyFile: string; readonly publicKey: string } {
  const keyFile = path.join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', keyFile]);
  return { keyFile, publicKey: readFileSync(`${keyFile}.pub`, 'utf8').trim() };
}

/** For GitBench.signWith. */
export const signedBySsh = (keyFile: string): readonly string[] => [
  'gpg.format=ssh',
  `user.signingKey=${keyFile}`,
];

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
  #signing: readonly string[] = [];
  #rewrites = 0;

  /** @param folder empty */
  constructor(folder: string) {
    this.url = path.join(folder, 'config.git');
    this.#work = path.join(folder, 'work');
    this.#git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.url);
    this.#git(folder, 'init', '--quiet', '--initial-branch=main', this.#work);
    this.#git(this.#work, 'remote', 'add', 'origin', this.url);
  }

  /** Configuration of git under which every later commit is signed; none: unsigned again. */
  signWith(...config: readonly string[]): void {
    this.#signing = config.flatMap((one) => ['-c', one]);
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
    const sign = this.#signing.length > 0 ? ['--gpg-sign'] : [];
    this.#git(
      this.#work,
      ...this.#signing,
      'commit',
      '--quiet',
      '--allow-empty',
      ...sign,
      '--message',
      subject,
    );
    this.#git(this.#work, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${branch}`);
    return this.#git(this.#work, 'rev-parse', 'HEAD').trim();
  }

  /** The newest commit with another word in its message and the old signature; pushed. */
  changeSigned(from: string, to: string): void {
    const object = this.#git(this.#work, 'cat-file', 'commit', 'HEAD').replace(
      new RegExp(`^${from}$`, 'm'),
      to,
    );
    const id = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
      cwd: this.#work,
      input: object,
      encoding: 'utf8',
    }).trim();
    this.#git(this.#work, 'push', '--quiet', '--force', 'origin', `${id}:refs/heads/main`);
  }

  /** The branch begins anew with another history; the commit's id. */
  rewrite(subject: string, files: Readonly<Record<string, string>>): string {
    this.#git(this.#work, 'checkout', '--quiet', '--orphan', `anew-${String((this.#rewrites += 1))}`);
    return this.commit(subject, files);
  }

  removeBranch(branch: string): void {
    this.#git(this.url, 'update-ref', '-d', `refs/heads/${branch}`);
  }

  #git(folder: string, ...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: folder, env: { ...process.env, ...IDENTITY }, encoding: 'utf8' });
  }
}
