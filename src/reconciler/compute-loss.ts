/** The loss ledger: what the present course keeps, salvages and gives up, in LSNs, files and minutes. States facts, no leave. */
import type { LedgerLine, LossLedger } from '../topology/loss-ledger.ts';
import { lsn, type Lsn } from '../topology/lsn.ts';
import type { ChainedFile } from '../topology/log-chain.ts';
import { instancesOf, SITES, type DesiredPool } from '../topology/pool-topology.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { CopyViews } from './compare-copies.ts';
import type { ShippedFiles } from './reduce-shipping.ts';
import type { Vector } from './variables.ts';

const MINUTE_MS = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

function fileLine(kind: LedgerLine['kind'], file: ChainedFile, note: string): LedgerLine {
  const { header } = file;
  return {
    kind,
    file: file.name,
    fromLsn: header === undefined ? null : lsn(header.firstLsn),
    toLsn: header === undefined ? null : lsn(header.lastLsn),
    from: null,
    to: header?.finishedAt ?? null,
    minutes: null,
    note,
  };
}

function noteOf(file: ChainedFile): string | undefined {
  switch (file.verdict.kind) {
    case 'gap':
      return `cannot be applied: the log from ${file.verdict.missingFrom} to ${file.verdict.missingTo} is missing`;
    case 'other-fork':
      return 'cannot be applied: it is on another branch of the log';
    case 'unreadable':
      return `cannot be applied: ${file.verdict.problem}`;
    default:
      return undefined;
  }
}

function fileLines(files: ShippedFiles): LedgerLine[] {
  return files.everything.files.flatMap((file) => {
    const note = noteOf(file);
    if (note !== undefined) return [fileLine('unreachable-file', file, note)];
    const where = files.onlyOnShare.includes(file.name) ? 'to be copied and applied' : 'to be applied';
    return file.verdict.kind === 'apply' ? [fileLine('salvageable', file, where)] : [];
  });
}

function savedLines(facts: PoolFacts): LedgerLine[] {
  return SITES.flatMap((site) => {
    const folder = facts.quarantine[site];
    if (folder.kind !== 'value') return [];
    return folder.value.files.map((file): LedgerLine => {
      const header = file.header === 'unknown' ? undefined : file.header;
      return fileLine(
        'saved',
        { name: file.name, header, verdict: { kind: 'not-a-log' } },
        `kept in ${folder.value.path}`,
      );
    });
  });
}

interface Reach {
  readonly lsn: Lsn | null;
  /** ms since 1970 of the newest content that backup has or can get; null: not known. */
  readonly atMs: number | null;
}

/** Where the backup copy ends up with every usable file, and when that file was written. */
function reachOf(views: CopyViews, files: ShippedFiles | undefined): Reach {
  const last = files?.everything.files.findLast((file) => file.verdict.kind === 'apply');
  if (last?.header !== undefined)
    return { lsn: lsn(last.header.lastLsn), atMs: Date.parse(last.header.finishedAt) };
  const restored =
    views.backup.seen.kind === 'seen' ? views.backup.seen.copy.database?.lastRestore : undefined;
  if (restored == null || restored === 'unknown') return { lsn: null, atMs: null };
  return { lsn: lsn(restored.lastLsn), atMs: Date.parse(restored.backupFinishedAt) };
}

/** When home fell silent, in the clock of the backup site; the shortest silence of its instances counts. */
function silentSinceMs(pool: DesiredPool, facts: PoolFacts, views: CopyViews): number {
  const silences = instancesOf(pool.topology)
    .filter(({ site, part }) => site === 'home' && part !== 'witness')
    .map(({ instance }) => facts.instances[instance])
    .map((observed) => (observed?.kind === 'unknown' ? observed.silentForMs : 0));
  const offset = views.backup.seen.kind === 'seen' ? views.backup.seen.copy.facts.clockOffsetMs : 0;
  return Date.parse(facts.observedAt) + offset - Math.min(...silences);
}

function tailLine(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  files: ShippedFiles | undefined,
): LedgerLine {
  const reach = reachOf(views, files);
  const until = silentSinceMs(pool, facts, views);
  const minutes = reach.atMs === null ? null : Math.max(0, (until - reach.atMs) / MINUTE_MS);
  return {
    kind: 'at-risk',
    file: null,
    fromLsn: reach.lsn,
    toLsn: null,
    from: reach.atMs === null ? null : iso(reach.atMs),
    to: iso(until),
    minutes,
    note: 'written at home after the last log backup in reach; comes back only if home comes back with its disks',
  };
}

/** Files that home must have written since, from its own interval; there is no listing when the share is gone. */
function unseenFiles(pool: DesiredPool, minutes: number | null): LedgerLine[] {
  const count = Math.floor((minutes ?? 0) / pool.topology.logShipping.backupEveryMinutes);
  return Array.from({ length: count }, (_, index) => ({
    kind: 'unreachable-file',
    file: null,
    fromLsn: null,
    toLsn: null,
    from: null,
    to: null,
    minutes: null,
    note: `log backup ${String(index + 1)} of about ${String(count)} on the share that went with home`,
  }));
}

export function computeLoss(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  vector: Vector,
  files: ShippedFiles | undefined,
): LossLedger {
  const lines: LedgerLine[] = [...(files === undefined ? [] : fileLines(files)), ...savedLines(facts)];
  const homeUnseen = views.home.seen.kind === 'unseen';
  const served = ['online', 'restricted'].includes(vector['backup.mgc']);
  if (!homeUnseen) {
    return { lines, lossMinutes: 0, lostFiles: 0 };
  }
  const tail = tailLine(pool, facts, views, files);
  const gone = vector.share === 'gone' && !served ? unseenFiles(pool, tail.minutes) : [];
  const blocked = lines.filter((line) => line.kind === 'unreachable-file').length;
  lines.push(...gone, tail);
  // Once the backup copy serves, the loss has happened; the line stays until home is seen again.
  return { lines, lossMinutes: served ? 0 : tail.minutes, lostFiles: gone.length + (served ? 0 : blocked) };
}
