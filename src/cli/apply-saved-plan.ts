/** pchat apply PLAN: a saved plan becomes an approval of exactly this plan, by the daemon or with the lease and one look of its own. */
import { standingDecisions, toDecision } from '../daemon/decisions.ts';
import { planSeen, readSavedPlan, requireUnmoved } from '../daemon/saved-plan.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import { decidePool } from '../reconciler/decide-pool.ts';
import type { DecisionRequest } from '../reconciler/pool-status.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { SavedPlan } from '../topology/saved-plan.ts';
import { expiryOf, namedPerson, personOf, type PersonOptions } from './by-person.ts';
import { print, readText } from './command-options.ts';
import { reachedBy, type SignedRecord } from './daemon-client.ts';

type Approval = DecisionRequest & { readonly decision: 'approve'; readonly plan: SavedPlan };

export async function applySavedPlan(file: string, options: PersonOptions): Promise<void> {
  const plan = readSavedPlan(await readText(file), file);
  const expiresAt = await expiryOf(options);
  const by = personOf(options);
  const request = { pool: plan.pool, decision: 'approve', reason: options.reason, expiresAt, plan } as const;
  const { daemon, settings } = await reachedBy(options);
  const record = await (daemon === undefined
    ? approveAlone(settings, { ...request, by: namedPerson(options) })
    : daemon.decide({ ...request, by }));
  const who = daemon === undefined ? 'the next pchat run follows it' : 'the daemon follows it';
  const steps = `${String(plan.steps.length)} step${plan.steps.length === 1 ? '' : 's'}`;
  print(
    options,
    record,
    () => `${plan.pool}: the plan ${file} (${steps}) is approved by ${record.by}; ${who}`,
  );
}

async function approveAlone(settings: Settings, request: Approval): Promise<SignedRecord> {
  const { lookOnce } = await import('./look-once.ts');
  const { withoutDaemon } = await import('./without-daemon.ts');
  return withoutDaemon(settings, async ({ journal, pools }) => {
    const pool = pools.find((candidate) => candidate.pool === request.pool)?.desired;
    if (pool === undefined)
      throw new PoolError('PCO_PLAN_INVALID', `the desired state declares no pool ${request.pool}`);
    const [look] = await lookOnce(settings, [pool]);
    if (look === undefined) throw new PoolError('PCO_INTERNAL', 'a look without facts');
    const decisions = standingDecisions(journal.records(), request.pool);
    const decided = decidePool(pool, look.facts, decisions, look.nowMs);
    requireUnmoved(request.plan, planSeen(pool, look.facts, decided));
    const decision = toDecision(request, { generation: pool.generation, ...decided });
    return { ...(await journal.append({ kind: 'decision', ...decision })), by: decision.by };
  });
}
