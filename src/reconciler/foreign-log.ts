/** Log backups of another database under the name of the chat database. Pure. */
import type { ChainedFile } from '../topology/log-chain.ts';
import type { DatabaseFacts } from '../topology/pool-facts.ts';
import type { ShippedFiles } from './files-to-ship.ts';

/** One without an instant counts as new. */
const finishedMs = ({ header }: ChainedFile): number =>
  header?.finishedAt == null ? Number.POSITIVE_INFINITY : Date.parse(header.finishedAt);

const newestOf = (files: readonly ChainedFile[]): ChainedFile | undefined =>
  files.toSorted((a, b) => finishedMs(a) - finishedMs(b)).at(-1);

const isForeign = ({ verdict }: ChainedFile): boolean => verdict.kind === 'other-database';

/**
 * The newest log backup of the chat database, where it is of another lineage than the backup copy and newer than what that copy
 * restored last: home served another database than the one that is copied.
 */
export function foreignLogBackup(
  chatDatabase: string,
  { lastRestore }: DatabaseFacts,
  files: ShippedFiles | undefined,
): ChainedFile | undefined {
  const logs = (files?.everything.files ?? []).filter(
    ({ header }) =>
      header?.type === 'log' && header.databaseName.toLowerCase() === chatDatabase.toLowerCase(),
  );
  const foreign = newestOf(logs.filter(isForeign));
  if (foreign === undefined) return undefined;
  const own = newestOf(logs.filter((file) => !isForeign(file)));
  const restoredMs =
    lastRestore == null || lastRestore === 'unknown' ? undefined : Date.parse(lastRestore.backupFinishedAt);
  const known = Math.max(own === undefined ? 0 : finishedMs(own), restoredMs ?? 0);
  return finishedMs(foreign) > known ? foreign : undefined;
}
