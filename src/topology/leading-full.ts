/**
 * Which full backup on the share brings a copy that must be restored anew furthest, with the log backups in reach. Pure; used by the
 * reduction, the runbook and the step itself. By lineage, fork and LSN (sql-server reference 5.2); time only tells that another branch
 * of the log was written later, and then nothing is chosen.
 */
import { chainLogBackups, isUnread, NOT_OPENED, type LogChain } from './log-chain.ts';
import { compareLsn, lsn } from './lsn.ts';
import type { BackupFile, BackupHeader } from './pool-facts.ts';

export interface LeadingFull {
  readonly name: string;
  readonly header: BackupHeader;
  /** Share and copy folder together, from the end of the full backup on. */
  readonly chain: LogChain;
}

export type FullChoice =
  | ({ readonly kind: 'leads' } & LeadingFull)
  | { readonly kind: 'none'; readonly because: string }
  | { readonly kind: 'unclear'; readonly because: string };

interface ReadFile {
  readonly name: string;
  readonly header: BackupHeader;
}

const readable = (database: string, files: readonly BackupFile[]): readonly ReadFile[] =>
  files.flatMap(({ name, header }) =>
    header !== 'unknown' &&
    !header.damaged &&
    ['full', 'log'].includes(header.type) &&
    header.databaseName.toLowerCase() === database.toLowerCase()
      ? [{ name, header }]
      : [],
  );

function from(full: ReadFile, files: readonly BackupFile[]): LeadingFull {
  const { familyGuid, lastLsn, lastForkGuid } = full.header;
  return {
    ...full,
    chain: chainLogBackups(files, { familyGuid, lsn: lsn(lastLsn), forkGuid: lastForkGuid }),
  };
}

/** Where two reach equally far, the newer one: fewer log backups are to be restored. */
const furthest = (a: LeadingFull, b: LeadingFull): LeadingFull => {
  const order =
    compareLsn(a.chain.reaches.lsn, b.chain.reaches.lsn) ||
    compareLsn(lsn(a.header.lastLsn), lsn(b.header.lastLsn));
  return order < 0 ? b : a;
};

/** Without an instant a file counts as later. */
const isLater = (file: BackupHeader, than: BackupHeader): boolean =>
  file.finishedAt === null ||
  than.finishedAt === null ||
  Date.parse(file.finishedAt) > Date.parse(than.finishedAt);

/** A file of a branch that the chosen one does not run along, and that is not older than its end. */
function laterBranch({ header, chain }: LeadingFull, files: readonly ReadFile[]): string | undefined {
  const along = chain.files.flatMap((file) =>
    file.verdict.kind === 'apply' && file.header !== undefined ? [file.header] : [],
  );
  const path = new Set([header, ...along].flatMap((one) => [one.firstForkGuid, one.lastForkGuid]));
  const end = along.at(-1) ?? header;
  return files.find((file) => !path.has(file.header.lastForkGuid) && isLater(file.header, end))?.name;
}

/**
 * @param share full backups are restored from here, log backups from both folders
 * @param lineage of the copy that would be overwritten, as far as it is known
 */
export function leadingFull(
  database: string,
  share: readonly BackupFile[],
  copied: readonly BackupFile[],
  lineage?: string,
): FullChoice {
  const names = new Set(copied.map(({ name }) => name.toLowerCase()));
  const files = [...copied, ...share.filter(({ name }) => !names.has(name.toLowerCase()))];
  const hidden = files.find((file) => isUnread(file) || file.headerProblem === NOT_OPENED);
  if (hidden !== undefined)
    return { kind: 'unclear', because: `the header of ${hidden.name} is not read yet` };
  const read = readable(database, files);
  const families = new Set(read.map(({ header }) => header.familyGuid));
  if (families.size > 1)
    return { kind: 'unclear', because: `the backups in reach are of ${String(families.size)} databases` };
  const fulls = readable(database, share).filter(({ header }) => header.type === 'full');
  const [first, ...others] = fulls.map((full) => from(full, files));
  if (first === undefined) return { kind: 'none', because: 'no full backup of it is on the share' };
  if (lineage !== undefined && !families.has(lineage))
    return { kind: 'none', because: `${first.name} is of another database than the copy` };
  const best = others.reduce(furthest, first);
  const later = laterBranch(best, read);
  if (later !== undefined)
    return {
      kind: 'unclear',
      because: `${later} is of another branch of the log and not older than ${best.name}`,
    };
  return { kind: 'leads', ...best };
}
