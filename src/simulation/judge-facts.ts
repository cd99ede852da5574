/** Single facts of an estate that the judge of a run asks for. Pure; of the true state, not of what anybody sees. */
import type { JournalRecord } from '../ports/journal.ts';
import { decodeBackup, type BackupSetHeader } from '../simulator/backup-file.ts';
import type { EstateFiles } from '../simulator/estate-contract.ts';
import { servingCopy, type MessageWhereabouts } from '../simulator/estate/checker.ts';
import type { EstateSite } from '../simulator/estate/estate-options.ts';
import type { EstateState } from '../simulator/estate/estate-state.ts';
import { folderReach } from '../simulator/estate/links.ts';
import type { Chunks } from '../simulator/instance/chunks.ts';
import type { Message } from '../simulator/instance/content.ts';
import { compareLsns, forkAt } from '../simulator/instance/log-position.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';

type Copy = NonNullable<EstateState['instances'][string]['databases'][string]>;

export const copyOf = (state: EstateState, instance: string): Copy | undefined =>
  state.instances[instance]?.databases[state.options.chatDatabase.toLowerCase()];

export const copyAt = (state: EstateState, instance: string): Chunks<Message> | undefined =>
  copyOf(state, instance)?.content.messages;

/** Primary and mirror. */
export function storesAt(state: EstateState, site: EstateSite): readonly string[] {
  const { primary, mirror } = state.options.sites[site];
  return [primary.name, ...(mirror === undefined ? [] : [mirror.name])];
}

export const servedBy = (state: EstateState, site: EstateSite): string | undefined =>
  servingCopy(state, site);

export const chatSessionsOn = (state: EstateState, instance: string): readonly string[] =>
  Object.values(state.chat.servers).flatMap(({ fqdn, session }) =>
    session?.instance === instance ? [fqdn] : [],
  );

/** By the rules of RESTORE LOG (sql-server reference 5.2): on the copy's line, without a gap, and beyond where it stands. */
function applies(copy: Copy, { firstLsn, lastLsn, firstForkGuid, forkPointLsn }: BackupSetHeader): boolean {
  const { position } = copy;
  if (
    position === null ||
    firstForkGuid !==
      forkAt(
        copy.forks.map((entry) => ({ ...entry })),
        position,
      )
  )
    return false;
  const passedTheFork = forkPointLsn !== null && compareLsns(position, forkPointLsn) > 0;
  return !passedTheFork && compareLsns(firstLsn, position) <= 0 && compareLsns(lastLsn, position) > 0;
}

/** A log backup that the copy could take next, in a folder that the daemon or the instance reaches; files younger than `beforeMs` do not count. */
export function applicableFile(
  state: EstateState,
  folders: EstateFiles,
  copy: Copy,
  beforeMs: number,
): string | undefined {
  const { share, copyFolder } = state.options;
  for (const folder of [copyFolder, share]) {
    const reached = (['daemon', 'backup'] as const).some(
      (viewer) => folderReach(state, viewer, folder) === undefined,
    );
    if (!reached) continue;
    const entries = folders.list(folder);
    if ('osError' in entries) continue;
    for (const { name, modifiedAtMs } of entries) {
      if (modifiedAtMs > beforeMs || !name.toLowerCase().endsWith('.trn')) continue;
      const bytes = folders.read(`${folder.replace(/\\+$/, '')}\\${name}`);
      const decoded = bytes instanceof Uint8Array ? decodeBackup(bytes) : undefined;
      const sets = decoded?.kind === 'sets' ? decoded.sets : [];
      if (sets.some(({ header, damaged }) => header.type === 'log' && !damaged && applies(copy, header)))
        return name;
    }
  }
  return undefined;
}

/** What people were told that they lose, or where they find it. */
export interface NamedLoss {
  /** Since when content is at risk, ms since 1970 by a clock of home. */
  readonly sinceMs: number;
  /** Backup files that cannot be applied; names, in lower case. */
  readonly files: ReadonlySet<string>;
  /** Where files were moved aside to; paths, in lower case. */
  readonly moved: ReadonlySet<string>;
}

/** By the ledger that was written last before this record, and by the effects that were announced before it. */
export function namedLoss(lines: readonly string[], beforeSeq: number): NamedLoss {
  const records = lines.slice(0, beforeSeq).map((line) => JSON.parse(line) as JournalRecord);
  const plan = records.findLast((record) => record.kind === 'plan');
  const ledger = plan === undefined ? undefined : (plan.ledger as LossLedger);
  const named = ledger?.lines ?? [];
  const starts = named.flatMap(({ kind, from }) => {
    if (from !== null) return kind === 'at-risk' || kind === 'unreachable-file' ? [Date.parse(from)] : [];
    return kind === 'at-risk' ? [-Infinity] : [];
  });
  const files = named.flatMap(({ kind, file }) =>
    (kind === 'unreachable-file' || kind === 'saved') && file !== null ? [file.toLowerCase()] : [],
  );
  const moved = records.flatMap((record) => {
    const to = record.kind === 'effect' ? /^move .* to (.*)$/.exec(record.what)?.[1] : undefined;
    return to === undefined ? [] : [to.toLowerCase()];
  });
  return { sinceMs: Math.min(...starts, Infinity), files: new Set(files), moved: new Set(moved) };
}

/** The message was told of: it is not older than what is at risk, or a named file holds it. */
export function isNamed(
  { sinceMs, files, moved }: NamedLoss,
  { message, files: paths }: MessageWhereabouts,
  clockOffsetMs: number,
): boolean {
  if (message.acknowledgedAtMs + clockOffsetMs >= sinceMs) return true;
  return paths
    .map((path) => path.toLowerCase())
    .some((path) => moved.has(path) || files.has(path.slice(path.lastIndexOf('\\') + 1)));
}
