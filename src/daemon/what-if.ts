/** What a fault would bring, from facts that were seen: the fault is supposed, and everything after it is decided as ever. Pure. */
import type { WhatIf, WhatIfQuestion } from '../http/what-if.ts';
import type { Decision, JournalRecord } from '../ports/journal.ts';
import { decidePool, type PoolDecision } from '../reconciler/decide-pool.ts';
import { parseFault, supposeFault } from '../reconciler/suppose-fault.ts';
import type { Forecast } from '../topology/forecast.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { forecastOf } from './forecast.ts';

export interface Scene {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly decisions: readonly Decision[];
  readonly records: readonly JournalRecord[];
}

export interface SupposedWorld {
  readonly decision: PoolDecision;
  readonly forecast: Forecast;
  /** What is taken for granted besides the fault. */
  readonly assumptions: readonly string[];
}

/** Throws PCO_USAGE where the pool has no such part. */
export function supposedWorld(
  { pool, facts: seen, decisions: standing, records }: Scene,
  fault: string,
): SupposedWorld {
  const atMs = Date.parse(seen.observedAt);
  const { facts, decisions, nowMs, assumptions } = supposeFault(
    pool,
    seen,
    parseFault(fault, pool),
    standing,
    atMs,
  );
  const decision = decidePool(pool, facts, decisions, nowMs);
  return {
    decision,
    forecast: forecastOf({ pool, facts, decision, decisions, nowMs, records }),
    assumptions,
  };
}

/** Throws PCO_USAGE where the pool has no such part. */
export function whatIf(scene: Scene, question: WhatIfQuestion): WhatIf {
  const { topology, primarySite } = scene.pool;
  const fault = question.fault ?? `site:${topology.sites[primarySite].datacenter}`;
  const parsed = parseFault(fault, scene.pool);
  const survivor = parsed.kind !== 'site' ? primarySite : parsed.site === 'home' ? 'backup' : 'home';
  const goal = question.goal ?? survivor;
  const pool = { ...scene.pool, primarySite: goal };
  const { decision, forecast, assumptions } = supposedWorld({ ...scene, pool }, fault);
  const { plan, ledger, gate, reduction } = decision;
  const { home, backup } = reduction.evidence;
  const { prediction, copies, salvage, lossNowMinutes } = forecast;
  return {
    pool: topology.name,
    fault,
    goal,
    assumptions,
    plan,
    ledger,
    gate:
      gate.kind === 'proceed'
        ? { kind: gate.kind, code: null, reason: null, nextAction: null }
        : { kind: gate.kind, code: gate.code, reason: gate.reason, nextAction: gate.nextAction },
    evidence: { home: { verdict: home.verdict }, backup: { verdict: backup.verdict } },
    prediction,
    copies,
    salvage,
    lossNowMinutes,
  };
}
