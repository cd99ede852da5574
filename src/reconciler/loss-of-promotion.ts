/**
 * What is given up when a mirror is made principal by force: what the lost principal committed after the mirror last held all of it
 * (sql-server reference 6.3). Pure.
 */
import type { LedgerLine } from '../topology/loss-ledger.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../topology/pool-topology.ts';
import { waitingMirror, type WaitingMirror } from './evidence/waiting-mirror.ts';
import { minutesBetween } from './lost-files.ts';
import { shippedLogs } from './reduce-waiting-mirror.ts';

/** ms since 1970 by the principal's clock: everything that was committed before is in the mirror. null: nothing tells. */
function heldUntilMs(pool: DesiredPool, facts: PoolFacts, waiting: WaitingMirror): number | null {
  const { mirror, principal, session } = waiting;
  const { failoverLsn } = session;
  const inside = shippedLogs(facts).filter(
    ({ lastLsn, startedAt }) =>
      startedAt !== null && failoverLsn !== null && compareLsn(lsn(lastLsn), lsn(failoverLsn)) <= 0,
  );
  const observed = facts.instances[mirror];
  const copy = observed?.kind === 'value' ? observed.value.databases[pool.topology.chatDatabase] : undefined;
  const restored = copy?.lastRestore === 'unknown' ? undefined : copy?.lastRestore?.backupStartedAt;
  const instants = [facts.lastSeen?.synchronized?.[principal], inside[0]?.startedAt, restored].flatMap(
    (at) => (at == null ? [] : [Date.parse(at)]),
  );
  return instants.length === 0 ? null : Math.max(...instants);
}

/** The principal's last sign of life, by its own clock where it is remembered. */
function lastLifeMs(facts: PoolFacts, principal: string): number {
  const clock = facts.lastSeen?.clocks[principal];
  if (clock !== undefined) return Date.parse(clock);
  const observed = facts.instances[principal];
  return Date.parse(facts.observedAt) - (observed?.kind === 'unknown' ? observed.silentForMs : 0);
}

/** undefined: no mirror waits. */
export function lossOfPromotion(pool: DesiredPool, facts: PoolFacts, site: Site): LedgerLine | undefined {
  const waiting = waitingMirror(pool, facts, site);
  if (waiting === undefined) return undefined;
  const { mirror, principal, session } = waiting;
  const fromMs = heldUntilMs(pool, facts, waiting);
  const toMs = Math.max(lastLifeMs(facts, principal), fromMs ?? 0);
  const { failoverLsn } = session;
  return {
    kind: 'at-risk',
    file: null,
    fromLsn: failoverLsn === null ? null : lsn(failoverLsn),
    toLsn: null,
    from: fromMs === null ? null : new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    minutes: fromMs === null ? null : minutesBetween(fromMs, toMs),
    note: `committed on ${principal} after ${mirror} last held all of it; comes back only by hand, with the disks of ${principal}, before mirroring is resumed`,
  };
}
