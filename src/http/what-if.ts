/** What a fault would bring, as the API tells it: a plan over facts in which the fault is supposed. Types and schema; changes nothing. */
import { z } from 'zod';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { Holdings, PlanPrediction } from '../topology/forecast.ts';
import type { Plan } from '../reconciler/plan.ts';
import type { GateView } from '../reconciler/pool-status.ts';
import type { Verdict } from '../topology/evidence.ts';
import type { Site } from '../topology/pool-topology.ts';
import { ledgerSchema, planSchema } from './answer-schemas.ts';

export interface WhatIfQuestion {
  /** `site:NAME`, `share` or `instance:NAME`; undefined: the site where the service is wanted is lost. */
  readonly fault: string | undefined;
  /** undefined: of a lost site the other one, else where the desired state wants it. */
  readonly goal: Site | undefined;
}

export interface WhatIf extends Holdings {
  readonly pool: string;
  readonly fault: string;
  readonly goal: Site;
  /** What is taken for granted besides the fault. */
  readonly assumptions: readonly string[];
  readonly plan: Plan;
  readonly ledger: LossLedger;
  readonly gate: GateView;
  readonly evidence: Readonly<Record<Site, { readonly verdict: Verdict }>>;
  readonly prediction: PlanPrediction;
}

/** Rejects what is no fault of this pool with PCO_USAGE; undefined: there is no such pool, or it was not observed yet. */
export type Supposes = (pool: string, question: WhatIfQuestion) => WhatIf | undefined;

export const whatIfQuery = z.strictObject({
  fault: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe('site:NAME, share or instance:NAME; left out: the site where the service is wanted is lost'),
  goal: z
    .enum(['home', 'backup'])
    .optional()
    .describe(
      'where the service shall live then; left out: of a lost site the other one, else where it is wanted',
    ),
});

export const whatIfSchema = z.looseObject({
  pool: z.string(),
  fault: z.string(),
  goal: z.enum(['home', 'backup']),
  assumptions: z.array(z.string()),
  plan: planSchema,
  ledger: ledgerSchema,
  gate: z.looseObject({ kind: z.enum(['proceed', 'await-approval', 'hold']) }),
  evidence: z.looseObject({
    home: z.looseObject({ verdict: z.string() }),
    backup: z.looseObject({ verdict: z.string() }),
  }),
  lossNowMinutes: z.number().nullable(),
});
