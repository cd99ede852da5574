/**
 * What desired-state.yaml may say, and every default. The only source of the document's types; desired-state.schema.json
 * and docs/desired-state.md follow from it. Rules across fields are in cross-checks.ts.
 */
import { z } from 'zod';
import { isTimeZone } from '../topology/change-window.ts';
import { parseCronLine } from '../topology/cron-line.ts';
import { DURATION_PATTERN, durationMs } from './duration-text.ts';
import { DRIFT_ANSWERS } from '../topology/pool-topology.ts';
import { inheritedName, oddPathPart, plainText } from './plain-text.ts';

const MINUTE_MS = 60_000;
/** sysname: nvarchar(128). */
const LONGEST_NAME = 128;
const name = (what: string, example: string): z.ZodString =>
  plainText()
    .max(LONGEST_NAME)
    .describe(what)
    .meta({ examples: [example] });

/** Labels of at most 63, 253 in all. */
const FQDN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/i;
const INSTANCE = /^[a-z0-9][a-z0-9.-]*(\\[a-z0-9_$]+)?$/i;
const DATACENTER = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Log shipping names its files after the database; blanks at an end count neither in SQL Server's comparisons nor on disk. */
const DATABASE = /^[^\\/:*?"<>|\s]([^\\/:*?"<>|]*[^\\/:*?"<>|\s])?$/;
const WINDOWS_FOLDER =
  /^(\\\\[^\\/:*?"<>|]+(\\[^\\/:*?"<>|]+)+|[a-z]:\\([^\\/:*?"<>|]+(\\[^\\/:*?"<>|]+)*)?)$/i;

const refusing =
  (problemOf: (text: string) => string | undefined) =>
  (text: string, context: z.RefinementCtx): void => {
    const message = problemOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

const fqdn = (what: string, example: string): z.ZodString =>
  z
    .string()
    .regex(FQDN, 'a fully qualified host name, for example chat-par-1.contoso.com')
    .describe(what)
    .meta({ examples: [example] });
const instance = (what: string, example: string): z.ZodString =>
  z
    .string()
    .regex(
      INSTANCE,
      'a SQL Server instance, for example sql-par-1.contoso.com or sql-par-1.contoso.com\\CHAT',
    )
    .max(LONGEST_NAME)
    .superRefine(refusing(inheritedName))
    .describe(what)
    .meta({ examples: [example] });
const folder = (what: string, example: string): z.ZodString =>
  plainText()
    .regex(WINDOWS_FOLDER, 'a Windows folder as SQL Server names it, without a trailing backslash')
    .superRefine(refusing((text) => text.split('\\').flatMap((part) => oddPathPart(part) ?? [])[0]))
    .describe(what)
    .meta({ examples: [example] });
const database = (what: string, example: string): z.ZodString =>
  name(what, example)
    .regex(DATABASE, 'a name that files can have, too: none of \\ / : * ? " < > |, no blank at an end')
    .superRefine(refusing(oddPathPart))
    .superRefine(refusing(inheritedName))
    .describe(what)
    .meta({ examples: [example] });
/** Every mention of a datacenter; that it is declared is a matter of the cross-checks. */
const datacenterName = (): z.ZodString =>
  z
    .string()
    .regex(DATACENTER, 'the name of a datacenter: lower-case letters, digits and hyphens')
    .superRefine(refusing(inheritedName));

/** A duration in its text form; the parsed value is milliseconds. */
const duration = (what: string, minMs: number, maxMs: number, example: string) =>
  z
    .string()
    .regex(DURATION_PATTERN, 'a duration such as 30s, 15m or 4h')
    .transform((text, context) => {
      const value = durationMs(text) ?? Number.NaN;
      if (value >= minMs && value <= maxMs) return value;
      context.addIssue({
        code: 'custom',
        message: `a duration between ${durationText(minMs)} and ${durationText(maxMs)}`,
      });
      return z.NEVER;
    })
    .describe(`${what} (${durationText(minMs)} to ${durationText(maxMs)})`)
    .meta({ examples: [example] });

/** Shortest exact text of a duration. */
export function durationText(value: number): string {
  if (value === 0) return '0s';
  if (value % 3_600_000 === 0) return `${value / 3_600_000}h`;
  if (value % MINUTE_MS === 0) return `${value / MINUTE_MS}m`;
  return value % 1_000 === 0 ? `${value / 1_000}s` : `${value}ms`;
}

const DAY_MS = 24 * 60 * MINUTE_MS;

const sqlStoreSchema = z.strictObject({
  primary: instance('Instance that the topology names first in this datacenter.', 'sql-par-1.contoso.com'),
  mirror: z
    .union([z.literal('none'), instance('', 'sql-par-2.contoso.com')])
    .describe(
      'Mirroring partner in the same datacenter, or the word none for a store that runs unmirrored on purpose.',
    )
    .meta({ examples: ['sql-par-2.contoso.com', 'none'] }),
  witness: instance('Witness of the mirroring session.', 'sql-par-w.contoso.com').optional(),
});

const serverList = (what: string) => z.array(fqdn('A chat server.', 'chat-par-1.contoso.com')).describe(what);

const datacenterSchema = z.strictObject({
  role: z
    .enum(['primary-store', 'backup-store'])
    .describe(
      'Which store of the Skype topology this datacenter holds. It never changes with a failover; primaryDatacenter does.',
    ),
  sql: sqlStoreSchema.describe('Where the chat database lives.'),
  compliance: sqlStoreSchema
    .optional()
    .describe('Where the compliance database lives; leave it out when compliance is off.'),
  servers: serverList('Every member of the pool in this datacenter.').min(1),
  activeServers: serverList(
    'Who is active while the service lives here; 1 to 4 (Skype for Business allows no more).',
  )
    .min(1)
    .max(4),
  lowLatencyTo: z
    .array(datacenterName())
    .default([])
    .describe(
      'Other datacenters whose servers may be active here, because the line to them is as fast as a local one.',
    ),
  quarantineFolder: folder(
    'Where a fence saves the tail of this site; never the shipping share.',
    'D:\\Quarantine',
  ),
  mirroringShare: folder(
    "Share for mirroring backups of this datacenter; left out: the pool's, which the loss of the other datacenter may take away.",
    '\\\\fs02\\mgc-mirroring',
  ).optional(),
});

const logShippingSchema = z.strictObject({
  share: folder('Share with the log backups, as SQL Server names it.', '\\\\fs01\\mgc-logs'),
  shareDatacenter: datacenterName()
    .optional()
    .describe(
      'Datacenter in which the share stands. Only then can a silent share be taken for lost with it; left out (a third place, or not known): it must be seen again.',
    )
    .meta({ examples: ['lyon'] }),
  copyFolder: folder("Copy destination on the backup site's SQL Server.", 'D:\\LSCopy'),
  mirroringShare: folder(
    'Share for the backups that Install-CsMirrorDatabase takes, where a datacenter names none of its own.',
    '\\\\fs01\\mgc-mirroring',
  ),
  backupEvery: duration('A log backup is taken this often.', MINUTE_MS, DAY_MS, '15m').prefault('15m'),
  copyEvery: duration('It is copied this often.', MINUTE_MS, DAY_MS, '15m').prefault('15m'),
  restoreEvery: duration('It is restored this often.', MINUTE_MS, DAY_MS, '15m').prefault('15m'),
  retention: duration('Log backups are kept this long.', 60 * MINUTE_MS, 60 * DAY_MS, '72h').prefault('72h'),
  backupThreshold: duration(
    'Alert when no log backup was taken for this long.',
    MINUTE_MS,
    7 * DAY_MS,
    '60m',
  ).prefault('60m'),
  restoreThreshold: duration(
    'Alert when nothing was restored for this long.',
    MINUTE_MS,
    7 * DAY_MS,
    '45m',
  ).prefault('45m'),
});

const changeWindowSchema = z.strictObject({
  cron: z
    .string()
    .refine((line) => parseCronLine(line) !== undefined, {
      error: 'a cron line of five fields: minute, hour, day of month, month, day of week',
    })
    .describe('When the window begins, on the clock of timeZone; both day fields must match.')
    .meta({ examples: ['0 22 * * 6'] }),
  duration: duration('How long it is open.', MINUTE_MS, 7 * DAY_MS, '4h'),
  timeZone: z
    .string()
    .refine(isTimeZone, { error: 'a time zone such as Europe/Paris or UTC' })
    .describe('IANA name of the time zone.')
    .meta({ examples: ['Europe/Paris'] }),
});

/** No default here: what a file does not say must not make a new generation of it. */
const driftAnswer = (what: string) => z.enum(DRIFT_ANSWERS).optional().describe(what);
const driftSchema = z.strictObject({
  mirroring: driftAnswer('Mirroring of the site where the service lives is suspended, broken or missing.'),
  witness: driftAnswer('The mirroring sessions lack their declared witness.'),
  principal: driftAnswer('The mirroring partner is the principal. The repair cuts sessions for seconds.'),
  jobs: driftAnswer('Jobs of log shipping are disabled.'),
  shipping: driftAnswer('Log shipping or the copy that it feeds is not as it should be.'),
  activeServers: driftAnswer('Other chat servers are active than those that are listed.'),
  serverObjects: driftAnswer(
    'The chat database has another owner than it records, users without their logins, or another TRUSTWORTHY than declared.',
  ),
});

const policySchema = z.strictObject({
  mode: z
    .enum(['observe', 'propose', 'act'])
    .describe(
      'observe: report only. propose: plan, then wait for an approval. act: the reviewed edit of this file is the approval. No default.',
    ),
  evidence: z
    .enum(['proven', 'silent'])
    .default('proven')
    .describe(
      'Whether silence of a whole site, together with the reviewed edit, suffices to take it for down. silent takes the bet that a site nobody hears is not serving; under proven a person attests (pchat attest).',
    ),
  silentAfter: duration(
    'A site counts as silent after this long without any sign of life.',
    5_000,
    DAY_MS,
    '2m',
  ).prefault('2m'),
  maxDataLoss: duration(
    'Loss that the reviewed edit accepts without a question; above it the pool waits for pchat accept-loss.',
    0,
    7 * DAY_MS,
    '30m',
  ).prefault('0s'),
  mirrorBeforeActivation: z
    .enum(['required', 'preferred'])
    .default('required')
    .describe('Whether the pair must be mirrored before servers are activated (as in the manual procedure).'),
  fenceReturnedCopy: z
    .enum(['act', 'ask'])
    .default('act')
    .describe('What to do with a copy that comes back writable while the other side serves.'),
  failback: z
    .enum(['documented', 'minimal'])
    .optional()
    .describe(
      'How the service comes back to the primary store. documented (left out): full backup and restore, as in the manual procedure. minimal: home goes on with the log of backup where its copy still can, and nothing is restored in full; where it cannot, the documented way.',
    ),
  drift: driftSchema
    .optional()
    .describe(
      'Per field, what to do about a difference while the service lives where it shall: repair (the default) as the mode says, propose waits for an approval, report never acts. A move between the datacenters is no repair.',
    ),
  drainTimeout: duration(
    'Removed servers keep their sessions this long before their chat service is stopped.',
    0,
    DAY_MS,
    '2m',
  ).prefault('2m'),
  stepTimeout: duration('A step waits this long for its effect to appear.', 1_000, DAY_MS, '10m').prefault(
    '10m',
  ),
  approvals: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .describe('How many different people must approve a plan that asks for it; left out: 1.'),
  changeWindows: z
    .array(changeWindowSchema)
    .max(32)
    .optional()
    .describe(
      'When a plan may take the service from its users: only if the whole plan is predicted to fit. Left out: at any time.',
    ),
  cooldown: duration(
    'Pause after a move between the sites before the next one begins; left out: none.',
    0,
    30 * DAY_MS,
    '30m',
  ).optional(),
  stallTimeout: duration(
    'A BACKUP or RESTORE whose progress stands still this long is stalled.',
    5_000,
    DAY_MS,
    '10m',
  ).prefault('10m'),
});

export const poolDocumentSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens, at most 63')
    .superRefine(refusing(inheritedName))
    .describe('Name of the pool in commands, metrics and the journal.')
    .meta({ examples: ['contoso-chat'] }),
  poolFqdn: fqdn('The Persistent Chat pool.', 'pchat.contoso.com'),
  poolIdentity: name(
    'Identity for Set-CsPersistentChatState; left out: what Get-CsService returns is used.',
    'Service:1-PersistentChatServer-1',
  ).optional(),
  chatDatabase: database('The chat database.', 'mgc').default('mgc'),
  complianceDatabase: database('The compliance database.', 'mgccomp').default('mgccomp'),
  trustworthy: z
    .boolean()
    .optional()
    .describe(
      'Whether the property TRUSTWORTHY of the chat database shall be on where it serves (every restore turns it off); left out: nobody asks.',
    ),
  primaryDatacenter: datacenterName()
    .describe('Name of the datacenter where the service shall live. Editing this line moves the pool.')
    .meta({ examples: ['paris'] }),
  datacenters: z
    .record(datacenterName(), datacenterSchema)
    .describe('Exactly two datacenters by name: one with the primary store, one with the backup store.'),
  logShipping: logShippingSchema.describe('Log shipping from the primary store to the backup store.'),
  policy: policySchema.describe('What the daemon may do by itself.'),
});

/** One YAML document of the file. */
export const desiredDocumentSchema = z.strictObject({
  pools: z.array(poolDocumentSchema).min(1).describe('The pools that this daemon keeps.'),
});

export type PoolDocument = z.infer<typeof poolDocumentSchema>;
export type DatacenterDocument = z.infer<typeof datacenterSchema>;
export type SqlStoreDocument = z.infer<typeof sqlStoreSchema>;

/** JSON Schema draft-7 of one document, for editors (yaml-language-server reads draft-7 and below). */
export function desiredStateJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(desiredDocumentSchema, { target: 'draft-7', io: 'input' });
}
