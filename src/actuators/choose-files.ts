/** Which log backups are worth copying: those that the copy can use, on top of what the copy folder already holds. Pure. */
import { chainLogBackups, type LogChain, type RollForwardPosition } from '../topology/log-chain.ts';
import { lsn } from '../topology/lsn.ts';
import { withoutTakenNames, withoutSpentNames } from '../topology/reused-names.ts';
import type { BackupFile, DatabaseFacts, FolderFacts, PoolFacts } from '../topology/pool-facts.ts';
import { valueOf } from '../topology/known.ts';
import type { PoolTopology } from '../topology/pool-topology.ts';
import { seenInstance, servingInstance } from './serving-instance.ts';

/** Where the copy's roll-forward stands by the facts; undefined when they do not say. */
export function observedPosition(copy: DatabaseFacts | undefined): RollForwardPosition | undefined {
  if (copy === undefined || (copy.state !== 'RESTORING' && copy.state !== 'STANDBY')) return undefined;
  const { familyGuid, positionLsn, lastRestore } = copy;
  const restoredFork = lastRestore === 'unknown' ? null : (lastRestore?.forkGuid ?? null);
  const forkGuid = copy.forkGuid === 'unknown' ? null : (copy.forkGuid ?? restoredFork);
  if (familyGuid === 'unknown' || familyGuid === null || forkGuid === null) return undefined;
  if (positionLsn === 'unknown' || positionLsn === null) return undefined;
  return { familyGuid, lsn: lsn(positionLsn), forkGuid };
}

const sameFile = (a: BackupFile, b: BackupFile): boolean =>
  a.name.toLowerCase() === b.name.toLowerCase() && a.sizeBytes === b.sizeBytes;

const unopenedIn = ({ files }: LogChain): readonly string[] =>
  files.flatMap(({ name, verdict }) => (verdict.kind === 'unopened' ? [name] : []));

/**
 * Missing in the copy folder and useful for the chain, in LSN order. A file of the same name and another size counts as
 * missing: it is a cut copy of somebody else, unless both are whole and the copied one is still to be applied. What nobody could open on the share is copied too: the copy tells what it is. Without a
 * known position every readable log backup is useful.
 */
export function missingLogBackups(
  share: FolderFacts,
  copyFolder: FolderFacts,
  start: RollForwardPosition | undefined,
): readonly BackupFile[] {
  const copied =
    start === undefined ? copyFolder.files : withoutSpentNames(copyFolder.files, share.files, start);
  const missing = withoutTakenNames(share.files, copied).filter(
    (file) => file.name.toLowerCase().endsWith('.trn') && !copied.some((there) => sameFile(file, there)),
  );
  const useful = start === undefined ? undefined : chainLogBackups([...copied, ...missing], start);
  const order =
    useful === undefined ? missing.map((file) => file.name) : [...useful.applicable, ...unopenedIn(useful)];
  return order.flatMap((name) => missing.find((file) => file.name === name) ?? []);
}

export interface FilesToCopy {
  readonly files: readonly BackupFile[];
  /** `.wrk` of our own interrupted copies (`<name>.trn.wrk`); LSCopy writes `<name>.wrk`. */
  readonly leftovers: readonly string[];
}

export function filesToCopy(facts: PoolFacts, topology: PoolTopology): FilesToCopy | undefined {
  const share = valueOf(facts.share);
  const copyFolder = valueOf(facts.copyFolder);
  if (share === 'unknown' || copyFolder === 'unknown') return undefined;
  const instance = servingInstance(facts, topology, 'backup');
  const copy = seenInstance(facts, instance)?.databases[topology.chatDatabase];
  return {
    files: missingLogBackups(share, copyFolder, observedPosition(copy)),
    leftovers: copyFolder.unfinished.filter((name) => name.toLowerCase().endsWith('.trn.wrk')),
  };
}
