/** Backups of a chat database that no copy goes back to any more: what they hold may be nowhere else. Pure; names, deletes nothing. */
import type { LedgerLine } from '../topology/loss-ledger.ts';
import { lsn } from '../topology/lsn.ts';
import type { BackupFile, DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import { SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';

const isMirror = ({ mirroring }: DatabaseFacts): boolean =>
  mirroring !== null && mirroring !== 'unknown' && mirroring.role === 'MIRROR';

/** Copies of the site that are seen and tell a lineage of their own; undefined: a mirror is seen whose principal is not. */
function copiesAt(
  { topology }: DesiredPool,
  facts: PoolFacts,
  site: Site,
): readonly DatabaseFacts[] | undefined {
  const { primary, mirror } = topology.sites[site].chat;
  const seen = [primary, mirror].flatMap((name) => {
    const observed = name === undefined ? undefined : facts.instances[name];
    return observed?.kind === 'value' ? (observed.value.databases[topology.chatDatabase] ?? []) : [];
  });
  const own = seen.filter((copy) => !isMirror(copy));
  return own.length === 0 && seen.length > 0 ? undefined : own;
}

/** Of every copy in sight; undefined: none is, or one is not known. */
function lineagesOf(pool: DesiredPool, facts: PoolFacts): ReadonlySet<string> | undefined {
  const lineages = new Set<string>();
  for (const site of SITES) {
    const copies = copiesAt(pool, facts, site);
    if (copies === undefined) return undefined;
    for (const { familyGuid } of copies) {
      if (familyGuid === null || familyGuid === 'unknown') return undefined;
      lineages.add(familyGuid);
    }
  }
  return lineages.size === 0 ? undefined : lineages;
}

function lineOf({ name, header }: BackupFile, where: string): LedgerLine | undefined {
  if (header === 'unknown') return undefined;
  return {
    kind: 'unreachable-file',
    file: name,
    fromLsn: lsn(header.firstLsn),
    toLsn: lsn(header.lastLsn),
    from: null,
    to: header.finishedAt,
    minutes: null,
    note: `cannot be applied: it is of another lineage than every copy in sight, and what it holds may be nowhere else; keep it (${where})`,
  };
}

/** One line a file, wherever it lies; quarantine folders are told as saved. */
export function orphanedBackups(pool: DesiredPool, facts: PoolFacts): readonly LedgerLine[] {
  const lineages = lineagesOf(pool, facts);
  if (lineages === undefined) return [];
  const chat = pool.topology.chatDatabase.toLowerCase();
  const named = new Map<string, LedgerLine>();
  for (const folder of [facts.share, facts.copyFolder]) {
    if (folder.kind !== 'value') continue;
    for (const file of folder.value.files) {
      const { header } = file;
      if (header === 'unknown' || header.databaseName.toLowerCase() !== chat) continue;
      if (lineages.has(header.familyGuid)) continue;
      const line = lineOf(file, folder.value.path);
      const key = file.name.toLowerCase();
      if (line !== undefined && !named.has(key)) named.set(key, line);
    }
  }
  return [...named.values()];
}
