/** Status of a pool as the loop would show it: before its first round, or after a round that saw the given facts. */
import { forecastOf } from '../../src/daemon/forecast.ts';
import type { Decision } from '../../src/ports/journal.ts';
import { judgeConditions } from '../../src/reconciler/conditions.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { declaredShape } from '../../src/reconciler/declared-shape.ts';
import { variablesUsed } from '../../src/reconciler/plan-basis.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from './desired-pool.ts';
import { NOW_MS } from './facts.ts';

export const unobserved = (pool: DesiredPool = desiredPool()): PoolStatus => ({
  pool: pool.topology.name,
  state: 'observing',
  mode: pool.policy.mode,
  primarySite: pool.primarySite,
  datacenters: {
    home: pool.topology.sites.home.datacenter,
    backup: pool.topology.sites.backup.datacenter,
  },
  declared: declaredShape(pool.topology),
  generation: pool.generation,
  observedGeneration: null,
  origin: pool.origin,
  revision: pool.revision,
  breakGlass: pool.breakGlass ?? null,
  round: null,
  observedAt: null,
  facts: null,
  drift: [],
  plan: null,
  ledger: null,
  evidence: null,
  variables: {},
  uses: [],
  conditions: [],
  gate: null,
  running: [],
  forecast: null,
  lastError: null,
  decisions: [],
});

export function observed(
  facts: PoolFacts,
  pool: DesiredPool = desiredPool(),
  decisions: readonly Decision[] = [],
): PoolStatus {
  const decision = decidePool(pool, facts, decisions, NOW_MS);
  const { gate, plan, ledger, drift, reduction } = decision;
  const now = new Date(NOW_MS).toISOString();
  return {
    ...unobserved(pool),
    state: plan.kind === 'converged' ? 'converged' : 'blocked',
    observedGeneration: pool.generation,
    round: 'e1-r1',
    observedAt: facts.observedAt,
    facts,
    drift,
    plan,
    ledger,
    evidence: reduction.evidence,
    variables: reduction.because,
    uses: variablesUsed(pool, reduction.vector),
    conditions: judgeConditions({ decision, failures: [], previous: [], now, breakGlass: pool.breakGlass }),
    gate: {
      kind: gate.kind,
      code: gate.kind === 'proceed' ? null : gate.code,
      reason: gate.kind === 'proceed' ? null : gate.reason,
      nextAction: gate.kind === 'proceed' ? null : gate.nextAction,
    },
    forecast: forecastOf({ pool, facts, decision, decisions, nowMs: NOW_MS, records: [] }),
    decisions: decisions.map((one) => ({ ...one, at: now })),
  };
}
