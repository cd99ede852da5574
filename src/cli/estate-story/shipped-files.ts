/** Where the log backups of the estate are at one instant: on the share, copied, restored. Reads the estate, not the daemon. */
import { readdirSync } from 'node:fs';
import type { WireEstate } from '../../simulator/wire/wire-estate.ts';

export interface ShippedFiles {
  readonly onShare: readonly string[];
  /** On the share and not in the copy folder. */
  readonly uncopied: readonly string[];
  /** In the copy folder and not restored. */
  readonly unapplied: readonly string[];
}

/** The names carry the instant of their backup, so that they sort by it. */
function logBackups(directory: string | undefined): readonly string[] {
  if (directory === undefined) return [];
  return readdirSync(directory)
    .filter((name) => name.toLowerCase().endsWith('.trn'))
    .sort();
}

export function shippedFiles(estate: WireEstate): ShippedFiles {
  const { options, hosts } = estate.state();
  const onShare = logBackups(estate.folders.get(options.share));
  const copied = logBackups(estate.folders.get(options.copyFolder));
  const backup = hosts[options.sites.backup.primary.name];
  const restoredPath = backup?.msdb.secondaryDatabases[0]?.last_restored_file ?? '';
  const restored = restoredPath.slice(restoredPath.lastIndexOf('\\') + 1);
  return {
    onShare,
    uncopied: onShare.filter((name) => !copied.includes(name)),
    unapplied: copied.filter((name) => name > restored),
  };
}
