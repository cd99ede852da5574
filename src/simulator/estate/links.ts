/**
 * Who can reach whom: sites, links between parties, the share, and what that makes of a folder seen from somewhere. Pure but for
 * one listener, which changes no answer.
 */
import type { EstateFiles } from '../estate-contract.ts';
import { ESTATE_SITES, type EstateSite } from './estate-options.ts';
import type { EstateState } from './estate-state.ts';

const PARTS = ['primary', 'mirror', 'witness', 'chat'] as const;
/** One instance of a site, or its chat servers. */
export type SiteParty = `${EstateSite} ${(typeof PARTS)[number]}`;
/** Where packets come from or go to; a site stands for what in it no link leads to by itself. */
export type Place = 'daemon' | 'shell' | 'share' | EstateSite | SiteParty;

/** A site is all of its parties, a store its primary and its mirror. */
export const LINK_ENDS: readonly string[] = [
  'daemon',
  'shell',
  'share',
  ...ESTATE_SITES.flatMap((site) => [site, ...['store', ...PARTS].map((part) => `${site} ${part}`)]),
];

export const OS_PATH_NOT_FOUND = 3;
export const OS_ACCESS_DENIED = 5;
export const OS_NETWORK_PATH_NOT_FOUND = 53;
/** ERROR_DISK_FULL of Windows. */
const OS_DISK_FULL = 112;

export const linkName = (a: string, b: string): string => [a, b].sort().join('-');

type Links = Pick<EstateState, 'cutLinks' | 'sites' | 'share' | 'options'>;

/** `listener` hears the name of every link that an answer depended on: whatever else is cut makes no difference to who asked. */
export const askedLinks: { listener: ((link: string) => void) | undefined } = { listener: undefined };

/** The ends that a place belongs to. */
function endsOf(place: Place): readonly string[] {
  const [site = '', part] = place.split(' ');
  if (part === undefined) return [place];
  return [site, ...(part === 'primary' || part === 'mirror' ? [`${site} store`] : []), place];
}

const ways = new Map<string, readonly string[]>();

/** Every link whose cut parts the two. */
function linksBetween(a: Place, b: Place): readonly string[] {
  const key = `${a}-${b}`;
  const known = ways.get(key);
  if (known !== undefined) return known;
  const links = endsOf(a).flatMap((one) =>
    endsOf(b).flatMap((other) => (one === other ? [] : [linkName(one, other)])),
  );
  ways.set(key, links);
  return links;
}

export function linkStands(state: Pick<Links, 'cutLinks'>, a: Place, b: Place): boolean {
  const { listener } = askedLinks;
  if (a === b || (state.cutLinks.length === 0 && listener === undefined)) return true;
  return linksBetween(a, b).every((link) => {
    listener?.(link);
    return !state.cutLinks.includes(link);
  });
}

const siteOf = (place: EstateSite | SiteParty): EstateSite =>
  place === 'home' || place.startsWith('home ') ? 'home' : 'backup';

/** Packets pass between two parties of the sites. Both sites must have power. */
export const packetsPass = (state: Links, a: EstateSite | SiteParty, b: EstateSite | SiteParty): boolean =>
  state.sites[siteOf(a)].up && state.sites[siteOf(b)].up && linkStands(state, a, b);

/** Who looks at a folder. */
type Viewer = 'daemon' | EstateSite | SiteParty;

/** The file server answers the viewer. */
function shareAnswers(state: Links, viewer: Viewer): boolean {
  const { site, up } = state.share;
  if (!up || !state.sites[site].up || !linkStands(state, viewer, 'share')) return false;
  return viewer === 'daemon' || packetsPass(state, viewer, site);
}

const key = (folder: string): string => folder.replace(/[\\/]+$/, '').toLowerCase();
const within = (folder: string, root: string): boolean =>
  key(folder) === key(root) || key(folder).startsWith(`${key(root)}\\`);

/** A site's own mirroring share stands in that site. */
function mirroringSite(state: Links, folder: string): EstateSite | undefined {
  return ESTATE_SITES.find((site) => within(folder, state.options.sites[site].mirroringShare ?? '?'));
}

export const isClosedToDaemon = ({ closedToDaemon }: EstateState['options'], folder: string): boolean =>
  closedToDaemon.some((root) => within(folder, root));

const NOT_FOUND_ON_NETWORK = { osError: OS_NETWORK_PATH_NOT_FOUND };

/**
 * undefined: the folder answers the viewer; else the OS error number. The daemon sees local folders through the machine of
 * their site's primary, a site's own mirroring share as long as it reaches the site.
 */
export function folderReach(
  state: Links,
  viewer: Viewer,
  folder: string,
): { readonly osError: number } | undefined {
  const { options } = state;
  if (viewer === 'daemon' && isClosedToDaemon(options, folder)) return { osError: OS_ACCESS_DENIED };
  if ([options.share, options.mirroringShare].some((root) => within(folder, root)))
    return shareAnswers(state, viewer) ? undefined : NOT_FOUND_ON_NETWORK;
  const mirroring = mirroringSite(state, folder);
  if (mirroring !== undefined && viewer !== 'daemon')
    return packetsPass(state, viewer, mirroring) ? undefined : NOT_FOUND_ON_NETWORK;
  const local: readonly (readonly [string, EstateSite])[] = [
    [options.copyFolder, 'backup'],
    [options.sites.home.quarantineFolder, 'home'],
    [options.sites.backup.quarantineFolder, 'backup'],
    ...(mirroring === undefined ? [] : ([[folder, mirroring]] as const)),
  ];
  const owners = local.filter(([root]) => within(folder, root)).map(([, site]) => site);
  if (viewer !== 'daemon')
    return owners.includes(siteOf(viewer)) ? undefined : { osError: OS_PATH_NOT_FOUND };
  const mounted = owners.some(
    (site) =>
      state.sites[site].up && linkStands(state, 'daemon', mirroring === site ? site : `${site} primary`),
  );
  return mounted
    ? undefined
    : { osError: owners.length === 0 ? OS_PATH_NOT_FOUND : OS_NETWORK_PATH_NOT_FOUND };
}

/** A folder and what lies below it: strays of another branch are moved into such a subfolder. */
export const withSubfolders = (folder: string): readonly string[] => {
  const root = folder.replace(/\\+$/, '');
  return [root, `${root}\\quarantine`];
};

/** Folders whose disks stand in the site and are lost with it. */
export function foldersAt(
  { options, share }: Pick<EstateState, 'options' | 'share'>,
  site: EstateSite,
): readonly string[] {
  const { mirroringShare, quarantineFolder } = options.sites[site];
  return [
    quarantineFolder,
    ...(mirroringShare === undefined ? [] : [mirroringShare]),
    ...(site === 'backup' ? [options.copyFolder] : []),
    ...(share.site === site ? [options.share, options.mirroringShare] : []),
  ].flatMap(withSubfolders);
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));

/** The folders as somebody sees them now. */
export function filesSeenBy(state: Links, viewer: Viewer, files: EstateFiles): EstateFiles {
  return {
    list: (folder) => folderReach(state, viewer, folder) ?? files.list(folder),
    read: (path) => folderReach(state, viewer, folderOf(path)) ?? files.read(path),
    refusesWrite: (folder) =>
      folderReach(state, viewer, folder) ??
      (state.share.full && within(folder, state.options.share) ? { osError: OS_DISK_FULL } : undefined),
  };
}

/** As SQL Server's own account sees them: where the share opens to the jobs of the backup site only, not the share. */
export function filesSeenByEngine(state: Links, engine: SiteParty, files: EstateFiles): EstateFiles {
  const seen = filesSeenBy(state, engine, files);
  const { share, shareOpensTo } = state.options;
  if (siteOf(engine) === 'home' || shareOpensTo === 'everybody') return seen;
  const denied = (folder: string): { readonly osError: number } | undefined =>
    within(folder, share) ? { osError: OS_ACCESS_DENIED } : undefined;
  return {
    list: (folder) => denied(folder) ?? seen.list(folder),
    read: (path) => denied(folderOf(path)) ?? seen.read(path),
    refusesWrite: (folder) => denied(folder) ?? seen.refusesWrite?.(folder),
  };
}
