/**
 * What the operator's settings file may say: how this daemon reaches things, where it keeps its journal. Secrets are
 * references, never values. The only source of its types and defaults; docs/settings.md explains it.
 */
import path from 'node:path';
import { z } from 'zod';
import { gitSchema } from './git-settings-schema.ts';
import { httpSchema } from './http-settings-schema.ts';
import { notificationsSchema } from './notification-settings-schema.ts';
import { plainText } from './plain-text.ts';
import { duration, HOST, secretSchema } from './settings-parts.ts';
import { tracingSchema } from './tracing-settings-schema.ts';

/** Both are relative to the same folder, or absolute. */
function liesIn(folder: string, above: string): boolean {
  const way = path.relative(path.resolve(above), path.resolve(folder));
  return way === '' || (!way.startsWith('..') && !path.isAbsolute(way));
}

const host = (): z.ZodString => z.string().regex(HOST, 'a host name or an address');
/** sysname: nvarchar(128). */
const LONGEST_LOGIN = 128;
const login = (): z.ZodString => plainText().max(LONGEST_LOGIN);

const port = z.number().int().min(1).max(65_535);

const loginSchema = z.strictObject({
  port: port
    .optional()
    .describe('TCP port; default 1433, for a named instance (HOST\\\\NAME) what SQL Server Browser says.'),
  browserPort: port.optional().describe('UDP port of SQL Server Browser; default 1434.'),
  multiSubnetFailover: z
    .boolean()
    .optional()
    .describe('Tries every address of the host at once; for a listener or cluster in several subnets.'),
  applicationIntent: z
    .enum(['ReadWrite', 'ReadOnly'])
    .refine((intent) => intent === 'ReadWrite', {
      error: 'only ReadWrite: the pool is driven at its primary, and a mirror cannot be read',
    })
    .optional()
    .describe('Read-only intent is refused.'),
  user: login().optional().describe('SQL Server login.'),
  domain: login()
    .optional()
    .describe('Windows domain of user, which makes it an NTLM login; without it a SQL Server login.'),
  password: secretSchema.optional().describe('Where the password is: {env: NAME} or {file: PATH}.'),
  caFile: plainText()
    .optional()
    .describe("PEM file with the certificate authority of the server's certificate."),
  serverName: host().optional().describe('Name in the certificate, when it differs from host.'),
  encrypt: z
    .enum(['tds7', 'strict'])
    .optional()
    .describe('tds7: TLS inside TDS 7.4 (default). strict: TLS first (TDS 8).'),
});

const instanceSchema = loginSchema.extend({
  host: host().optional().describe('Host to connect to; default: the host part of the instance name.'),
});

/** Five fields, or six with seconds; that they are a time is seen at the start of the daemon. */
const CRON = /^[0-9a-z*?,/#-]+( +[0-9a-z*?,/#-]+){4,5}$/i;
const desiredStateSchema = z
  .strictObject({
    file: plainText().optional().describe('A desired-state file; relative to the settings file.'),
    directory: plainText()
      .optional()
      .describe(
        'A folder whose *.yaml and *.yml files are read, each for itself; relative to the settings file.',
      ),
    git: gitSchema.optional().describe('A branch of a Git repository.'),
  })
  .refine((source) => Object.values(source).filter((one) => one !== undefined).length === 1, {
    message: 'exactly one of file, directory and git',
  })
  .describe('Where the desired state comes from: exactly one of file, directory and git.');

/** One word of a command line on the other side of ssh, where a shell reads it. */
const REMOTE_WORD = /^[A-Za-z0-9_.:/\\][A-Za-z0-9_.:/\\-]*$/;
const SSH_HOST = /^[A-Za-z0-9][A-Za-z0-9.:-]*$/;
const SSH_USER = /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]*\$?$/;
const OCS_POWERSHELL = /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/OcsPowershell\/?$/i;

const plainFile = plainText().regex(/^[^"]*$/, 'a path without quotes');
const program = (text: z.ZodString) =>
  text
    .default('powershell.exe')
    .describe(
      'PowerShell; powershell.exe is Windows PowerShell, which the module SkypeForBusiness is made for.',
    );

const sshShellSchema = z
  .strictObject({
    host: z.string().regex(SSH_HOST, 'a host name or an address').describe('Where the sshd is.'),
    port: port.default(22),
    user: z.string().regex(SSH_USER, 'a user, DOMAIN\\user or user@domain').describe('Who logs in.'),
    keyFile: plainFile.describe('Private key without a passphrase; relative to the settings file.'),
    knownHostsFile: plainFile.describe(
      'Host keys that are trusted, as ssh-keyscan prints them; relative to the settings file. No other host key is accepted.',
    ),
    program: program(z.string().regex(REMOTE_WORD, 'a program without blanks or quotes')),
    connectTimeout: duration('Connecting to the sshd.', '5s'),
  })
  .describe("PowerShell on another computer, through this system's ssh client.");

const shellSchema = z
  .strictObject({
    command: z
      .array(plainText())
      .min(1)
      .optional()
      .describe('Program and arguments of a child process that speaks the protocol by itself.'),
    local: z
      .strictObject({ program: program(plainText()) })
      .optional()
      .describe('PowerShell on this computer.'),
    ssh: sshShellSchema.optional(),
    remoting: z
      .strictObject({
        program: program(plainText()),
        connectionUri: z
          .string()
          .regex(OCS_POWERSHELL, 'https://HOST/OcsPowershell')
          .describe('Endpoint on a Front End; the account of this daemon logs in.'),
      })
      .optional()
      .describe('PowerShell on this computer with sessions of an OcsPowershell endpoint. Unverified.'),
    startDeadline: duration('The child must say hello within this time.', '60s'),
  })
  .refine(
    ({ command, local, ssh, remoting }) =>
      [command, local, ssh, remoting].filter((one) => one !== undefined).length === 1,
    { message: 'exactly one of command, local, ssh and remoting' },
  )
  .describe('Left out: the pool state is unknown to this daemon, and no cmdlet can run.');

const DEFAULT_JOURNAL_MB = 32;
const MOST_JOURNAL_MB = 1_024;
const DEFAULT_ARCHIVES = 10;
const MOST_ARCHIVES = 10_000;

const settingsObject = z.strictObject({
  desiredState: desiredStateSchema,
  journal: z
    .strictObject({
      directory: plainText().describe(
        'Folder on a local disk for journal, lease and token; relative to the settings file.',
      ),
      maxMegabytes: z
        .int()
        .min(1)
        .max(MOST_JOURNAL_MB)
        .default(DEFAULT_JOURNAL_MB)
        .describe('Size at which the journal begins a new file; what still counts is carried over.'),
      archives: z
        .int()
        .min(0)
        .max(MOST_ARCHIVES)
        .default(DEFAULT_ARCHIVES)
        .describe('How many old files of the journal are kept beside it.'),
    })
    .describe("The daemon's own folder."),
  defaults: loginSchema.prefault({}).describe('For every instance that says nothing else.'),
  instances: z
    .record(plainText(), instanceSchema)
    .default({})
    .describe('By instance name as the desired state spells it.'),
  pathMap: z
    .array(
      z
        .strictObject({
          sqlServer: plainText().describe('Folder as SQL Server names it.'),
          local: plainText().describe(
            'The same folder as this daemon sees it; relative to the settings file.',
          ),
          mountPoint: plainText()
            .optional()
            .describe(
              'Folder at or above local on which the share is mounted: while nothing is mounted there, local is unreadable, not empty.',
            ),
        })
        .refine(({ local, mountPoint }) => mountPoint === undefined || liesIn(local, mountPoint), {
          path: ['mountPoint'],
          error: 'a folder that holds local',
        }),
    )
    .default([])
    .describe(
      'Folders have two names: SQL Server says \\\\fs01\\mgc-logs, the daemon a mount or a UNC path.',
    ),
  shell: shellSchema.optional(),
  http: httpSchema,
  schedule: z
    .strictObject({
      resync: plainText()
        .regex(CRON, 'a cron line of five fields, for example */5 * * * *')
        .default('*/5 * * * *')
        .describe('Cron line of an extra look at the world, besides the polling.'),
      pollInterval: duration('Pause between two looks at a pool that has nothing to do.', '10s'),
    })
    .prefault({})
    .describe('When the daemon looks by itself.'),
  deadlines: z
    .strictObject({
      connect: duration('Connecting and logging in to an instance: TCP, TLS and login together.', '5s'),
      instance: duration('Looking at one instance, connecting included.', '3s'),
      folder: duration('Looking at one folder: the listing and the headers read in this round.', '4s'),
      shell: duration('One cmdlet that only looks.', '10s'),
      chatServer: duration('Asking one chat server through the shell.', '4s'),
    })
    .prefault({})
    .describe(
      'No look without an end. Statements and cmdlets that change have deadlines of their own; BACKUP and RESTORE have none.',
    ),
  maxConcurrentTransitions: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('At most this many pools are moved at once; the others wait.'),
  stopFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'While this file is there, no step of any pool starts; relative to the settings file. Left out: STOP in the folder of the journal.',
    ),
  stopAfterFailures: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('While this many pools are stalled, no other pool starts; one that is under way goes on.'),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') })
    .prefault({})
    .describe('What is logged.'),
  notifications: notificationsSchema,
  tracing: tracingSchema,
});

export const settingsSchema = settingsObject.superRefine(({ notifications, shell }, context) => {
  const at = notifications.findIndex(({ kind }) => kind === 'event-log');
  if (at >= 0 && shell === undefined)
    context.addIssue({
      code: 'custom',
      path: ['notifications', at, 'kind'],
      message: '`shell` in these settings: the management shell writes to the event log',
    });
});

export type SettingsDocument = z.infer<typeof settingsSchema>;
