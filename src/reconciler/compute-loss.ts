/** The loss ledger: what the present course keeps, salvages and gives up, in LSNs, files and minutes. States facts, no leave. */
import type { LedgerLine, LossLedger } from '../topology/loss-ledger.ts';
import { lsn, type Lsn } from '../topology/lsn.ts';
import { NOT_OPENED, type ChainedFile } from '../topology/log-chain.ts';
import { SITES, type DesiredPool } from '../topology/pool-topology.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { LeadingFull } from '../topology/leading-full.ts';
import { backlogLines, backlogsOf } from './compliance-backlog.ts';
import type { CopyViews } from './copy-view.ts';
import { orphanedBackups } from './orphaned-backups.ts';
import { otherBranchBackups } from './other-branch-backups.ts';
import { lastLifeMs } from './last-life.ts';
import { filesOfLastListing, guessedFiles, minutesBetween, type LostFiles } from './lost-files.ts';
import type { ShippedFiles } from './files-to-ship.ts';
import { lossOfClosedHome, type Reached as Reach } from './loss-of-closed-home.ts';
import { lossOfPromotion } from './loss-of-promotion.ts';
import type { Vector } from './variables.ts';

const NO_FILES: LostFiles = { lines: [], endMs: null };
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
    case 'unopened':
      return `cannot be applied: ${NOT_OPENED}`;
    default:
      return undefined;
  }
}

/** What is restored already, by the clock of its writer: a log backup holds for certain what was committed before it began. */
function restoredEnd(views: CopyViews, full: LeadingFull | undefined): Reach {
  if (full !== undefined) {
    const { lastLsn, startedAt } = full.header;
    return { lsn: lsn(lastLsn), atMs: startedAt === null ? null : Date.parse(startedAt) };
  }
  const restored =
    views.backup.seen.kind === 'seen' ? views.backup.seen.copy.database?.lastRestore : undefined;
  if (restored == null || restored === 'unknown') return { lsn: null, atMs: null };
  return { lsn: lsn(restored.lastLsn), atMs: Date.parse(restored.backupStartedAt) };
}

/** What each file adds begins where the one before it ends. */
function fileLines(views: CopyViews, files: ShippedFiles, full: LeadingFull | undefined): LedgerLine[] {
  let startMs = restoredEnd(views, full).atMs;
  return files.everything.files.flatMap((file) => {
    if (file.verdict.kind === 'unopened' && files.onlyOnShare.includes(file.name))
      return [fileLine('salvageable', file, 'to be copied, and then to be read')];
    const note = noteOf(file);
    if (note !== undefined) return [fileLine('unreachable-file', file, note)];
    if (file.verdict.kind !== 'apply') return [];
    const where = files.onlyOnShare.includes(file.name) ? 'to be copied and applied' : 'to be applied';
    const line = fileLine('salvageable', file, where);
    const fromMs = startMs;
    startMs = line.to === null ? null : Date.parse(line.to);
    if (fromMs === null || startMs === null) return [line];
    return [{ ...line, from: iso(fromMs), minutes: minutesBetween(fromMs, startMs) }];
  });
}

/** It comes first, and what follows goes on from it. */
const fullLine = (full: LeadingFull | undefined): readonly LedgerLine[] =>
  full === undefined
    ? []
    : [
        fileLine(
          'salvageable',
          { ...full, verdict: { kind: 'not-a-log' } },
          'to be restored first, over the unusable copy',
        ),
      ];

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

/** No local clock is further ahead of UTC, ms. */
const FURTHEST_EAST_MS = 14 * 60 * 60_000;

/** Of what is restored already, an instant that is not later than the true one, whatever the zone of its server was. */
function restoredNotLater(views: CopyViews, full: LeadingFull | undefined): number | null {
  const { atMs } = restoredEnd(views, full);
  if (full !== undefined) return atMs;
  const copy = views.backup.seen.kind === 'seen' ? views.backup.seen.copy : undefined;
  const restored = copy?.database?.lastRestore;
  if (atMs === null || copy === undefined || restored == null || restored === 'unknown') return null;
  // Without the zone, the instant was told as if it were that of the restoring server.
  const ownZoneMs = copy.facts.timeZoneMinutes * 60_000;
  return restored.backupTimeZoneMinutes === null ? atMs + ownZoneMs - FURTHEST_EAST_MS : atMs;
}

/**
 * Where the backup copy ends up with every usable file, and when the backup into the last one began. Where nothing tells that, an
 * earlier instant stands in: more is named at risk than is, never less.
 */
function reachOf(views: CopyViews, files: ShippedFiles | undefined, full: LeadingFull | undefined): Reach {
  const usable = (files?.everything.files ?? []).flatMap(({ verdict, header }) =>
    verdict.kind === 'apply' && header !== undefined ? [header] : [],
  );
  const last = usable.at(-1);
  if (last === undefined) return restoredEnd(views, full);
  const startedAt = usable.findLast((header) => header.startedAt !== null)?.startedAt ?? null;
  const atMs = startedAt === null ? restoredNotLater(views, full) : Date.parse(startedAt);
  return { lsn: lsn(last.lastLsn), atMs };
}

const TAIL_NOTE =
  'written at home after its last log backup that is known; comes back only if home comes back with its disks';

/** What is in no file: from the end of the newest one until home was heard last. */
function tailLine(fromLsn: Lsn | null, fromMs: number | null, untilMs: number): LedgerLine {
  return {
    kind: 'at-risk',
    file: null,
    fromLsn,
    toLsn: null,
    from: fromMs === null ? null : iso(fromMs),
    to: iso(untilMs),
    minutes: fromMs === null ? null : minutesBetween(fromMs, untilMs),
    note: TAIL_NOTE,
  };
}

function filesGone(
  pool: DesiredPool,
  facts: PoolFacts,
  reach: Reach,
  files: ShippedFiles | undefined,
  untilMs: number,
): LostFiles {
  const listed = facts.lastSeen?.share != null;
  if (files !== undefined && listed)
    return filesOfLastListing(pool, facts, files.everything.reaches, reach.atMs);
  return guessedFiles(pool, reach.atMs === null ? null : minutesBetween(reach.atMs, untilMs));
}

/** With what waits in mgccomp, which no course of ours brings along. */
export function computeLoss(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  vector: Vector,
  files: ShippedFiles | undefined,
  full?: LeadingFull,
): LossLedger {
  const ledger = chatLoss(pool, facts, views, vector, files, full);
  const backlogs = backlogsOf(pool, facts);
  if (backlogs.length === 0) return ledger;
  const lines = [...ledger.lines, ...backlogLines(pool, backlogs)];
  return {
    ...ledger,
    lines,
    backlog: Object.fromEntries(backlogs.map(({ site, waiting }) => [site, waiting])),
  };
}

function chatLoss(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  vector: Vector,
  files: ShippedFiles | undefined,
  full?: LeadingFull,
): LossLedger {
  const lines: LedgerLine[] = [
    ...fullLine(full),
    ...(files === undefined ? [] : fileLines(views, files, full)),
    ...savedLines(facts),
    ...otherBranchBackups(facts, views, vector),
  ];
  // Nothing more is lost by them, so they count in no figure.
  const orphans = orphanedBackups(pool, facts);
  const promoted = SITES.find((site) => vector[`${site}.mgc`] === 'promotable');
  const given = promoted === undefined ? undefined : lossOfPromotion(pool, facts, promoted);
  if (given !== undefined)
    return { lines: [...lines, given, ...orphans], lossMinutes: given.minutes, lostFiles: 0 };
  const homeUnseen = views.home.seen.kind === 'unseen';
  const served = ['online', 'restricted'].includes(vector['backup.mgc']);
  const reach = reachOf(views, files, full);
  const closed = served ? undefined : lossOfClosedHome(pool, facts, views, vector, reach);
  if (closed !== undefined) {
    const lostFiles = lines.filter((line) => line.kind === 'unreachable-file').length;
    return { lines: [...lines, closed, ...orphans], lossMinutes: closed.minutes, lostFiles };
  }
  if (!homeUnseen) return { lines: [...lines, ...orphans], lossMinutes: 0, lostFiles: 0 };
  const untilMs = lastLifeMs(pool, facts, views, reach.atMs);
  const share: LostFiles =
    vector.share === 'gone' && !served ? filesGone(pool, facts, reach, files, untilMs) : NO_FILES;
  const blocked = lines.filter((line) => line.kind === 'unreachable-file').length;
  const lastLsn = share.lines.findLast((line) => line.toLsn !== null)?.toLsn ?? reach.lsn;
  lines.push(...share.lines, tailLine(lastLsn, share.endMs ?? reach.atMs, untilMs), ...orphans);
  const lossMinutes = reach.atMs === null ? null : minutesBetween(reach.atMs, untilMs);
  // Once the backup copy serves, the loss has happened; the line stays until home is seen again.
  return {
    lines,
    lossMinutes: served ? 0 : lossMinutes,
    lostFiles: share.lines.length + (served ? 0 : blocked),
  };
}
