/**
 * The one combination that proves that a copy nobody sees cannot serve: its partner is the principal by quorum, and the witness
 * says so itself. Whoever of the two is left then has neither vote (docs/adr/0024). Proves nothing about the pair, which serves,
 * and holds only as long as the session stands: ending it takes the proof away. Pure.
 */
import { computerOf } from '../../topology/computer-name.ts';
import type { PoolFacts } from '../../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../../topology/pool-topology.ts';
import { partnerView, witnessView } from './partner-views.ts';

/**
 * ms after which an instance that lost partner and witness has noticed: the default of mirroring_connection_timeout (reference 1.2,
 * 4.3), twice, because both of its links must be given up.
 */
export const QUORUM_LOST_MS = 20_000;

/** The sentence of the proof; undefined: there is none. */
export function quorumLost(
  pool: DesiredPool,
  facts: PoolFacts,
  site: Site,
  instance: string,
): string | undefined {
  const partner = partnerView(pool, facts, site, instance);
  const witness = witnessView(pool, facts, site);
  if (partner === undefined || witness === undefined) return undefined;
  const { session, state } = partner;
  const serves = state === 'ONLINE' && session.role === 'PRINCIPAL' && session.safety === 'FULL';
  const withoutIt = session.state === 'DISCONNECTED' && session.witnessState === 'CONNECTED';
  if (!serves || !withoutIt) return undefined;
  const sameWitness =
    session.witnessAddress !== null && computerOf(session.witnessAddress) === computerOf(witness.witness);
  const agrees =
    computerOf(witness.principal) === computerOf(partner.partner) &&
    computerOf(witness.mirror) === computerOf(instance) &&
    witness.roleSequence === session.roleSequence;
  // One computer cannot be both sides of a majority.
  const three = new Set([instance, partner.partner, witness.witness].map(computerOf)).size === 3;
  if (!sameWitness || !agrees || !three) return undefined;
  return `${partner.partner} is the principal by quorum with ${witness.witness}, both at role sequence ${String(session.roleSequence)}, and has lost ${instance}: alone it has no quorum`;
}
