/** mirror-home: the home pair again, mgc and mgccomp. By statements while a secondary exists, else by the cmdlet. */
import { valueOf } from '../topology/known.ts';
import { enableLogBackups, quietLogBackups } from './job-actions.ts';
import { mirrorByCmdlet, preparePair } from './mirror-by-cmdlet.ts';
import { addWitness, completeJoin, mirrorByStatements } from './mirror-by-statements.ts';
import { openInstance, recheckCopy } from './instance-session.ts';
import { seenInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

/** Either half of the configuration counts: the other site may be silent. */
function isShipped(context: StepContext): boolean {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const home = seenInstance(context.facts, servingInstance(context.facts, topology, 'home'));
  const backup = seenInstance(context.facts, servingInstance(context.facts, topology, 'backup'));
  const secondaries = home?.shippingPrimary[database]?.secondaries ?? [];
  return secondaries.length > 0 || backup?.shippingSecondary[database] != null;
}

async function completeWitness(
  ports: ActuatorPorts,
  context: StepContext,
  database: string,
): Promise<StepNotes> {
  const { topology } = context.pool;
  const { witness } = topology.sites.home.chat;
  if (witness === undefined) return {};
  const serving = servingInstance(context.facts, topology, 'home');
  await using principal = await openInstance(ports, context, serving);
  const now = await recheckCopy(principal, database);
  if (now.role !== 'PRINCIPAL' || (now.witness !== null && now.witness !== '')) return {};
  if (valueOf(context.facts.instances[witness]) === 'unknown') return { witness: 'does not answer' };
  await addWitness(ports, context, principal, witness, database);
  return { witness };
}

async function mirrorPair(ports: ActuatorPorts, context: StepContext, database: string): Promise<StepNotes> {
  const store = context.pool.topology.sites.home.chat;
  const joined = await completeJoin(ports, context, store, database);
  const pair = joined ? undefined : await preparePair(ports, context, store, database);
  if (pair !== undefined) {
    await quietLogBackups(ports, context, 'home');
    await mirrorByStatements(ports, context, pair, database);
  }
  const witness = await completeWitness(ports, context, database);
  return {
    database,
    mirrored: joined ? 'joined' : pair === undefined ? 'already' : 'now',
    by: 'statements',
    ...pair,
    ...witness,
  };
}

/** LSBackup is switched on again at the end whatever happened, or shipping would stop with the mirror's failure. */
async function mirrorShipped(
  ports: ActuatorPorts,
  context: StepContext,
  database: string,
): Promise<StepNotes> {
  let notes: StepNotes;
  try {
    notes = await mirrorPair(ports, context, database);
  } catch (error) {
    // What made the mirroring fail is reported; a job that stays disabled is drift that the next rounds repair.
    await enableLogBackups(ports, context, 'home').catch(() => undefined);
    throw error;
  }
  await enableLogBackups(ports, context, 'home');
  return notes;
}

export const mirrorHome: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const { chat, compliance } = topology.sites.home;
  const database = topology.chatDatabase;
  const notes: StepNotes[] = [
    isShipped(context)
      ? await mirrorShipped(ports, context, database)
      : await mirrorByCmdlet(ports, context, chat, database, 'PersistentChat'),
  ];
  if (compliance !== undefined) {
    const name = topology.complianceDatabase;
    notes.push(await mirrorByCmdlet(ports, context, compliance, name, 'PersistentChatCompliance'));
  }
  return { databases: notes };
};
