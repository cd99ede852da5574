/**
 * The planner's variables: what needs, effects and goals may speak of, each with its finite values. `unknown` is one more
 * value of every variable and satisfies nothing. reduce-pool.ts computes them from facts; nothing else does.
 */
import type { Site } from '../topology/pool-topology.ts';

interface VariableRow {
  readonly values: readonly string[];
  readonly meaning: string;
}

const REACH = {
  values: ['yes'],
  meaning: 'the instance that holds the copy answers; silence is unknown, never no',
};
const MGC = {
  values: [
    'absent',
    'restoring',
    'cut',
    'restricted',
    'online',
    'recovering',
    'offline',
    'broken',
    'salvageable',
    'waiting',
    'promotable',
  ],
  meaning:
    'the copy: restoring counts STANDBY and can be rolled forward or recovered; cut is RESTORING left by an interrupted ' +
    'restore, usable for nothing; restricted is ONLINE but not MULTI_USER; broken is SUSPECT, RECOVERY_PENDING, EMERGENCY; ' +
    'salvageable: broken at home, and the edit chose backup: what its log holds may still be had; ' +
    'waiting: the mirror of a principal that nobody sees; promotable: the same, and service may be forced on it',
};
const CANNOT_WRITE = {
  values: ['yes', 'no'],
  meaning:
    'yes by observation (RESTORING, OFFLINE, absent), by a verdict at the level of the policy, or by attestation',
};
const HOLDS = {
  values: ['nothing', 'saved', 'released', 'unsaved'],
  meaning:
    'what only this copy holds: nothing; saved in a quarantined tail; released: saved, and a person named the other copy to ' +
    'keep; unsaved',
};
const MIRROR = {
  values: ['none', 'unwanted', 'healthy', 'establishing', 'suspended', 'parted', 'broken'],
  meaning:
    'mirroring of mgc and mgccomp in this site, the worse of both; unwanted: no partner is declared; suspended: the session ' +
    'stands and sends nothing; parted: suspended, and after a forced service the old principal holds what this one lacks; broken: only mgccomp lacks its mirror',
};
const PRINCIPAL = {
  values: ['declared', 'partner'],
  meaning:
    'which instance of the pair is seen serving mgc and mgccomp: its partner, or the one that is declared as primary, also ' +
    'where nobody is seen',
};
const WITNESS = {
  values: ['right', 'wrong'],
  meaning:
    'witness of the mirroring sessions; wrong: they are synchronized without the declared one; right also where none can be ' +
    'asked for: not synchronized, none declared',
};
const HALVES = {
  values: ['right', 'wrong'],
  meaning:
    'halves of log shipping where none belongs; wrong: a secondary half at home, a primary half at backup, or a second ' +
    'secondary half beside the one that ships; right also where nobody answers who could have one',
};
const PARTNER = { values: ['yes'], meaning: 'both instances of the pair answer; silence is unknown' };
const OBJECTS = {
  values: ['aligned', 'differ', 'byHand', 'unseen'],
  meaning:
    'owner, TRUSTWORTHY and logins that master keeps of the open chat database, against what it records and what is declared; ' +
    'aligned also where it is not open; byHand: only a person can change what differs; unseen: not shown to this login',
};
const SESSIONS = { values: ['none', 'some'], meaning: 'chat sessions on this copy' };

// prettier-ignore
export const VARIABLES = {
  'home.reach': REACH,
  'backup.reach': REACH,
  'home.mgc': MGC,
  'backup.mgc': MGC,
  'home.cannotWrite': CANNOT_WRITE,
  'backup.cannotWrite': CANNOT_WRITE,
  'home.holds': HOLDS,
  'backup.holds': HOLDS,
  'home.mirror': MIRROR,
  'backup.mirror': MIRROR,
  'home.principal': PRINCIPAL,
  'backup.principal': PRINCIPAL,
  'home.witness': WITNESS,
  'backup.witness': WITNESS,
  'home.halves': HALVES,
  'backup.halves': HALVES,
  'home.partner': PARTNER,
  'backup.partner': PARTNER,
  'home.objects': OBJECTS,
  'backup.objects': OBJECTS,
  'home.sessions': SESSIONS,
  'backup.sessions': SESSIONS,
  'current': { values: ['home', 'backup', 'both', 'diverged-home', 'diverged-backup', 'none'], meaning: 'which copy has the newest content, files in reach included; diverged-SITE: both wrote, and SITE is the one that serves' },
  'shipping.secondary': { values: ['absent', 'paused', 'partial', 'stray', 'jobless', 'running'], meaning: 'secondary half of mgc at backup with its copy and restore jobs; running: both are enabled; paused: disabled and idle; partial: not both are enabled, but one can run; stray: a job can run and no secondary is configured; jobless: a job of it is gone' },
  'home.logBackups': { values: ['none', 'stopped', 'jobless', 'enabled', 'elsewhere', 'unseen'], meaning: 'LSBackup job at home; jobless: home is configured as a primary, and the job is gone; elsewhere: enabled, but on the partner of the copy that serves, where it takes no backup, or of a copy that is closed; unseen: home is down by evidence, nobody can look' },
  'shipping.follows': { values: ['yes', 'no'], meaning: 'the backup copy can go on with home\'s log chain: same lineage and fork, no gap' },
  'share': { values: ['readable', 'gone'], meaning: 'the backup share; gone by the same evidence as a site' },
  'copying': { values: ['files', 'restore', 'job'], meaning: 'how a log backup that is only on the share comes to the backup copy: files: the daemon copies it; restore: SQL Server of backup reads the share itself; job: only the copy job does' },
  'share.uncopied': { values: ['none', 'some'], meaning: 'applicable log backups on the share that must be copied before they can be restored' },
  'copied.unapplied': { values: ['none', 'some'], meaning: 'applicable log backups that can be restored from where they lie: the copy folder, or the share where SQL Server of backup reads it' },
  'shipping.strays': { values: ['none', 'stuck'], meaning: 'log backups that home\'s next log chain does not follow, in share and copy folder; none: none, or the daemon moves them; stuck: in a folder that the daemon does not reach' },
  'shipping.back': { values: ['no', 'pending', 'level'], meaning: 'the way back without a full restore (policy.failback: minimal): home can go on with the log of backup; pending: log backups of backup wait for it on the share; level: it holds them all' },
  'poolState': { values: ['normal', 'failedOver', 'mixed'], meaning: 'PoolState in the store and in the replicas of the servers it concerns; mixed: they differ' },
  'active': { values: ['none', 'home', 'homeStarting', 'backup', 'backupStarting', 'other'], meaning: 'whose list is active; SITEStarting: listed, heartbeats in the current copy still missing' },
  'fullBackup': { values: ['none', 'fresh'], meaning: 'a verified full backup on the share that equals the newest content of the backup copy behind its write barrier; of an unusable backup copy, with home lost: that brings it back furthest (what follows it then counts in share.uncopied and copied.unapplied)' },
  'management': { values: ['writable', 'read-only'], meaning: 'the management shell answers; Central Management writable or not' },
} as const satisfies Record<string, VariableRow>;

export type Variable = keyof typeof VARIABLES;
export type SiteWord =
  | 'reach'
  | 'mgc'
  | 'cannotWrite'
  | 'holds'
  | 'mirror'
  | 'principal'
  | 'witness'
  | 'partner'
  | 'objects'
  | 'halves'
  | 'sessions';
export type PoolVariable = Exclude<Variable, `${Site}.${SiteWord}`>;
export const ALL_VARIABLES = Object.keys(VARIABLES) as readonly Variable[];

/** One value per variable, `unknown` included. */
export type Vector = Readonly<Record<Variable, string>>;

export const isVariable = (name: string): name is Variable => name in VARIABLES;

/** The variable of one site, for example `home.mgc`. */
export const ofSite = (site: Site, word: SiteWord): Variable => `${site}.${word}`;

/** Values that are seen or not there: no hypothetical plan takes them for granted. */
export const SEEN_ONLY: ReadonlySet<string> = new Set(['waiting', 'promotable', 'salvageable']);
