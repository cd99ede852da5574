/**
 * Log backups as signs: home writes them, so a file that was finished within the silence means that home lived then. For how long
 * it speaks: two intervals of the job, after which a living home would have written the next one. Pure.
 */
import { isClosed } from '../../topology/copy-way.ts';
import { computerOf } from '../../topology/computer-name.ts';
import type { Sign } from '../../topology/evidence.ts';
import type { FolderFacts, InstanceFacts, PoolFacts } from '../../topology/pool-facts.ts';
import { instancesOf, type DesiredPool, type Site } from '../../topology/pool-topology.ts';

/** Clocks of a domain stay within this of each other (Kerberos' default tolerance), ms. */
export const CLOCK_TOLERANCE_MS = 300_000;
const MINUTE_MS = 60_000;

function medianOffsetMs(pool: DesiredPool, facts: PoolFacts, site: Site): number {
  const offsets = instancesOf(pool.topology)
    .filter((party) => party.site === site)
    .map(({ instance }) => facts.instances[instance])
    .filter((observed) => observed?.kind === 'value')
    .map((observed) => observed.value.clockOffsetMs)
    .sort((a, b) => a - b);
  return offsets[Math.floor(offsets.length / 2)] ?? 0;
}

const shippingOf = (pool: DesiredPool, instance: InstanceFacts): string | null | undefined =>
  instance.shippingSecondary[pool.topology.chatDatabase]?.lastCopiedAt;

/**
 * The share; what it listed last when it is silent, too; or the copy folder of a share that the daemon does not reach: there the copy
 * job may have run late, by our own step too, so only the files themselves say when they were written.
 */
function listedFiles(pool: DesiredPool, facts: PoolFacts): FolderFacts | undefined {
  if (facts.share.kind === 'value') return facts.share.value;
  const closed = isClosed(facts, pool.topology.logShipping.share);
  if (closed) return facts.copyFolder.kind === 'value' ? facts.copyFolder.value : undefined;
  return facts.lastSeen?.share?.folder;
}

interface HomeFile {
  readonly name: string;
  readonly writer: string;
  /** ms since 1970 by home's clock; null: nothing tells. */
  readonly finishedMs: number | null;
}

function writtenByHome(pool: DesiredPool, { files }: FolderFacts): readonly HomeFile[] {
  const { primary, mirror } = pool.topology.sites.home.chat;
  const writers = [primary, mirror].map((name) => (name === undefined ? undefined : computerOf(name)));
  return files.flatMap(({ name, header, modifiedAt }) => {
    if (header === 'unknown' || header.type !== 'log') return [];
    const writer = computerOf(header.serverName);
    if (!writers.includes(writer)) return [];
    const ends = [header.finishedAt, modifiedAt].flatMap((at) => (at === null ? [] : [Date.parse(at)]));
    return [{ name, writer, finishedMs: ends.length === 0 ? null : Math.min(...ends) }];
  });
}

const instanceOf = (pool: DesiredPool, writer: string): string => {
  const { primary, mirror } = pool.topology.sites.home.chat;
  return [primary, mirror].find((name) => name !== undefined && computerOf(name) === writer) ?? primary;
};

interface Span {
  /** ms since 1970 by home's clock. */
  readonly nowMs: number;
  /** What was finished later is a sign of life. */
  readonly sinceMs: number;
}

/**
 * Instants are home's own; its clock is not known now, so the other site's offset stands in and a tolerance is taken off the
 * silence.
 */
function spanOf(pool: DesiredPool, facts: PoolFacts, silentForMs: number): Span {
  const { backupEveryMinutes } = pool.topology.logShipping;
  const nowMs = Date.parse(facts.observedAt) + medianOffsetMs(pool, facts, 'backup');
  const toleranceMs = Math.min(CLOCK_TOLERANCE_MS, backupEveryMinutes * 20_000);
  const speaksMs = Math.max(pool.policy.silentAfterMs, 2 * backupEveryMinutes * MINUTE_MS);
  return { nowMs, sinceMs: Math.max(nowMs - silentForMs + toleranceMs, nowMs - speaksMs) };
}

function signOfFile(pool: DesiredPool, path: string, file: HomeFile, { nowMs, sinceMs }: Span): Sign[] {
  const { name, writer, finishedMs } = file;
  if (finishedMs === null) return [];
  const alive = finishedMs > sinceMs;
  return [
    {
      source: path,
      about: instanceOf(pool, writer),
      says: alive ? 'alive' : 'neither',
      detail: alive
        ? `${name} was written within the silence`
        : `${name}, by ${writer}, is the newest log backup of home`,
      forMs: Math.max(0, nowMs - finishedMs),
      way: 'files',
    },
  ];
}

/** Log backups that appeared within the silence and whose writer nobody can read: home may be alive. */
function unreadSigns(listed: FolderFacts | undefined, { nowMs, sinceMs }: Span): Sign[] {
  return (listed?.files ?? []).flatMap(({ name, header, modifiedAt }): Sign[] => {
    const appearedMs = modifiedAt === null ? -Infinity : Date.parse(modifiedAt);
    if (header !== 'unknown' || appearedMs <= sinceMs || !/\.trn$/i.test(name)) return [];
    return [
      {
        source: listed?.path ?? name,
        about: name,
        says: 'silent',
        detail: `${name} appeared within the silence, and nobody can read who wrote it`,
        forMs: Math.max(0, nowMs - appearedMs),
        way: 'files',
      },
    ];
  });
}

/**
 * A copy made within the silence proves only that the share answers; it is a sign where the daemon itself cannot read the share,
 * or not when its files were written.
 */
function copyJobSigns(pool: DesiredPool, facts: PoolFacts, { nowMs, sinceMs }: Span): Sign[] {
  return Object.values(facts.instances).flatMap((observed) => {
    const copiedAt = observed.kind === 'value' ? shippingOf(pool, observed.value) : undefined;
    if (copiedAt == null || Date.parse(copiedAt) <= sinceMs) return [];
    return [
      {
        source: `copy job at ${observed.source}`,
        about: 'home',
        says: 'alive',
        detail: 'copied a file within the silence',
        forMs: Math.max(0, nowMs - Date.parse(copiedAt)),
        way: 'copy-job',
      } as const,
    ];
  });
}

/** @param silentForMs ms for which no instance of home has answered */
export function fileSigns(pool: DesiredPool, facts: PoolFacts, silentForMs: number): Sign[] {
  const span = spanOf(pool, facts, silentForMs);
  const listed = listedFiles(pool, facts);
  const files = listed === undefined ? [] : writtenByHome(pool, listed);
  const byAge = [...files].sort((a, b) => (b.finishedMs ?? 0) - (a.finishedMs ?? 0));
  const own = listed === undefined ? [] : byAge.flatMap((file) => signOfFile(pool, listed.path, file, span));
  const speaking = own.filter(({ says }) => says === 'alive');
  const told = [...(speaking.length > 0 ? speaking : own.slice(0, 1)), ...unreadSigns(listed, span)];
  const dated = files.every(({ finishedMs }) => finishedMs !== null);
  if (facts.share.kind === 'value' && dated) return told;
  if (listed !== undefined && dated && isClosed(facts, pool.topology.logShipping.share)) return told;
  return [...told, ...copyJobSigns(pool, facts, span)];
}
