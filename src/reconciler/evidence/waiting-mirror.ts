/**
 * The mirror of a pair whose principal nobody sees: its own session is DISCONNECTED, and SQL Server does not make it principal by
 * itself. Says what stands there; whether the principal may be given up is a person's word (docs/adr/0029). Pure.
 */
import type { MirroringFacts, PoolFacts } from '../../topology/pool-facts.ts';
import type { DesiredPool, InstanceName, Site } from '../../topology/pool-topology.ts';
import { partnerView } from './partner-views.ts';

export interface WaitingMirror {
  readonly mirror: InstanceName;
  readonly principal: InstanceName;
  readonly session: MirroringFacts;
}

export function waitingMirror(pool: DesiredPool, facts: PoolFacts, site: Site): WaitingMirror | undefined {
  const { primary, mirror } = pool.topology.sites[site].chat;
  const pair = [primary, mirror].filter((name) => name !== undefined);
  const principal = pair.find((name) => facts.instances[name]?.kind !== 'value');
  const view = principal === undefined ? undefined : partnerView(pool, facts, site, principal);
  if (principal === undefined || view === undefined) return undefined;
  const { session, state, partner } = view;
  const waits = session.role === 'MIRROR' && session.state === 'DISCONNECTED' && state === 'RESTORING';
  return waits ? { mirror: partner, principal, session } : undefined;
}
