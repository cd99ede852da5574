/** Obstacles in words a person can act on: what is missing, why, and the sight or the command that would change it. */
import { otherSite, SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';
import type { Obstacle } from './plan.ts';
import type { Assumed } from './find-plan.ts';
import type { Reduction } from './reduce-pool.ts';
import { WAYS_OUT, type WayOut } from './ways-out.ts';
import type { Variable } from './variables.ts';

function fill(command: string, pool: DesiredPool): string {
  const { name, sites } = pool.topology;
  return command
    .replaceAll('{pool}', name)
    .replaceAll('{home}', sites.home.datacenter)
    .replaceAll('{backup}', sites.backup.datacenter);
}

const CONTENT: readonly Variable[] = ['current', 'home.holds', 'backup.holds'];

const SHARE: readonly Variable[] = ['share', 'share.uncopied'];

const siteOfVariable = (variable: Variable): Site => (variable.startsWith('backup.') ? 'backup' : 'home');

/** Whoever gives a share up does so in the reviewed file: what only the old one holds is then lost. */
const shareWayOut = (share: string, site: Site | undefined): string =>
  `restore the sight of ${share}, or ${site === undefined ? 'name the datacenter that it was lost with (logShipping.shareDatacenter), or ' : ''}` +
  'name another share (logShipping.share) and give up what only this one holds';

/** A principal that nobody sees, and whose mirror has lost it too: what would make the mirror principal. */
function waitingWords(
  pool: DesiredPool,
  { evidence, because, vector }: Reduction,
  site: Site,
): string | undefined {
  if (vector[`${site}.mgc`] !== 'waiting') return undefined;
  const { signs, copies } = evidence[site];
  const lost = signs.find(({ way, says }) => way === 'mirror' && says === 'down');
  const again = `restore the sight of ${lost?.about ?? because[`${site}.mgc`].source}`;
  const copy = copies.find(({ instance }) => instance === lost?.about);
  if (lost === undefined || copy?.verdict !== 'unknown') return `${again}: ${because[`${site}.mgc`].because}`;
  return fill(
    `${again}; or, where it is certain that it does not run, pchat attest {${site}} --down --instance ${lost.about}, and its mirror ${lost.source} takes its place`,
    pool,
  );
}

const DAMAGED: readonly string[] = ['broken', 'salvageable'];

/** Which copy is current cannot be told beside a damaged one: mended it can be read, else a person gives up what it held. */
function damagedWords(pool: DesiredPool, { vector }: Reduction): string | undefined {
  const site = SITES.find((one) => DAMAGED.includes(vector[`${one}.mgc`]));
  if (vector.current !== 'unknown' || site === undefined || vector[`${otherSite(site)}.mgc`] === 'unknown')
    return undefined;
  const again = `mend mgc at {${site}} by hand (its files, then ALTER DATABASE ${pool.topology.chatDatabase} SET ONLINE)`;
  const salvage = "name {backup} as primaryDatacenter: what home's log still holds is then taken along";
  if (site === 'home' && pool.primarySite === 'home' && ['none', 'unwanted'].includes(vector['home.mirror']))
    return fill(`${again}, or ${salvage}`, pool);
  const instead =
    site === 'home' && vector['home.mgc'] === 'broken'
      ? ', put log backups that are missing on the share'
      : '';
  const mirror = ['none', 'unwanted'].includes(vector[`${site}.mirror`]) ? '' : ', let its mirror serve';
  const held = `what only {${site}} held, the ledger names it`;
  return fill(
    `${again}${instead}${mirror}; or give up ${held}: pchat decide {pool} --keep {${otherSite(site)}}`,
    pool,
  );
}

/** A cut-off site can be attested; content that cannot be compared can be decided; anything else must be seen again. */
export function findWayOut(pool: DesiredPool, reduction: Reduction, variable: Variable): string {
  const { source } = reduction.because[variable];
  const known = WAYS_OUT.find(
    (way) =>
      way.from[variable] !== undefined &&
      Object.entries(way.from).every(([name, values]) => values.includes(reduction.vector[name as Variable])),
  );
  if (known !== undefined)
    return waitingWords(pool, reduction, siteOfVariable(variable)) ?? fill(known.command, pool);
  const damaged = variable === 'current' ? damagedWords(pool, reduction) : undefined;
  if (damaged !== undefined) return damaged;
  const ofShare = SHARE.includes(variable) && reduction.vector.share === 'unknown';
  const { share, shareSite } = pool.topology.logShipping;
  if (ofShare && shareSite !== 'home') return shareWayOut(share, shareSite);
  const site = siteOfVariable(variable);
  const { verdict, level } = reduction.evidence[site];
  const dark = reduction.vector[`${site}.reach`] === 'unknown';
  const decides =
    variable === `${site}.cannotWrite` ||
    variable === 'home.logBackups' ||
    ofShare ||
    CONTENT.includes(variable);
  if (dark && decides && (verdict === 'unknown' || level === 'silent')) {
    return fill(`restore the sight of ${source}, or pchat attest {${site}} --down`, pool);
  }
  const vouched = dark ? waitingWords(pool, reduction, site) : undefined;
  if (vouched !== undefined) return vouched;
  // Ended while the partner is out of sight, the session leaves it the role that it had: it may come back writable.
  if (variable === `${site}.partner`)
    return `restore the sight of ${source}; or, where it is certain never to serve again, end the mirroring by hand (ALTER DATABASE ... SET PARTNER OFF)`;
  if (dark && verdict === 'partitioned')
    return `restore the sight of ${source}: somebody else still sees the site alive`;
  return `restore the sight of ${source}`;
}

export function obstacleOfAssumption(
  pool: DesiredPool,
  reduction: Reduction,
  { variable, value }: Assumed,
): Obstacle {
  return {
    variable,
    actual: reduction.vector[variable],
    wanted: value === 'any' ? 'known' : value,
    reason: reduction.because[variable].because,
    wayOut: findWayOut(pool, reduction, variable),
  };
}

export function obstacleOfWayOut(pool: DesiredPool, reduction: Reduction, way: WayOut): Obstacle {
  const variable = (Object.keys(way.to) as Variable[])[0] ?? 'current';
  return {
    variable,
    actual: reduction.vector[variable],
    wanted: way.to[variable] ?? 'known',
    reason: `${way.reason} (${reduction.because[variable].because})`,
    wayOut:
      way.from[variable]?.includes('waiting') === true
        ? findWayOut(pool, reduction, variable)
        : fill(way.command, pool),
  };
}
