/** After a restart: what the last daemon began and did not finish is looked at, never repeated blindly. */
import type { Journal } from '../ports/journal.ts';
import { ACTION_IDS, type ActionId, type StepId, type StepTarget } from '../reconciler/step-id.ts';
import type { Known } from '../topology/known.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { openIntents } from './journal-records.ts';

const TARGETS: readonly StepTarget[] = ['home', 'backup', 'pool'];
const isAction = (text: string): text is ActionId => (ACTION_IDS as readonly string[]).includes(text);

/** Gives each open intent of the pool its outcome by what the world shows now; the plan is made from the same facts. */
export async function closeOpenIntents(
  journal: Journal,
  pool: DesiredPool,
  done: (step: StepId) => Known<boolean>,
  outsideMs: number,
): Promise<void> {
  for (const intent of openIntents(journal.records(), pool.topology.name)) {
    const target = TARGETS.find((candidate) => candidate === intent.target);
    if (!isAction(intent.action) || target === undefined)
      throw new PoolError(
        'PCO_JOURNAL_UNREADABLE',
        `record ${intent.seq}: the step ${intent.action} is not known`,
      );
    const seen = done({ action: intent.action, target });
    const { round, generation, action, attempt } = intent;
    await journal.append({
      kind: 'outcome',
      pool: pool.topology.name,
      round,
      generation,
      action,
      target,
      attempt,
      result: seen === true ? 'done' : 'unknown',
      code: seen === true ? null : 'PCO_OUTCOME_UNKNOWN',
      reason: `the daemon ended during this step; seen afterwards: ${seen === true ? 'done' : seen === false ? 'not done' : 'unknown'}`,
      durationMs: 0,
      externalMs: 0,
      outsideMs,
      notes: { afterRestart: true },
    });
  }
}
