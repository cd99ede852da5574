/** One site's copy in planner words: state, write ability, mirroring, sessions. Which copy is current: compare-copies.ts. */
import { verdictWords, type Evidence } from '../topology/evidence.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import type { DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../topology/pool-topology.ts';
import { damagedTailOf } from '../topology/tail-name.ts';
import { finding, unknownFinding, type Finding, type Findings } from './finding.ts';
import { isDown } from './judge-evidence.ts';
import { halvesOf } from './reduce-halves.ts';
import { mirrorOf, principalOf, witnessOf } from './reduce-mirroring.ts';
import { objectsOf } from './reduce-objects.ts';
import { copyOf, type SeenCopy, type SiteCopy } from './site-copy.ts';

/**
 * Can a RESTORING copy be rolled forward or recovered? An interrupted restore leaves RESTORING too: without a position, below
 * its redo target, or without any restore or tail behind it. Source: sql-server reference 5.2.
 */
function restoringValue(copy: SiteCopy, database: DatabaseFacts): Finding {
  const { source } = copy;
  if (copy.facts.running.some((work) => work.command.toUpperCase().startsWith('RESTORE DATABASE'))) {
    return unknownFinding('a RESTORE DATABASE is running on this instance', source);
  }
  // The files stay as they are: it can neither be recovered nor rolled forward.
  const damaged = damagedTailOf(copy.facts, database);
  if (damaged !== undefined)
    return finding(
      'cut',
      `closed by the tail of its damaged files, which ends at ${damaged.lastLsn}`,
      source,
    );
  const { positionLsn, forkGuid, redoTargetLsn, lastRestore, familyGuid } = database;
  // What is known to be missing decides first: a cut restore leaves no history either, and so no lineage.
  if (positionLsn === null || forkGuid === null)
    return finding('cut', 'RESTORING without a position', source);
  if (
    positionLsn !== 'unknown' &&
    redoTargetLsn !== null &&
    redoTargetLsn !== 'unknown' &&
    compareLsn(lsn(positionLsn), lsn(redoTargetLsn)) < 0
  ) {
    return finding('cut', 'RESTORING below its redo target: a restore was interrupted', source);
  }
  const tail = copy.facts.backups.some((set) => set.tail && set.lastLsn === positionLsn);
  if (positionLsn !== 'unknown' && lastRestore === null && !tail) {
    return finding('cut', 'RESTORING with neither a finished restore nor a tail behind it', source);
  }
  const unread = [positionLsn, forkGuid, lastRestore, familyGuid].includes('unknown');
  if (positionLsn === 'unknown' || unread) {
    return unknownFinding('RESTORING, but its position, fork or restore history could not be read', source);
  }
  return finding('restoring', `${database.state} at ${positionLsn}`, source);
}

export function mgcOf(seen: SeenCopy): Finding {
  if (seen.kind === 'unseen') return unknownFinding(seen.reason, seen.source);
  const { database, source } = seen.copy;
  if (database === undefined) return finding('absent', 'the instance has no such database', source);
  switch (database.state) {
    case 'ABSENT':
      return finding('absent', 'the instance has no such database', source);
    case 'ONLINE':
      if (database.access === 'unknown')
        return unknownFinding('ONLINE, user access could not be read', source);
      return finding(
        database.access === 'MULTI_USER' ? 'online' : 'restricted',
        `ONLINE, ${database.access}`,
        source,
      );
    case 'STANDBY':
    case 'RESTORING':
      return restoringValue(seen.copy, database);
    case 'RECOVERING':
      return finding('recovering', 'RECOVERING', source);
    case 'OFFLINE':
      return finding('offline', 'OFFLINE', source);
    default:
      return finding('broken', database.state, source);
  }
}

function cannotWriteOf(pool: DesiredPool, seen: SeenCopy, evidence: Evidence): Finding {
  if (seen.kind === 'unseen') {
    return isDown(pool, evidence)
      ? finding('yes', `the site is down by evidence (${evidence.level ?? ''})`, seen.source)
      : unknownFinding(`${seen.reason}; verdict ${verdictWords(evidence)}: ${evidence.changes}`, seen.source);
  }
  const state = seen.copy.database?.state ?? 'ABSENT';
  const safe = ['ABSENT', 'RESTORING', 'STANDBY', 'OFFLINE'].includes(state);
  return finding(safe ? 'yes' : 'no', state, seen.copy.source);
}

const shortName = (host: string): string => host.toLowerCase().split('.')[0] ?? '';

function sessionsOf(pool: DesiredPool, seen: SeenCopy): Finding {
  if (seen.kind === 'unseen') return unknownFinding(seen.reason, seen.source);
  const { database, source } = seen.copy;
  if (database?.state !== 'ONLINE')
    return finding('none', `${database?.state ?? 'ABSENT'}: nobody can be connected`, source);
  if (database.sessions === 'unknown') return unknownFinding('sessions could not be read', source);
  const { home, backup } = pool.topology.sites;
  const servers = new Set([...home.servers, ...backup.servers].map(shortName));
  const chat = database.sessions.filter(
    (session) => session.host === null || servers.has(shortName(session.host)),
  );
  return finding(chat.length === 0 ? 'none' : 'some', `${String(chat.length)} chat sessions`, source);
}

function partnerOf(pool: DesiredPool, facts: PoolFacts, site: Site): Finding {
  const { primary, mirror } = pool.topology.sites[site].chat;
  for (const name of [primary, mirror]) {
    const observed = name === undefined ? undefined : facts.instances[name];
    if (name !== undefined && observed?.kind !== 'value') {
      return unknownFinding(`${name}: ${observed?.reason ?? 'not observed'}`, name);
    }
  }
  return finding('yes', 'every instance of the pair answers', primary);
}

export function reduceCopy(
  pool: DesiredPool,
  facts: PoolFacts,
  site: Site,
  evidence: Evidence,
): { readonly seen: SeenCopy; readonly findings: Findings } {
  const seen = copyOf(pool.topology, facts, site);
  const reach =
    seen.kind === 'seen'
      ? finding('yes', 'answers', seen.copy.source)
      : unknownFinding(seen.reason, seen.source);
  return {
    seen,
    findings: {
      [`${site}.reach`]: reach,
      [`${site}.mgc`]: mgcOf(seen),
      [`${site}.cannotWrite`]: cannotWriteOf(pool, seen, evidence),
      [`${site}.mirror`]: mirrorOf(pool, facts, seen, site),
      [`${site}.principal`]: principalOf(pool, facts, seen, site),
      [`${site}.witness`]: witnessOf(pool, facts, seen, site),
      [`${site}.halves`]: halvesOf(pool, facts, site, seen),
      [`${site}.partner`]: partnerOf(pool, facts, site),
      [`${site}.objects`]: objectsOf(pool, seen),
      [`${site}.sessions`]: sessionsOf(pool, seen),
    },
  };
}
