/** A pool's machine, journal and running steps as the one status that API, commands and metrics show. Pure. */
import type { SnapshotFrom } from 'xstate';
import { declaredShape } from '../reconciler/declared-shape.ts';
import { variablesUsed } from '../reconciler/plan-basis.ts';
import { inSentences } from '../reconciler/reduce-pool.ts';
import type { PoolStatus, RunningStepView } from '../reconciler/pool-status.ts';
import type { reconcileMachine } from '../reconciler/reconcile-machine.ts';
import type { Condition } from '../topology/condition.ts';
import type { Forecast } from '../topology/forecast.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';

export type RunningStep = RunningStepView;

export interface StatusInput {
  readonly pool: DesiredPool;
  readonly snapshot: SnapshotFrom<typeof reconcileMachine>;
  readonly conditions: readonly Condition[];
  readonly running: readonly RunningStep[];
  readonly forecast: Forecast | null;
  readonly decisions: PoolStatus['decisions'];
  readonly epoch: number;
}

export function poolStatus({
  pool,
  snapshot,
  conditions,
  running,
  forecast,
  decisions,
  epoch,
}: StatusInput): PoolStatus {
  const { context } = snapshot;
  const { decision, observation } = context;
  const { sites } = pool.topology;
  const last = context.failures.at(-1);
  const gate = decision?.gate;
  return {
    pool: pool.topology.name,
    state: snapshot.value,
    mode: pool.policy.mode,
    primarySite: pool.primarySite,
    datacenters: { home: sites.home.datacenter, backup: sites.backup.datacenter },
    declared: declaredShape(pool.topology),
    generation: pool.generation,
    observedGeneration: context.decidedFor ?? null,
    origin: pool.origin,
    revision: pool.revision,
    breakGlass: pool.breakGlass ?? null,
    round: context.round === 0 ? null : `e${String(epoch)}-r${String(context.round)}`,
    observedAt: observation?.facts.observedAt ?? null,
    facts: observation?.facts ?? null,
    drift: decision?.drift ?? [],
    plan: decision?.plan ?? null,
    ledger: decision?.ledger ?? null,
    evidence: decision?.reduction.evidence ?? null,
    variables: decision === undefined ? {} : inSentences(decision.reduction),
    uses: decision === undefined ? [] : variablesUsed(pool, decision.reduction.vector),
    conditions,
    gate:
      gate === undefined
        ? null
        : {
            kind: gate.kind,
            code: gate.kind === 'proceed' ? null : gate.code,
            reason: gate.kind === 'proceed' ? null : gate.reason,
            nextAction: gate.kind === 'proceed' ? null : gate.nextAction,
          },
    running,
    forecast,
    lastError: last === undefined ? null : { code: last.code, message: last.message, step: last.step },
    decisions,
  };
}
