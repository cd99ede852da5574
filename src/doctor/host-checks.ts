/** This computer: runtime, what the settings refer to, journal, and the folders as the daemon would see them. */
import type { PoolFacts } from '../topology/pool-facts.ts';
import { instancesOf, SITES, type Site } from '../topology/pool-topology.ts';
import type { DoctorEvidence, FolderAnswer } from './evidence.ts';
import { error, ok, unknown, warning, type Mend, type Verdict } from './finding.ts';
import { DAEMON, DESIRED, factsOf, HERE, holdsData, SETTINGS } from './parties.ts';

const OLDEST_NODE = 24;

export function runtime({ host: { node, driverProblem } }: DoctorEvidence): readonly Verdict[] {
  const old = Number(node.split('.')[0]) < OLDEST_NODE;
  return [
    old
      ? error(DAEMON, `Node.js ${node} is older than ${String(OLDEST_NODE)}`, { on: HERE, command: 'npm ci' })
      : ok(DAEMON, `Node.js ${node}`),
    driverProblem === null
      ? ok(DAEMON, 'the SQL Server driver is one of those that are safe')
      : error(DAEMON, driverProblem, { on: HERE, command: 'npm ci' }),
  ];
}

export const desiredState = ({ host: { refused }, topology }: DoctorEvidence): readonly Verdict[] =>
  refused.length === 0
    ? [ok(DESIRED, `it is valid and declares ${topology.name}`)]
    : refused.map((line) => error(DESIRED, line, { on: HERE, command: 'pchat validate desired-state.yaml' }));

export const references = ({ host }: DoctorEvidence): readonly Verdict[] =>
  host.references.map(({ party, what, problem }) =>
    problem === null ? ok(party, `${what} is there`) : error(party, `${what}: ${problem}`, mendOf(what)),
  );

function mendOf(what: string): Mend {
  const variable = /^environment variable (\S+)/.exec(what)?.[1];
  return variable === undefined
    ? {
        on: HERE,
        command: `install -m 600 /dev/stdin '${what.replace(/^file /, '').replaceAll("'", "'\\''")}'`,
      }
    : { on: HERE, command: `export ${variable}=...` };
}

/** Bits of others and of the group. */
const NOT_OWNER = 0o077;
const quoted = (file: string): string => `'${file.replaceAll("'", "'\\''")}'`;

export function journalDirectory({ host: { journal } }: DoctorEvidence): readonly Verdict[] {
  const { directory, exists, writable, mode, network } = journal;
  if (network !== null)
    return [
      error(DAEMON, `${directory} is on a network file system (${network}): its locks hold no lease`, {
        on: SETTINGS,
        command: 'journal: {directory: A-LOCAL-FOLDER}',
      }),
    ];
  if (!writable)
    return [
      error(DAEMON, `${directory} cannot be written: no step would start`, {
        on: HERE,
        command: `chown "$USER" ${quoted(directory)}`,
      }),
    ];
  if (!exists) return [ok(DAEMON, `${directory} will be made by the first start`)];
  if (mode !== null && (mode & NOT_OWNER) !== 0)
    return [
      error(
        DAEMON,
        `${directory} is open to others (mode ${mode.toString(8)}): the token in it is no secret`,
        {
          on: HERE,
          command: `chmod 700 ${quoted(directory)}`,
        },
      ),
    ];
  return [ok(DAEMON, `${directory} is local, writable and the owner's only`)];
}

interface Place {
  readonly observed: PoolFacts['share'];
  /** Sites whose instances see it. */
  readonly sites: readonly Site[];
}

function placeOf({ facts, topology }: DoctorEvidence, path: string): Place | undefined {
  const { share, copyFolder } = topology.logShipping;
  if (path === share) return { observed: facts.share, sites: SITES };
  if (path === copyFolder) return { observed: facts.copyFolder, sites: ['backup'] };
  const site = SITES.find((one) => topology.sites[one].quarantineFolder === path);
  return site === undefined ? undefined : { observed: facts.quarantine[site], sites: [site] };
}

const answers = (evidence: DoctorEvidence, site: Site): boolean =>
  instancesOf(evidence.topology).some(
    (member) => member.site === site && holdsData(member) && factsOf(evidence, member.instance) !== undefined,
  );

/** Of a folder that is closed to this computer: the instance that lists it for the daemon. */
function listerOf(evidence: DoctorEvidence, path: string): string | undefined {
  const observed = placeOf(evidence, path)?.observed;
  return observed?.kind === 'value' ? observed.value.through : undefined;
}

const closedTo = (lister: string): string => `closed to this computer; ${lister} lists it`;

/** To leave a folder out is a way of setting a site up, as long as SQL Server lists it. */
export const pathMap = (evidence: DoctorEvidence): readonly Verdict[] =>
  evidence.host.folders
    .filter(({ role }) => role !== 'mirroringShare')
    .map(({ path, local }) => {
      if (local !== null) return ok(path, `here it is ${local}`);
      const lister = listerOf(evidence, path);
      if (lister !== undefined) return ok(path, closedTo(lister));
      const place = placeOf(evidence, path);
      if (place !== undefined && !place.sites.some((site) => answers(evidence, site)))
        return unknown(path, 'not asked: no instance that sees it answers');
      const why = place?.observed.kind === 'unknown' ? `: ${place.observed.reason}` : '';
      return error(path, `the path map of the settings does not hold it${why}`, {
        on: SETTINGS,
        command: `pathMap: [{sqlServer: ${JSON.stringify(path)}, local: FOLDER-OF-THIS-COMPUTER}]`,
      });
    });

/** The mirroring shares are SQL Server's own: the daemon opens nothing there. */
const ofFolders = (
  evidence: DoctorEvidence,
  judge: (folder: FolderAnswer & { readonly local: string }) => Verdict,
): readonly Verdict[] =>
  evidence.host.folders
    .filter(({ role }) => role !== 'mirroringShare')
    .map((folder) => {
      const { local, path } = folder;
      if (local !== null) return judge({ ...folder, local });
      const lister = listerOf(evidence, path);
      return lister === undefined
        ? unknown(path, 'not asked: it is not in the path map')
        : ok(path, closedTo(lister));
    });

const isUnc = (path: string): boolean => path.startsWith('\\\\');

/** A folder that the settings map is this computer's matter: SQL Server stands in only for those that they leave out. */
export const folderReachable = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofFolders(evidence, ({ path, local, role, listed }) => {
    if (listed === null) return unknown(path, 'not asked');
    if (listed.kind === 'value') return ok(path, `${local} can be listed`);
    const bridge =
      role === 'share' && evidence.headerTry.answer?.kind === 'value'
        ? '; SQL Server reads it, and would stand in if the path map left it out'
        : '';
    return error(path, `${listed.reason}${bridge}`, {
      on: HERE,
      command: isUnc(path)
        ? `mount -t cifs ${quoted(path.replaceAll('\\', '/'))} ${quoted(local)}`
        : `mount -t cifs '//HOST/SHARE-OF-${path.replace(/[:\\]+/g, '-')}' ${quoted(local)}`,
    });
  });

/** The share is only read; the daemon writes copies and moves tails. */
export const folderWritable = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofFolders(evidence, ({ path, local, role, listed, writable }) => {
    if (listed?.kind !== 'value') return unknown(path, 'not asked: it cannot be listed');
    if (writable === null) return unknown(path, 'the file system does not say');
    if (writable) return ok(path, `${local} can be written by this account`);
    const what = `${local} cannot be written by this account`;
    const mend = { on: HERE, command: `setfacl -m "u:$USER:rwx" ${quoted(local)}` };
    return role === 'share' ? warning(path, what, mend) : error(path, what, mend);
  });

const GIB = 1024 ** 3;
const inGib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** As much again as lies there now, and never less than 1 GiB. */
export const freeSpace = (evidence: DoctorEvidence): readonly Verdict[] =>
  ofFolders(evidence, ({ path, local, listed, freeBytes }) => {
    if (listed?.kind !== 'value' || freeBytes === null)
      return unknown(path, 'not asked: it cannot be listed');
    const wanted = Math.max(GIB, listed.value.bytes);
    const what = `${inGib(freeBytes)} are free, ${inGib(wanted)} are wanted`;
    if (freeBytes >= wanted) return ok(path, what);
    const mend = { on: HERE, command: `du -ah ${quoted(local)} | sort -h | tail` };
    return freeBytes >= wanted / 4 ? warning(path, what, mend) : error(path, what, mend);
  });
