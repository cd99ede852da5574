/**
 * From what topology and instances say of themselves to the fields of a first desired state: found, found but to be checked by a
 * person, or not to be found out by looking. Pure; chooses nothing that a person must choose.
 */
import { durationText } from '../desired-state/schema.ts';
import type { InstanceSetup } from '../observers/instance-setup.ts';
import type { PublishedPool, PublishedStores } from '../observers/published-pool.ts';
import { otherSite, SITES, type InstanceName, type Site } from '../topology/pool-topology.ts';

export type Adopted<T = string> =
  | { readonly kind: 'found'; readonly value: T; readonly from: string }
  | { readonly kind: 'check'; readonly value: T; readonly why: string }
  | { readonly kind: 'missing'; readonly what: string }
  /** May be left out, and is. */
  | { readonly kind: 'left-out'; readonly why: string };

export interface AdoptedStore {
  readonly primary: Adopted;
  readonly mirror: Adopted;
  readonly witness: Adopted;
}

export interface AdoptedSite {
  readonly datacenter: string;
  readonly sql: AdoptedStore;
  readonly compliance: AdoptedStore | undefined;
  readonly servers: Adopted<readonly string[]>;
  readonly activeServers: Adopted<readonly string[]>;
  readonly quarantineFolder: Adopted;
}

export interface AdoptedPool {
  readonly name: string;
  readonly poolFqdn: Adopted;
  readonly primaryDatacenter: Adopted;
  readonly sites: Readonly<Record<Site, AdoptedSite>>;
  /** By key of the document, in its order. */
  readonly logShipping: Readonly<Record<string, Adopted>>;
}

/** Instances that a person named: primary, mirror, witness. */
export type NamedStore = readonly (InstanceName | undefined)[];

export interface AdoptInput {
  /** undefined: the management shell did not answer. */
  readonly published: PublishedPool | undefined;
  readonly named: Readonly<Record<Site, NamedStore>>;
  /** What each instance answered; a text: why it did not. */
  readonly setups: ReadonlyMap<InstanceName, InstanceSetup | string>;
  readonly choices: {
    readonly name: string | undefined;
    readonly poolFqdn: string | undefined;
    readonly datacenters: Readonly<Record<Site, string>>;
    readonly quarantine: Readonly<Record<Site, string | undefined>>;
    readonly mirroringShare: string | undefined;
  };
}

const MINUTE_MS = 60_000;
const MOST_ACTIVE = 4;

const found = <T>(value: T, from: string): Adopted<T> => ({ kind: 'found', value, from });
const check = <T>(value: T, why: string): Adopted<T> => ({ kind: 'check', value, why });
const missing = (what: string): Adopted<never> => ({ kind: 'missing', what });
const leftOut = (why: string): Adopted<never> => ({ kind: 'left-out', why });
const chosen = (value: string | undefined, what: string): Adopted =>
  value === undefined ? missing(what) : found(value, 'command line');

const publishedAt = (stores: PublishedStores | undefined, site: Site) =>
  site === 'home'
    ? { primary: stores?.primary, mirror: stores?.mirror }
    : { primary: stores?.backup, mirror: stores?.backupMirror };

/** The chat store's instances that are known before any of them was asked. */
export function storesToAsk({
  published,
  named,
}: Pick<AdoptInput, 'published' | 'named'>): readonly InstanceName[] {
  const all = SITES.flatMap((site) => {
    const { primary, mirror } = publishedAt(published?.chat, site);
    return [named[site][0] ?? primary, named[site][1] ?? mirror];
  });
  return [...new Set(all.filter((name) => name !== undefined))];
}

const setupOf = ({ setups }: AdoptInput, name: InstanceName | undefined): InstanceSetup | undefined => {
  const setup = name === undefined ? undefined : setups.get(name);
  return typeof setup === 'object' ? setup : undefined;
};

const hostOf = (address: string): string => address.replace(/^\w+:\/\//, '').replace(/:\d+$/, '');

/** Host of the endpoint's address and instance of the partner's name. */
function partnerOf({ partnerAddress, partnerInstance }: NonNullable<InstanceSetup['mirroring']>): string {
  const instance = partnerInstance?.split('\\')[1];
  return `${hostOf(partnerAddress)}${instance === undefined ? '' : `\\${instance}`}`;
}

function mirrorOf(input: AdoptInput, site: Site, primary: InstanceName | undefined): Adopted {
  const [, named] = input.named[site];
  if (named !== undefined) return found(named, 'command line');
  const { mirror } = publishedAt(input.published?.chat, site);
  if (mirror !== undefined) return found(mirror, 'topology');
  const setup = setupOf(input, primary);
  if (setup?.mirroring != null)
    return found(partnerOf(setup.mirroring), `sys.database_mirroring of ${primary ?? ''}`);
  if (input.published !== undefined && site === 'home')
    return check('none', 'neither the topology nor the instance names a mirror');
  return missing('the mirroring partner, or the word none; a copy that is not mirrored now names none');
}

function witnessOf(input: AdoptInput, site: Site, primary: InstanceName | undefined): Adopted {
  const [, , named] = input.named[site];
  if (named !== undefined) return found(named, 'command line');
  const mirroring = setupOf(input, primary)?.mirroring;
  if (mirroring == null) return leftOut('the pair is not mirrored now; name its witness if it has one');
  return mirroring.witnessAddress === null
    ? leftOut('the mirroring session has no witness')
    : check(
        hostOf(mirroring.witnessAddress),
        'an address names no instance; add it unless it is the default one',
      );
}

function chatStoreOf(input: AdoptInput, site: Site): AdoptedStore {
  const named = input.named[site][0];
  const primary = named ?? publishedAt(input.published?.chat, site).primary;
  const silence = primary === undefined ? undefined : input.setups.get(primary);
  const word = named === undefined ? 'topology' : 'command line';
  return {
    primary:
      primary === undefined
        ? missing(`the SQL Server instance of the ${site === 'home' ? 'primary' : 'backup'} store`)
        : typeof silence === 'string'
          ? check(primary, `it did not answer: ${silence}`)
          : found(primary, word),
    mirror: mirrorOf(input, site, primary),
    witness: witnessOf(input, site, primary),
  };
}

function complianceStoreOf({ published }: AdoptInput, site: Site): AdoptedStore | undefined {
  if (published?.compliance === undefined) return undefined;
  const { primary, mirror } = publishedAt(published.compliance, site);
  return {
    primary:
      primary === undefined ? missing('the instance of the compliance store') : found(primary, 'topology'),
    mirror: mirror === undefined ? check('none', 'the topology names no mirror') : found(mirror, 'topology'),
    witness: leftOut('name it if the pair has one'),
  };
}

/** Which site serves, as the pool state says. */
const servingSite = (published: PublishedPool | undefined): Site | undefined =>
  published === undefined || published.poolState === 'unknown'
    ? undefined
    : published.poolState === 'Normal'
      ? 'home'
      : 'backup';

type Servers = Pick<AdoptedSite, 'servers' | 'activeServers'>;

/** The topology knows one list of machines and who of them is active; where a machine stands, nobody says. */
function serversOf(input: AdoptInput, site: Site): Servers {
  const { published } = input;
  const serving = servingSite(published);
  if (published === undefined || serving === undefined || published.activeServers.length === 0) {
    const members = published === undefined ? [] : [...published.activeServers, ...published.otherServers];
    const whom = members.length === 0 ? 'its chat servers' : `those of ${members.join(', ')} that stand here`;
    return { servers: missing(whom), activeServers: missing('who of them serves, 1 to 4') };
  }
  if (site === serving) {
    const active = published.activeServers;
    return {
      servers: check(active, 'the active ones; add the inactive ones that stand here'),
      activeServers: found(active, 'topology'),
    };
  }
  const others = published.otherServers;
  if (others.length === 0) {
    return {
      servers: missing('its chat servers: every one of the pool is active'),
      activeServers: missing('who serves here, 1 to 4'),
    };
  }
  return {
    servers: check(others, 'the inactive ones; take away those that stand in the other datacenter'),
    activeServers:
      others.length > MOST_ACTIVE
        ? missing('who of them serves here, 1 to 4')
        : check(others, 'all of them; name those that shall serve here'),
  };
}

function siteOf(input: AdoptInput, site: Site): AdoptedSite {
  return {
    datacenter: input.choices.datacenters[site],
    sql: chatStoreOf(input, site),
    compliance: complianceStoreOf(input, site),
    ...serversOf(input, site),
    quarantineFolder: chosen(
      input.choices.quarantine[site],
      "a folder for tails that a fence takes of this site's copy; never the shipping share",
    ),
  };
}

const every = (ms: number | null | undefined, from: string): Adopted =>
  ms == null ? leftOut('not found out; the default counts') : found(durationText(ms), from);
const minutes = (value: number | null | undefined, from: string): Adopted =>
  every(value == null ? null : value * MINUTE_MS, from);

/** Both partners may be set up as primaries: the first that is tells. */
function logShippingOf(input: AdoptInput): Readonly<Record<string, Adopted>> {
  const asked = [...input.setups].flatMap(([name, setup]) =>
    typeof setup === 'string' ? [] : [{ name, ...setup }],
  );
  const half = asked.find(({ primary }) => primary !== null);
  const other = asked.find(({ secondary }) => secondary !== null);
  const [primary, secondary] = [half?.primary ?? undefined, other?.secondary ?? undefined];
  const ofPrimary = `log shipping of ${half?.name ?? ''}`;
  const ofSecondary = `log shipping of ${other?.name ?? ''}`;
  const share = primary?.share ?? secondary?.source;
  const differs =
    primary !== undefined &&
    secondary !== undefined &&
    primary.share.toLowerCase() !== secondary.source.toLowerCase();
  return {
    share:
      share === undefined
        ? missing('the share of the log backups; no instance is set up for log shipping')
        : differs
          ? check(share, `the secondary reads ${secondary.source}`)
          : found(share, primary === undefined ? ofSecondary : ofPrimary),
    shareDatacenter: leftOut('name the datacenter in which the share stands, if it stands in one of them'),
    copyFolder:
      secondary === undefined
        ? missing('where log backups are copied to; no instance is set up as a secondary')
        : found(secondary.copyFolder, ofSecondary),
    mirroringShare: chosen(
      input.choices.mirroringShare,
      'a share for the backups of Install-CsMirrorDatabase; no table keeps it',
    ),
    backupEvery: every(primary?.backupEveryMs, ofPrimary),
    copyEvery: every(secondary?.copyEveryMs, ofSecondary),
    restoreEvery: every(secondary?.restoreEveryMs, ofSecondary),
    retention: minutes(primary?.retentionMinutes, ofPrimary),
    backupThreshold: minutes(primary?.thresholdMinutes, ofPrimary),
    restoreThreshold: minutes(secondary?.thresholdMinutes, ofSecondary),
  };
}

const nameFrom = (poolFqdn: string | undefined): string =>
  (poolFqdn?.split('.')[0] ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replaceAll(/^-+|-+$/g, '') || 'chat';

export function adoptPool(input: AdoptInput): AdoptedPool {
  const { published, choices } = input;
  const serving = servingSite(published);
  const poolFqdn = published?.poolFqdn ?? choices.poolFqdn;
  return {
    name: choices.name ?? nameFrom(poolFqdn),
    poolFqdn:
      poolFqdn === undefined
        ? missing('the FQDN of the Persistent Chat pool')
        : found(poolFqdn, published === undefined ? 'command line' : 'topology'),
    primaryDatacenter:
      serving === undefined
        ? missing(`where the service lives: ${choices.datacenters.home} or ${choices.datacenters.backup}`)
        : found(choices.datacenters[serving], `pool state ${published?.poolState ?? ''}`),
    sites: { home: siteOf(input, 'home'), backup: siteOf(input, otherSite('home')) },
    logShipping: logShippingOf(input),
  };
}
