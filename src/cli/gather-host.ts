/** What doctor wants to know of this computer: files and variables that the settings name, folders, journal. Reads and stats only. */
import { constants, existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { assertSafeDriver } from '../connections/driver-settings.ts';
import { PathMap } from '../connections/path-map.ts';
import { notificationSecrets, type Settings } from '../desired-state/parse-settings.ts';
import type { SecretReference } from '../desired-state/settings-parts.ts';
import type { FolderAnswer, HostEvidence, JournalAnswer, ReferenceAnswer } from '../doctor/evidence.ts';
import type { BackupFiles } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import { toPoolError } from '../topology/pool-error.ts';
import { instancesOf, SITES, type PoolTopology } from '../topology/pool-topology.ts';

export interface HostPorts {
  readonly files: BackupFiles;
  readonly clock: Clock;
}

export async function gatherHost(
  settings: Settings,
  topology: PoolTopology,
  { files, clock }: HostPorts,
  { refused, signal }: { readonly refused: readonly string[]; readonly signal: AbortSignal },
): Promise<HostEvidence> {
  using limit = clock.deadline(settings.deadlines.folder, signal);
  const [journal, references, folders] = await Promise.all([
    journalAnswer(settings.journal.directory),
    Promise.all(referencesOf(settings, topology).map(referenceAnswer)),
    Promise.all(foldersOf(topology).map((folder) => folderAnswer(settings, files, folder, limit.signal))),
  ]);
  return {
    node: process.versions.node,
    driverProblem: driverProblem(),
    refused,
    references,
    journal,
    folders,
    shellChannel: channelOf(settings),
    instanceDeadlineMs: settings.deadlines.instance,
  };
}

function driverProblem(): string | null {
  try {
    assertSafeDriver();
    return null;
  } catch (error) {
    return toPoolError(error).message;
  }
}

function channelOf({ shell }: Settings): HostEvidence['shellChannel'] {
  if (shell === undefined) return 'none';
  return (['local', 'ssh', 'remoting'] as const).find((kind) => shell[kind] !== undefined) ?? 'command';
}

interface Reference {
  readonly party: string;
  readonly reference: SecretReference;
}

/** What all instances share is said once, of the daemon. */
function referencesOf(settings: Settings, topology: PoolTopology): readonly Reference[] {
  const shell = settings.shell?.ssh;
  const found: readonly Reference[] = [
    ...instancesOf(topology).flatMap(({ instance }) => {
      const { password, caFile } = settings.instance(instance);
      const files = caFile === undefined ? [] : [{ file: caFile }];
      return [...(password === undefined ? [] : [password]), ...files].map((reference) => ({
        party: instance,
        reference,
      }));
    }),
    ...(shell === undefined ? [] : [shell.keyFile, shell.knownHostsFile]).map((file) => ({
      party: 'management shell',
      reference: { file },
    })),
  ];
  const byName = Map.groupBy(
    [
      ...found,
      ...forgeReferences(settings),
      ...receiverReferences(settings),
      ...collectorReferences(settings),
    ],
    ({ reference }) => JSON.stringify(reference),
  );
  return [...byName.values()].flatMap((uses) => {
    const [first] = uses;
    if (first === undefined) return [];
    return [uses.length === 1 ? first : { ...first, party: 'daemon' }];
  });
}

function forgeReferences({ desiredState }: Settings): readonly Reference[] {
  if (desiredState.kind !== 'git') return [];
  const { webhook, status } = desiredState;
  return [webhook?.secret, status?.token].flatMap((reference) =>
    reference === undefined ? [] : [{ party: 'forge', reference }],
  );
}

const collectorReferences = ({ tracing }: Settings): readonly Reference[] =>
  tracing?.token === undefined ? [] : [{ party: 'collector of traces', reference: tracing.token }];

const receiverReferences = ({ notifications }: Settings): readonly Reference[] =>
  notifications.flatMap((one) => [
    ...notificationSecrets(one).map((reference) => ({ party: `${one.kind} receiver`, reference })),
    ...(one.kind === 'smtp' && one.caFile !== undefined
      ? [{ party: 'smtp receiver', reference: { file: one.caFile } }]
      : []),
  ]);

async function referenceAnswer({ party, reference }: Reference): Promise<ReferenceAnswer> {
  if ('env' in reference) {
    const there = (process.env[reference.env] ?? '') !== '';
    const what = `environment variable ${reference.env}`;
    return { party, what, problem: there ? null : 'it is not set' };
  }
  const what = `file ${reference.file}`;
  try {
    const text = await fs.readFile(reference.file, 'utf8');
    return { party, what, problem: text.split(/\r?\n/)[0] === '' ? 'its first line is empty' : null };
  } catch (error) {
    return { party, what, problem: error instanceof Error ? error.message : String(error) };
  }
}

const may = async (place: string, mode: number): Promise<boolean> => {
  try {
    await fs.access(place, mode);
    return true;
  } catch {
    // Whatever keeps it from us: the answer is no.
    return false;
  }
};

/** statfs(2) of Linux: magic numbers of file systems whose locks hold no lease. Elsewhere the numbers mean nothing (unverified). */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
]);

/** The folder, or the nearest one above it that is there. */
const nearest = (place: string): string =>
  existsSync(place) || path.dirname(place) === place ? place : nearest(path.dirname(place));

async function journalAnswer(directory: string): Promise<JournalAnswer> {
  const exists = existsSync(directory);
  const place = nearest(directory);
  const [{ mode }, { type }, writable] = await Promise.all([
    fs.stat(place),
    fs.statfs(place),
    may(place, constants.W_OK | constants.X_OK),
  ]);
  return {
    directory,
    exists,
    writable,
    mode: process.platform === 'win32' ? null : mode & 0o777,
    network: process.platform === 'linux' ? (NETWORK_TYPES.get(type) ?? null) : null,
  };
}

type Folder = Pick<FolderAnswer, 'path' | 'role'>;

function foldersOf({ logShipping, sites }: PoolTopology): readonly Folder[] {
  return [
    { path: logShipping.share, role: 'share' },
    { path: logShipping.copyFolder, role: 'copyFolder' },
    ...SITES.map((site) => ({ path: sites[site].quarantineFolder, role: 'quarantine' as const })),
  ];
}

async function folderAnswer(
  settings: Settings,
  files: BackupFiles,
  folder: Folder,
  signal: AbortSignal,
): Promise<FolderAnswer> {
  const local = localOf(settings, folder.path);
  if (local === null) return { ...folder, local, listed: null, writable: null, freeBytes: null };
  const listed = await listing(files, folder.path, signal);
  // A mount that does not answer would hold a thread: what cannot be listed is not asked further.
  if (listed.kind === 'failed') return { ...folder, local, listed, writable: null, freeBytes: null };
  const [writable, free] = await Promise.all([may(local, constants.W_OK), freeBytes(local)]);
  return { ...folder, local, listed, writable, freeBytes: free };
}

function localOf({ pathMap }: Settings, folder: string): string | null {
  try {
    return new PathMap(Object.fromEntries(pathMap.map(({ sqlServer, local }) => [sqlServer, local]))).local(
      folder,
    );
  } catch {
    // PCO_PATH_UNMAPPED: that is the answer.
    return null;
  }
}

async function listing(
  files: BackupFiles,
  folder: string,
  signal: AbortSignal,
): Promise<NonNullable<FolderAnswer['listed']>> {
  try {
    const entries = await files.list(folder, signal);
    return {
      kind: 'value',
      value: { bytes: entries.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0) },
    };
  } catch (error) {
    const { code, message } = toPoolError(error);
    return { kind: 'failed', code, reason: message };
  }
}

/** What an unprivileged account may still write; null: the file system does not say. */
async function freeBytes(local: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await fs.statfs(local);
    return bavail * bsize;
  } catch {
    // Listed a moment ago and not asked any more: not known.
    return null;
  }
}
