/**
 * Who signed a commit. The signature of a commit covers its whole tree and everything before it, so that the newest commit alone is
 * asked, as Flux and Argo CD do. git does the cryptography; what counts is an allowed key, not that a signature is there.
 */
import { accessSync, constants } from 'node:fs';
import { PoolError } from '../topology/pool-error.ts';
import type { Signature } from '../topology/pool-topology.ts';

/** Keys that count; at least one of both. */
export interface AllowedKeys {
  /** File in the form of ssh-keygen's ALLOWED SIGNERS; absolute. */
  readonly allowedSigners: string | undefined;
  /** Home folder of a GnuPG keyring that holds the allowed keys and no others; absolute. */
  readonly gnupgHome: string | undefined;
}

type RunGit = (signal: AbortSignal, ...args: readonly string[]) => Promise<string>;

const KINDS = { '-----BEGIN SSH SIGNATURE-----': 'ssh', '-----BEGIN PGP SIGNATURE-----': 'openpgp' } as const;
type Kind = (typeof KINDS)[keyof typeof KINDS];

/** By the commit's own header; a line of the message cannot stand there. undefined: not signed, or by a way that git knows and we do not. */
function kindOf(commitObject: string): Kind | undefined {
  const [header = ''] = commitObject.split('\n\n', 1);
  const begins = /^gpgsig(?:-sha256)? (.+)$/m.exec(header)?.[1]?.trim();
  return begins !== undefined && begins in KINDS ? KINDS[begins as keyof typeof KINDS] : undefined;
}

/** `%G?` of git log, in words. */
const VERDICTS: Readonly<Record<string, string>> = {
  B: 'its signature is bad',
  X: 'its signature has expired',
  Y: 'its key has expired',
  R: 'its key is revoked',
  U: 'its key is not among the allowed ones',
  E: 'its key is not among the allowed ones, or cannot be looked up',
  N: 'its signature cannot be verified',
};
/** A keyring holds allowed keys only, so that what its owner trusts them with says nothing; a file of signers has no U for an allowed one. */
const GOOD: Readonly<Record<Kind, readonly string[]>> = { ssh: ['G'], openpgp: ['G', 'U'] };
/** No such folder: the keyring of the daemon's own account must not count. */
const NO_KEYRING = '/nonexistent/pchat-no-keyring';

const FORMAT = '%G?%x1f%GS%x1f%GF%x1f%an <%ae>%x1f%s';

export const keyringOf = ({ gnupgHome }: AllowedKeys): Readonly<Record<string, string>> => ({
  GNUPGHOME: gnupgHome ?? NO_KEYRING,
});

/** @param run git with the environment of `keyringOf`; throws PCO_COMMIT_REFUSED for every commit that does not count */
export async function signatureOf(
  run: RunGit,
  commit: string,
  allowed: AllowedKeys,
  signal: AbortSignal,
): Promise<Signature> {
  const kind = kindOf(await run(signal, 'cat-file', 'commit', commit));
  const keys = kind === 'ssh' ? allowed.allowedSigners : allowed.gnupgHome;
  const log = ['log', '-1', `--format=${FORMAT}`, commit];
  const refuse = (why: string, author: string, subject: string): PoolError =>
    new PoolError('PCO_COMMIT_REFUSED', `commit ${commit} of ${author} ("${subject}"): ${why}`, {
      hint: 'the last good generation stays in force; sign with an allowed key, or let the key be allowed in desiredState.git.signedBy',
    });
  if (kind === undefined || keys === undefined) {
    const [, , , author = '', subject = ''] = fields(await run(signal, ...log));
    const ways = kind === undefined ? 'it is not signed' : `signatures of the kind ${kind} do not count here`;
    throw refuse(ways, author, subject);
  }
  // A file that is not there would make every signature one by an unknown key.
  accessSync(keys, constants.R_OK);
  const signers = `gpg.ssh.allowedSignersFile=${allowed.allowedSigners ?? '/dev/null'}`;
  const [verdict = '', signer = '', key = '', author = '', subject = ''] = fields(
    await run(signal, '-c', signers, '-c', 'gpg.minTrustLevel=undefined', ...log),
  );
  if (!GOOD[kind].includes(verdict))
    throw refuse(VERDICTS[verdict] ?? 'its signature is not understood', author, subject);
  return { kind, signer, key };
}

const fields = (line: string): readonly string[] => line.trimEnd().split('\x1f');
