/** Only commits that an allowed key has signed count: with the system's git, ssh-keygen and GnuPG. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import { followed, words } from '../support/follow-git.ts';
import { GIT_MISSING, signedBySsh, SSH_KEYGEN_MISSING, sshKey, type GitBench } from '../support/git.ts';

const example = readFileSync(path.resolve(import.meta.dirname, '../../desired-state.example.yaml'), 'utf8');
const moved = example.replace('primaryDatacenter: paris', 'primaryDatacenter: lyon');
const FILE = 'desired-state.yaml';
const LIMIT_MS = 60_000;
const GPG_MISSING = spawnSync('gpg', ['--version']).status !== 0;
const strict = process.env['CI'] === 'true';

const refusal = (event: DesiredEvent): string =>
  event.kind === 'rejected' ? `${event.error.code} ${event.error.message}` : words(event);

function scratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'pchat-keys-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

describe.skipIf((GIT_MISSING || SSH_KEYGEN_MISSING) && !strict)(
  'a Git branch whose commits must be signed (needs git and ssh-keygen)',
  { timeout: LIMIT_MS },
  () => {
    function signed() {
      const folder = scratch();
      const allowedSigners = path.join(folder, 'allowed_signers');
      const [ann, eve] = [sshKey(folder, 'ann'), sshKey(folder, 'eve')];
      writeFileSync(allowedSigners, `ann@contoso.com ${ann.publicKey}\n`);
      const keys = { allowedSigners, gnupgHome: undefined };
      const begin = (bench: GitBench): void => {
        bench.signWith(...signedBySsh(ann.keyFile));
        bench.commit('begin', { [FILE]: example });
      };
      return { ...followed(begin, FILE, keys), ann: signedBySsh(ann.keyFile), eve: signedBySsh(eve.keyFile) };
    }
    test('is followed by signed commits, and each generation tells who signed', async () => {
      const { git, next, fetched } = signed();
      expect(words(await next())).toBe('accepted: contoso-chat home 1');
      git.commit('move to lyon', { [FILE]: moved });
      const event = await fetched();
      expect(words(event)).toBe('accepted: contoso-chat backup 2');
      expect(event.pools[0]?.revision?.signature).toMatchObject({ kind: 'ssh', signer: 'ann@contoso.com' });
    });

    test('changes nothing by an unsigned commit, by an unknown key or by a borrowed signature, and goes on from the next good one', async () => {
      const { git, next, fetched, ann, eve } = signed();
      await next();
      git.signWith();
      const unsigned = git.commit('move to lyon\n\ngpgsig -----BEGIN SSH SIGNATURE-----', { [FILE]: moved });
      const first = await fetched();
      expect(words(first)).toBe('rejected: contoso-chat home 1');
      expect(refusal(first)).toBe(
        `PCO_COMMIT_REFUSED commit ${unsigned} of Ann Author <ann@contoso.com> ("move to lyon"): it is not signed`,
      );
      git.signWith(...eve);
      git.commit('move to lyon', { [FILE]: moved });
      expect(refusal(await fetched())).toMatch(
        /^PCO_COMMIT_REFUSED .*its key is not among the allowed ones$/,
      );
      git.signWith(...ann);
      git.commit('stay', { [FILE]: example });
      git.changeSigned('stay', 'move');
      expect(refusal(await fetched())).toMatch(/^PCO_COMMIT_REFUSED .*its signature is bad$/);
      git.commit('move to lyon', { [FILE]: moved });
      expect(words(await fetched())).toBe('accepted: contoso-chat backup 2');
    });

    test('whose file of allowed keys is gone is out of reach, and changes nothing', async () => {
      const folder = scratch();
      const { keyFile } = sshKey(folder, 'ann');
      const missing = { allowedSigners: path.join(folder, 'nowhere'), gnupgHome: undefined };
      const { next } = followed(
        (bench) => {
          bench.signWith(...signedBySsh(keyFile));
          bench.commit('begin', { [FILE]: example });
        },
        FILE,
        missing,
      );
      const event = await next();
      expect(words(event)).toBe('unreachable: ');
      expect(event.findings[0]).toContain('nowhere');
    });
  },
);

/** A keyring of its own with one key; its agent ends with the test. */
function keyring(name: string): { readonly home: string; readonly config: readonly string[] } {
  const home = path.join(scratch(), 'gnupg');
  mkdirSync(home);
  chmodSync(home, 0o700);
  const gpg = (...args: readonly string[]): string =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  gpg('--passphrase', '', '--quick-gen-key', `${name} <${name}@contoso.com>`, 'ed25519', 'sign', 'never');
  onTestFinished(() => void spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']));
  const program = path.join(home, 'sign');
  writeFileSync(
    program,
    `#!/bin/sh\nexec gpg --homedir '${home}' --batch --pinentry-mode loopback --passphrase '' "$@"\n`,
  );
  chmodSync(program, 0o700);
  return {
    home,
    config: ['gpg.format=openpgp', `gpg.program=${program}`, `user.signingKey=${name}@contoso.com`],
  };
}

test.skipIf((GIT_MISSING || GPG_MISSING) && !strict)(
  'a keyring of OpenPGP lets its own keys count and no other, and no key of ssh beside it (needs git, gpg and ssh-keygen)',
  { timeout: LIMIT_MS },
  async () => {
    const [ann, eve] = [keyring('ann'), keyring('eve')];
    const { git, next, fetched } = followed(
      (bench) => {
        bench.signWith(...ann.config);
        bench.commit('begin', { [FILE]: example });
      },
      FILE,
      { allowedSigners: undefined, gnupgHome: ann.home },
    );
    const first = await next();
    expect(refusal(first)).toBe('accepted: contoso-chat home 1');
    expect(first.pools[0]?.revision?.signature).toMatchObject({
      kind: 'openpgp',
      signer: 'ann <ann@contoso.com>',
    });
    git.signWith(...eve.config);
    git.commit('move to lyon', { [FILE]: moved });
    expect(refusal(await fetched())).toMatch(/^PCO_COMMIT_REFUSED .*not among the allowed ones/);
    git.signWith(...signedBySsh(sshKey(scratch(), 'ann').keyFile));
    git.commit('move to lyon', { [FILE]: moved });
    expect(refusal(await fetched())).toMatch(
      /^PCO_COMMIT_REFUSED .*signatures of the kind ssh do not count here$/,
    );
  },
);
