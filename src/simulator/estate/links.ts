/** Who can reach whom: sites, links between parties, the share, and what that makes of a folder seen from somewhere. Pure. */
import type { EstateFiles } from '../estate-contract.ts';
import { ESTATE_SITES, type EstateSite } from './estate-options.ts';
import type { EstateState } from './estate-state.ts';

export type LinkEnd = 'daemon' | 'home' | 'backup' | 'share';
export const LINK_ENDS: readonly LinkEnd[] = ['daemon', 'home', 'backup', 'share'];

export const OS_PATH_NOT_FOUND = 3;
export const OS_ACCESS_DENIED = 5;
export const OS_NETWORK_PATH_NOT_FOUND = 53;

export const linkName = (a: LinkEnd, b: LinkEnd): string => [a, b].sort().join('-');

type Links = Pick<EstateState, 'cutLinks' | 'sites' | 'share' | 'options'>;

export const linkStands = (state: Links, a: LinkEnd, b: LinkEnd): boolean =>
  a === b || !state.cutLinks.includes(linkName(a, b));

/** Packets pass between the two sites, or within one. Both must have power. */
export const sitesConnected = (state: Links, a: EstateSite, b: EstateSite): boolean =>
  state.sites[a].up && state.sites[b].up && linkStands(state, a, b);

/** The file server answers the viewer. */
function shareAnswers(state: Links, viewer: 'daemon' | EstateSite): boolean {
  const { site, up } = state.share;
  if (!up || !state.sites[site].up || !linkStands(state, viewer, 'share')) return false;
  return viewer === 'daemon' || sitesConnected(state, viewer, site);
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

/** undefined: the folder answers the viewer; else the OS error number. The daemon sees local folders through their site's mount. */
export function folderReach(
  state: Links,
  viewer: 'daemon' | EstateSite,
  folder: string,
): { readonly osError: number } | undefined {
  const { options } = state;
  if (viewer === 'daemon' && isClosedToDaemon(options, folder)) return { osError: OS_ACCESS_DENIED };
  if ([options.share, options.mirroringShare].some((root) => within(folder, root)))
    return shareAnswers(state, viewer) ? undefined : NOT_FOUND_ON_NETWORK;
  const mirroring = mirroringSite(state, folder);
  if (mirroring !== undefined && viewer !== 'daemon')
    return sitesConnected(state, viewer, mirroring) ? undefined : NOT_FOUND_ON_NETWORK;
  const local: readonly (readonly [string, EstateSite])[] = [
    [options.copyFolder, 'backup'],
    [options.sites.home.quarantineFolder, 'home'],
    [options.sites.backup.quarantineFolder, 'backup'],
    ...(mirroring === undefined ? [] : ([[folder, mirroring]] as const)),
  ];
  const owners = local.filter(([root]) => within(folder, root)).map(([, site]) => site);
  if (viewer !== 'daemon') return owners.includes(viewer) ? undefined : { osError: OS_PATH_NOT_FOUND };
  const mounted = owners.some((site) => state.sites[site].up && linkStands(state, 'daemon', site));
  return mounted
    ? undefined
    : { osError: owners.length === 0 ? OS_PATH_NOT_FOUND : OS_NETWORK_PATH_NOT_FOUND };
}

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
  ];
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));

/** The folders as somebody sees them now. */
export function filesSeenBy(state: Links, viewer: 'daemon' | EstateSite, files: EstateFiles): EstateFiles {
  return {
    list: (folder) => folderReach(state, viewer, folder) ?? files.list(folder),
    read: (path) => folderReach(state, viewer, folderOf(path)) ?? files.read(path),
  };
}

/** As SQL Server's own account sees them: where the share opens to the jobs of the backup site only, not the share. */
export function filesSeenByEngine(state: Links, site: EstateSite, files: EstateFiles): EstateFiles {
  const seen = filesSeenBy(state, site, files);
  const { share, shareOpensTo } = state.options;
  if (site === 'home' || shareOpensTo === 'everybody') return seen;
  const denied = (folder: string): { readonly osError: number } | undefined =>
    within(folder, share) ? { osError: OS_ACCESS_DENIED } : undefined;
  return {
    list: (folder) => denied(folder) ?? seen.list(folder),
    read: (path) => denied(folderOf(path)) ?? seen.read(path),
  };
}
