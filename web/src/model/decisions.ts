/** Which decisions the page offers for a pool, and whether one that was begun may still be sent. Pure. */
import type { DecisionRequest, PoolStatus } from '../../../src/reconciler/pool-status.ts';
import { holds, stepsOf } from './pool-tone.ts';

export type Offered = Extract<
  DecisionRequest['decision'],
  'approve' | 'accept-loss' | 'cancel' | 'suspend' | 'resume'
>;

export interface Offer {
  readonly decision: Offered;
  readonly label: string;
  readonly means: string;
  /** It is about the plan on the screen: the pool's name is typed, and a plan that has moved refuses it. */
  readonly ofThePlan: boolean;
}

const OFFERS: Readonly<Record<Offered, Omit<Offer, 'decision'>>> = {
  approve: {
    label: 'Approve this plan',
    means: 'These steps may run. A new step or a larger loss voids it.',
    ofThePlan: true,
  },
  'accept-loss': {
    label: 'Accept this loss',
    means: 'This much chat history may be given up for this generation.',
    ofThePlan: true,
  },
  cancel: {
    label: 'Cancel',
    means: 'Stops before the next step; the running one is finished.',
    ofThePlan: false,
  },
  suspend: { label: 'Suspend', means: 'It plans and reports, and starts no step.', ofThePlan: false },
  resume: { label: 'Resume', means: 'It acts again.', ofThePlan: false },
};

/** Gates that an acceptance of loss opens; an approval opens every other one that asks. Source: docs/gates.md. */
const LOSS_GATES: ReadonlySet<string> = new Set(['LossAboveBound', 'ComplianceBacklog']);

export function offersOf(pool: PoolStatus): readonly Offer[] {
  const steps = stepsOf(pool.plan).length > 0 && pool.plan?.kind === 'steps';
  const suspended = holds(pool, 'Suspended');
  const asks = pool.gate?.kind === 'await-approval';
  const loss = LOSS_GATES.has(pool.gate?.code ?? '');
  const offered: readonly (Offered | false)[] = [
    asks && !loss && 'approve',
    asks && loss && 'accept-loss',
    suspended !== undefined && suspended.reason !== 'StopSwitch' && 'resume',
    (steps || pool.running.length > 0) && suspended === undefined && 'cancel',
    suspended === undefined && 'suspend',
  ];
  return offered.filter((one) => one !== false).map((decision) => ({ decision, ...OFFERS[decision] }));
}

export interface Draft {
  readonly offer: Offer;
  /** Entity tag that was on the screen when the form was opened. */
  readonly tag: string;
  readonly typedName: string;
  readonly reason: string;
}

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'incomplete'; readonly missing: string }
  | { readonly kind: 'refused'; readonly why: string };

export const MOVED = 'The plan has moved since this form was opened. Nothing was decided: look at it again.';
const NO_SIGHT = 'The connection is lost. What the daemon wants now is not known: nothing can be decided.';

/** @param now tag that is on the screen now; null: nothing is, or it is not live */
export function readinessOf(
  { offer, tag, typedName, reason }: Draft,
  pool: string,
  now: string | null,
): Readiness {
  if (now === null) return { kind: 'refused', why: NO_SIGHT };
  if (offer.ofThePlan && now !== tag) return { kind: 'refused', why: MOVED };
  if (offer.ofThePlan && typedName.trim() !== pool)
    return { kind: 'incomplete', missing: `Type ${pool} to show that you mean this pool.` };
  if (reason.trim() === '')
    return { kind: 'incomplete', missing: 'Give a reason: it is written to the journal.' };
  return { kind: 'ready' };
}
