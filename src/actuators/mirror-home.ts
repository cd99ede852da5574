/** mirror-home: the home pair again, mgc and mgccomp. By statements while a secondary exists, else by the cmdlet. */
import { enableLogBackups } from './job-actions.ts';
import { mirrorByCmdlet } from './mirror-by-cmdlet.ts';
import { mirrorPair } from './mirror-pair.ts';
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

/** LSBackup is switched on again at the end whatever happened, or shipping would stop with the mirror's failure. */
async function mirrorShipped(
  ports: ActuatorPorts,
  context: StepContext,
  database: string,
): Promise<StepNotes> {
  let notes: StepNotes;
  try {
    notes = await mirrorPair(ports, context, 'home', database);
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
