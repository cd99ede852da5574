/** A pool in short form: what a list of many shows of it, each field as the whole pool has it. A tenth of the whole, without facts and ledger. */
import type { PoolStatus } from '../reconciler/pool-status.ts';
import type { Verdict } from '../topology/evidence.ts';
import type { Readiness } from '../topology/forecast.ts';
import type { Site } from '../topology/pool-topology.ts';

const WHOLE = [
  'pool',
  'state',
  'mode',
  'primarySite',
  'datacenters',
  'generation',
  'observedGeneration',
  'round',
  'observedAt',
  'drift',
  'plan',
  'conditions',
  'gate',
  'running',
  'lastError',
] as const satisfies readonly (keyof PoolStatus)[];

export interface PoolRow extends Pick<PoolStatus, (typeof WHOLE)[number]> {
  /** Verdicts only. */
  readonly evidence: Readonly<Record<Site, { readonly verdict: Verdict }>> | null;
  /** `active` only. */
  readonly variables: PoolStatus['variables'];
  readonly forecast: { readonly readiness: Readiness } | null;
}

export function poolRow(pool: PoolStatus): PoolRow {
  const { evidence, variables, forecast } = pool;
  const { active } = variables;
  const whole = Object.fromEntries(WHOLE.map((field) => [field, pool[field]])) as Pick<
    PoolStatus,
    (typeof WHOLE)[number]
  >;
  return {
    ...whole,
    evidence:
      evidence === null
        ? null
        : { home: { verdict: evidence.home.verdict }, backup: { verdict: evidence.backup.verdict } },
    variables: active === undefined ? {} : { active },
    forecast: forecast === null ? null : { readiness: forecast.readiness },
  };
}
