/**
 * The declared shape of one pool, as every part of the product uses it: normalised from the YAML by
 * src/desired-state. Two sites with fixed roles: `home` holds the topology's primary store, `backup` its backup store.
 * The words never move with the service; `primarySite` says where the service shall live.
 */
import type { ChangeWindow } from './change-window.ts';

export type Site = 'home' | 'backup';
export const SITES = ['home', 'backup'] as const satisfies readonly Site[];
export const otherSite = (site: Site): Site => (site === 'home' ? 'backup' : 'home');

/** Unique name of a SQL Server instance as the desired state spells it, for example `sql-par-1.contoso.com\CHAT`. */
export type InstanceName = string & { readonly brand: 'InstanceName' };
/** Fully qualified name of a chat server. */
export type ServerFqdn = string & { readonly brand: 'ServerFqdn' };

export interface SqlStore {
  /** The instance that the topology names first in this site: the primary of the pair. */
  readonly primary: InstanceName;
  /** Its mirroring partner; undefined when the site runs unmirrored on purpose. */
  readonly mirror: InstanceName | undefined;
  readonly witness: InstanceName | undefined;
}

export interface SiteTopology {
  readonly site: Site;
  /** Name of the datacenter in the YAML, for example `paris`. */
  readonly datacenter: string;
  readonly chat: SqlStore;
  /** Where mgccomp lives; undefined when compliance is off. May name the same instances as `chat`. */
  readonly compliance: SqlStore | undefined;
  /** Members of the pool in this datacenter. */
  readonly servers: readonly ServerFqdn[];
  /** At most four; who is active while the service lives in this site. May include low-latency neighbours. */
  readonly activeServers: readonly ServerFqdn[];
  /** Folder for tails taken by a fence, as SQL Server of this site names it. Never the shipping share. */
  readonly quarantineFolder: string;
  /** Share of this site for mirroring backups; undefined: the pool's, which a loss of the other site may take away. */
  readonly mirroringShare?: string | undefined;
}

export interface LogShipping {
  /** The backup share as SQL Server names it, for example `\\fs01\mgc-logs`. */
  readonly share: string;
  /** Where the share stands and what it is lost with; undefined: elsewhere or not known, and then its silence proves nothing. */
  readonly shareSite?: Site | undefined;
  /** Copy destination as the backup site's SQL Server names it, for example `D:\LSCopy`. */
  readonly copyFolder: string;
  /** Share that Install-CsMirrorDatabase uses for its own backups. */
  readonly mirroringShare: string;
  readonly backupEveryMinutes: number;
  readonly copyEveryMinutes: number;
  readonly restoreEveryMinutes: number;
  readonly retentionMinutes: number;
  readonly backupThresholdMinutes: number;
  readonly restoreThresholdMinutes: number;
}

export type PolicyMode = 'observe' | 'propose' | 'act';
/** What may drift inside a site while the service stays where it shall live. */
export const DRIFT_FIELDS = [
  'mirroring',
  'witness',
  'principal',
  'jobs',
  'shipping',
  'activeServers',
  'serverObjects',
] as const;
export type DriftField = (typeof DRIFT_FIELDS)[number];
export const DRIFT_ANSWERS = ['repair', 'propose', 'report'] as const;
/** `propose`: planned, and then an approval is awaited in every mode. `report`: shown, never acted on. */
export type DriftAnswer = (typeof DRIFT_ANSWERS)[number];

export type EvidenceLevel = 'proven' | 'silent';

export interface Policy {
  readonly mode: PolicyMode;
  readonly evidence: EvidenceLevel;
  /** A site counts as silent after this long without any sign of life, ms. */
  readonly silentAfterMs: number;
  /** Loss that the reviewed edit accepts without a question, minutes of chat history; 0 or more. */
  readonly maxDataLossMinutes: number;
  /** `required`: the backup pair must be mirrored before servers are activated (seed order). */
  readonly mirrorBeforeActivation: 'required' | 'preferred';
  readonly fenceReturnedCopy: 'act' | 'ask';
  /** `minimal`: home goes on with the log of backup where it can. Left out: documented, a full backup and restore. */
  readonly failback?: 'documented' | 'minimal' | undefined;
  readonly drift: Readonly<Record<DriftField, DriftAnswer>>;
  /** How long removed servers may keep their sessions before their chat service is stopped, ms. */
  readonly drainTimeoutMs: number;
  /** How long a step may wait for its effect to appear, ms. */
  readonly stepTimeoutMs: number;
  /** A BACKUP or RESTORE whose percent_complete stands still this long is stalled, ms. */
  readonly stallTimeoutMs: number;
  /** How many different people must approve a plan that asks; left out: 1. */
  readonly approvals?: 1 | 2 | undefined;
  /** Left out or empty: at any time. */
  readonly changeWindows?: readonly ChangeWindow[] | undefined;
  /** Pause after a move between the sites before the next one begins, ms; left out: none. */
  readonly cooldownMs?: number | undefined;
}

export interface PoolTopology {
  readonly name: string;
  readonly poolFqdn: string;
  /** Identity for Set-CsPersistentChatState; undefined: ask Get-CsService and use what it returns. */
  readonly poolIdentity: string | undefined;
  readonly chatDatabase: string;
  readonly complianceDatabase: string;
  /** What TRUSTWORTHY of the chat database shall be where it serves; undefined: nobody asks. */
  readonly trustworthy?: boolean | undefined;
  readonly sites: Readonly<Record<Site, SiteTopology>>;
  readonly logShipping: LogShipping;
}

/** Content hash (hex, 12 digits) of the pool's parsed document and a counter that rises with every accepted change. */
export interface Generation {
  readonly counter: number;
  readonly hash: string;
}

/** The commit that brought a desired state, where it comes from Git. */
export interface Revision {
  /** Full hex id. */
  readonly commit: string;
  /** `Name <address>`, as the commit says. */
  readonly author: string;
  readonly subject: string;
  /** ISO 8601, the committer's. */
  readonly at: string;
  /** Of the newest commit, which vouches for this one; left out where the settings ask for none. */
  readonly signature?: Signature;
}

/** By a key that is allowed. */
export interface Signature {
  readonly kind: 'ssh' | 'openpgp';
  /** Principal, or user id of the key. */
  readonly signer: string;
  /** Fingerprint. */
  readonly key: string;
}

/**
 * A local desired state that a person put over a source that could not be read (`pchat apply`), as far as it concerns one pool.
 * `in-force`: it is what is wanted now. `expired`: it has ended and nothing else is known of the pool. `gives-way` and
 * `source-returned`: it has ended, by itself or because the source can be read again, and what the source wants would move the pool
 * back between the sites, which nobody has reviewed.
 */
export interface BreakGlass {
  readonly state: 'in-force' | 'expired' | 'gives-way' | 'source-returned';
  readonly by: string;
  readonly reason: string;
  readonly file: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

export interface DesiredPool {
  readonly topology: PoolTopology;
  readonly policy: Policy;
  /** Where the service shall live: the site whose datacenter `primaryDatacenter` names. */
  readonly primarySite: Site;
  readonly generation: Generation;
  /** Where the document came from: file path, or repository, branch and path. */
  readonly origin: string;
  /** Of this generation; null: not from Git. */
  readonly revision: Revision | null;
  /** The pool as it was written, plain JSON: what a restart goes by while the source cannot be read. */
  readonly declared: unknown;
  /** Left out: the source alone says what is wanted. */
  readonly breakGlass?: BreakGlass | undefined;
}

/** Share for the backups that make a mirror around this instance; both partners of a pair see it. */
export function mirroringShareFor({ sites, logShipping }: PoolTopology, instance: InstanceName): string {
  const site = SITES.find((name) =>
    [sites[name].chat, sites[name].compliance].some((store) =>
      [store?.primary, store?.mirror].includes(instance),
    ),
  );
  return (site === undefined ? undefined : sites[site].mirroringShare) ?? logShipping.mirroringShare;
}

/** Every instance of the pool once, with the part it plays. */
export function instancesOf(topology: PoolTopology): {
  readonly instance: InstanceName;
  readonly site: Site;
  readonly part: 'primary' | 'mirror' | 'witness';
}[] {
  const found = new Map<
    InstanceName,
    { instance: InstanceName; site: Site; part: 'primary' | 'mirror' | 'witness' }
  >();
  const add = (
    instance: InstanceName | undefined,
    site: Site,
    part: 'primary' | 'mirror' | 'witness',
  ): void => {
    if (instance !== undefined && !found.has(instance)) found.set(instance, { instance, site, part });
  };
  for (const site of SITES) {
    const { chat, compliance } = topology.sites[site];
    for (const store of [chat, compliance]) {
      add(store?.primary, site, 'primary');
      add(store?.mirror, site, 'mirror');
      add(store?.witness, site, 'witness');
    }
  }
  return [...found.values()];
}
