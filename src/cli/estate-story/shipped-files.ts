/** Where the log backups of the estate are at one instant: on the share, copied, restored, lost. Reads the estate, not the daemon. Pure. */
import type { EstateAccount } from '../../simulator/estate/checker.ts';
import type { EstateState } from '../../simulator/estate/estate-state.ts';
import type { EstateFileEntry, EstateFiles } from '../../simulator/estate-contract.ts';
import { toArray } from '../../simulator/instance/chunks.ts';

/** What of an estate is looked at; on the wire or in memory. */
export interface EstateView {
  readonly state: () => EstateState;
  readonly files: EstateFiles;
}

export interface ShippedFiles {
  readonly onShare: readonly string[];
  /** On the share and not in the copy folder. */
  readonly uncopied: readonly string[];
  /** In the copy folder and not restored. */
  readonly unapplied: readonly string[];
  /** Acknowledged to a client after the newest log backup: in no file. */
  readonly messagesInNoFile: number;
}

/** As the files are, whoever can reach them. The names carry the instant of their backup, so that they sort by it. */
function logBackups(files: EstateFiles, folder: string): readonly EstateFileEntry[] {
  const listing = files.list(folder);
  if ('osError' in listing) return [];
  return listing
    .filter(({ name }) => name.toLowerCase().endsWith('.trn'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

export function shippedFiles({ state, files }: EstateView): ShippedFiles {
  const { options, hosts, chat } = state();
  const onShare = logBackups(files, options.share);
  const names = onShare.map(({ name }) => name);
  const copied = logBackups(files, options.copyFolder).map(({ name }) => name);
  const backup = hosts[options.sites.backup.primary.name];
  const restored = lastName(backup?.msdb.secondaryDatabases[0]?.last_restored_file ?? '');
  const newestMs = Math.max(0, ...onShare.map(({ modifiedAtMs }) => modifiedAtMs));
  return {
    onShare: names,
    uncopied: names.filter((name) => !copied.includes(name)),
    unapplied: copied.filter((name) => name > restored),
    messagesInNoFile: toArray(chat.acknowledged).filter((message) => message.acknowledgedAtMs > newestMs)
      .length,
  };
}

/** Log backups that hold messages which the serving copy lacks. */
export function lostLogBackups({ lost }: Pick<EstateAccount, 'lost'>): readonly string[] {
  const names = lost.flatMap(({ files }) => files).map(lastName);
  return [...new Set(names.filter((name) => name.toLowerCase().endsWith('.trn')))].sort();
}

/** Of every instance, ms ahead of true UTC. */
export const clockOffsets = ({ instances }: EstateState): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.values(instances).map(({ name, clockOffsetMs }) => [name, clockOffsetMs]));
