/** What the settings may say of a Git repository as the source: address, limits, signatures, webhook, commit status. */
import { z } from 'zod';
import { plainText, seenText } from './plain-text.ts';
import { duration, secretSchema } from './settings-parts.ts';

/**
 * Encrypted, or on this machine; never a transport helper of git, which would run a program. The address is shown with every
 * generation, so that it holds no password and, over https, no token in the place of a user.
 */
const GIT_URL =
  /^(https:\/\/(?![^/]*@)[a-z0-9[]|ssh:\/\/(?![^/]*:[^/@]*@)[a-z0-9_[]|file:\/\/\/|[a-z0-9_][a-z0-9_.-]*@[a-z0-9][a-z0-9.-]*:|\/|\.{1,2}\/|[a-z]:[\\/])\S*$/i;
const GIT_BRANCH = /^(?!.*(\.\.|\/\/|@\{))[A-Za-z0-9_][A-Za-z0-9._/-]*$/;
const GIT_PATH = /^(?!\/)(?!(.*\/)?\.{1,2}(\/|$))[^\\:]*$/;

const signedBySchema = z
  .strictObject({
    allowedSigners: plainText()
      .optional()
      .describe(
        'Keys of ssh: a file as `ssh-keygen` reads it (ALLOWED SIGNERS); relative to the settings file.',
      ),
    gnupgHome: plainText()
      .optional()
      .describe(
        'Keys of OpenPGP: home folder of a GnuPG keyring that holds the allowed keys and no others; relative to the settings file.',
      ),
  })
  .refine(({ allowedSigners, gnupgHome }) => (allowedSigners ?? gnupgHome) !== undefined, {
    message: 'allowedSigners, gnupgHome, or both',
  })
  .describe(
    'Only a newest commit that one of these keys has signed counts; left out, every commit of the branch does.',
  );

const FORGES = ['github', 'gitlab', 'gitea', 'azure-devops'] as const;
export type Forge = (typeof FORGES)[number];

const webhookSchema = z
  .strictObject({
    forge: z.enum(FORGES).describe('Whose form deliveries have to have; gitea is also that of Forgejo.'),
    secret: secretSchema.describe(
      'What the forge signs with or sends: {env: NAME} or {file: PATH}. A signing token of GitLab begins with whsec_.',
    ),
    replayWindow: duration(
      'A delivery that was had within this time is not had again; one that says it is older is refused.',
      '5m',
    ),
  })
  .describe('POST /hooks/git wakes the fetch. Left out: there is no such route.');

/** A token must not travel in the clear, but to this machine. */
const STATUS_API = /^(https:\/\/(?![^/]*@)|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(?=[:/]|$))[^\s?#]+$/i;
const REPOSITORY = /^(?!\.{1,2}\/)[A-Za-z0-9._-]+\/(?!\.{1,2}$)[A-Za-z0-9._-]+$/;
const LONGEST_CONTEXT = 60;

const statusSchema = z
  .strictObject({
    api: plainText()
      .regex(STATUS_API, 'an https:// address; http:// only on this machine')
      .describe("Root of the forge's interface.")
      .meta({ examples: ['https://api.github.com'] }),
    repository: z.string().regex(REPOSITORY, 'OWNER/NAME').describe('OWNER/NAME, as the forge calls it.'),
    token: secretSchema.describe('May write commit statuses and nothing else.'),
    context: plainText()
      .max(LONGEST_CONTEXT)
      .default('pchat')
      .describe('The status of a pool is called CONTEXT/POOL.'),
    targetUrl: plainText()
      .regex(/^https?:\/\/[^\s]+$/i, 'an address')
      .optional()
      .describe('Where a person reads more.'),
  })
  .describe('Tells the forge what became of a commit. Left out: it is not told.');

const MOST_COMMITS = 1_000_000;
const DEFAULT_MEGABYTES = 100;
const MOST_MEGABYTES = 10_000;

export const gitSchema = z.strictObject({
  url: plainText()
    .regex(
      GIT_URL,
      'an https:// address without log-in data, ssh:// without a password, file:///, user@host:path, or a path',
    )
    .describe(
      'The repository; a relative path is taken from the settings file. Log-in data is the matter of ssh and of git itself.',
    )
    .meta({ examples: ['ssh://git@git.contoso.com/ops/pchat.git'] }),
  branch: z
    .string()
    .regex(GIT_BRANCH, 'the name of a branch')
    .default('main')
    .describe('Only this branch counts.'),
  path: seenText()
    .regex(GIT_PATH, 'a path inside the repository, with /')
    .default('desired-state.yaml')
    .describe("A file of the repository, or a folder whose YAML files are read; '' is the root."),
  fetchEvery: duration(
    'It is fetched this often, each time up to a tenth sooner or later, so that many daemons do not ask at once.',
    '30s',
  ),
  depth: z
    .int()
    .min(1)
    .max(MOST_COMMITS)
    .optional()
    .describe(
      'So many commits are fetched; a file that none of them changed is told with the oldest. Left out: all.',
    ),
  maxMegabytes: z
    .int()
    .min(1)
    .max(MOST_MEGABYTES)
    .default(DEFAULT_MEGABYTES)
    .describe('A clone that would become larger is given up.'),
  signedBy: signedBySchema.optional(),
  webhook: webhookSchema.optional(),
  status: statusSchema.optional(),
});
