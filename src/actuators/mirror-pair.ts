/** The chat pair of one site by statements, whatever a cut has left of it: join, seed where needed, and the witness. */
import { valueOf } from '../topology/known.ts';
import type { Site } from '../topology/pool-topology.ts';
import { quietLogBackups } from './job-actions.ts';
import { preparePair } from './mirror-by-cmdlet.ts';
import { addWitness, completeJoin, mirrorByStatements } from './mirror-by-statements.ts';
import { openInstance, recheckCopy } from './instance-session.ts';
import { servingInstance } from './serving-instance.ts';
import type { ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

async function completeWitness(
  ports: ActuatorPorts,
  context: StepContext,
  site: Site,
  database: string,
): Promise<StepNotes> {
  const { topology } = context.pool;
  const { witness } = topology.sites[site].chat;
  if (witness === undefined) return {};
  const serving = servingInstance(context.facts, topology, site);
  await using principal = await openInstance(ports, context, serving);
  const now = await recheckCopy(principal, database);
  if (now.role !== 'PRINCIPAL' || (now.witness !== null && now.witness !== '')) return {};
  if (valueOf(context.facts.instances[witness]) === 'unknown') return { witness: 'does not answer' };
  await addWitness(ports, context, principal, witness, database);
  return { witness };
}

export async function mirrorPair(
  ports: ActuatorPorts,
  context: StepContext,
  site: Site,
  database: string,
): Promise<StepNotes> {
  const store = context.pool.topology.sites[site].chat;
  const joined = await completeJoin(ports, context, store, database);
  const pair = joined ? undefined : await preparePair(ports, context, store, database);
  if (pair !== undefined) {
    await quietLogBackups(ports, context, site);
    await mirrorByStatements(ports, context, pair, database);
  }
  const witness = await completeWitness(ports, context, site, database);
  return {
    database,
    mirrored: joined ? 'joined' : pair === undefined ? 'already' : 'now',
    by: 'statements',
    ...pair,
    ...witness,
  };
}
