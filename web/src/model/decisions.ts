/** Which decisions the page offers for a pool, and whether one that was begun may still be sent. Pure. */
import type { DecisionRequest, PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Site } from '../../../src/topology/pool-topology.ts';
import { holds, stepsOf } from './pool-tone.ts';

export type Offered = DecisionRequest['decision'];

export interface Offer {
  readonly decision: Offered;
  /** Of an attestation the site that is down, of a copy to keep the one whose it is; null: the decision is about no site. */
  readonly site: Site | null;
  readonly label: string;
  readonly means: string;
  /** It gives something up: the pool's name is typed. */
  readonly typed: boolean;
  /** It is about the plan on the screen: a plan that has moved refuses it. Source: docs/api.md, "The plan that was seen". */
  readonly ofThePlan: boolean;
}

type OfferText = Omit<Offer, 'decision' | 'site'>;

const OFFERS: Readonly<Record<Exclude<Offered, 'attest-down' | 'keep'>, OfferText>> = {
  approve: {
    label: 'Approve this plan',
    means: 'These steps may run. A new step or a larger loss voids it.',
    typed: true,
    ofThePlan: true,
  },
  'accept-loss': {
    label: 'Accept this loss',
    means: 'This much chat history may be given up for this generation.',
    typed: true,
    ofThePlan: true,
  },
  cancel: {
    label: 'Cancel',
    means: 'Stops before the next step; the running one is finished.',
    typed: false,
    ofThePlan: false,
  },
  suspend: {
    label: 'Suspend',
    means: 'It plans and reports, and starts no step.',
    typed: false,
    ofThePlan: false,
  },
  resume: { label: 'Resume', means: 'It acts again.', typed: false, ofThePlan: false },
};

/** Gates that an acceptance of loss opens; an approval opens every other one that asks. Source: docs/gates.md. */
const LOSS_GATES: ReadonlySet<string> = new Set(['LossAboveBound', 'ComplianceBacklog']);

export function offersOf(pool: PoolStatus): readonly Offer[] {
  const steps = stepsOf(pool.plan).length > 0 && pool.plan?.kind === 'steps';
  const suspended = holds(pool, 'Suspended');
  const asks = pool.gate?.kind === 'await-approval';
  const loss = LOSS_GATES.has(pool.gate?.code ?? '');
  const offered: readonly (keyof typeof OFFERS | false)[] = [
    asks && !loss && 'approve',
    asks && loss && 'accept-loss',
    suspended !== undefined && suspended.reason !== 'StopSwitch' && 'resume',
    (steps || pool.running.length > 0) && suspended === undefined && 'cancel',
    suspended === undefined && 'suspend',
  ];
  const plain = offered
    .filter((one) => one !== false)
    .map((decision) => ({ decision, site: null, ...OFFERS[decision] }));
  return [...keepOffers(pool), ...attestOffers(pool), ...plain];
}

const SITES: readonly Site[] = ['home', 'backup'];

/**
 * Whether the way out of an obstacle is this command, and nothing that is done by hand before it: what the daemon names as the way
 * out is offered as a button, and nothing else of that weight is.
 */
const wayOutIs = ({ plan }: PoolStatus, command: string): boolean =>
  plan?.kind === 'blocked' &&
  plan.obstacles.some(({ wayOut }) => wayOut.includes(command) && !wayOut.includes('by hand'));

/** Both copies were written, or one is damaged: nobody but a person can say which is kept. */
const keepOffers = (pool: PoolStatus): readonly Offer[] =>
  SITES.filter((site) => wayOutIs(pool, `--keep ${pool.datacenters[site]}`)).map((site) => ({
    decision: 'keep',
    site,
    label: `Keep the copy of ${pool.datacenters[site]}`,
    means: 'What only the other copy holds is given up.',
    typed: true,
    ofThePlan: true,
  }));

/** A site that is silent without proof: a person may have seen more than the network tells. */
const attestOffers = (pool: PoolStatus): readonly Offer[] =>
  SITES.filter((site) => wayOutIs(pool, `pchat attest ${pool.datacenters[site]} --down`)).map((site) => ({
    decision: 'attest-down',
    site,
    label: `Attest that ${pool.datacenters[site]} cannot write`,
    means:
      'You have seen with your own eyes that no copy there can be written. Never attest what you only believe.',
    typed: true,
    ofThePlan: false,
  }));

export interface Draft {
  readonly offer: Offer;
  /** Entity tag that was on the screen when the form was opened. */
  readonly tag: string;
  /** Who has decided the same since then. */
  readonly meanwhile: PoolStatus['decisions'];
  readonly typedName: string;
  readonly reason: string;
}

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'incomplete'; readonly missing: string }
  | { readonly kind: 'refused'; readonly why: string };

/** Decisions of the same kind that were not there when the form was opened: somebody else was quicker. */
export function decidedMeanwhile(
  { decision, site }: Offer,
  then: PoolStatus['decisions'],
  now: PoolStatus['decisions'],
): PoolStatus['decisions'] {
  return now.filter(
    (one) =>
      one.decision === decision &&
      (!('site' in one) || one.site === site) &&
      !then.some(({ at, by }) => at === one.at && by === one.by),
  );
}

export const MOVED = 'The plan has moved since this form was opened. Nothing was decided: look at it again.';
const NO_SIGHT = 'The connection is lost. What the daemon wants now is not known: nothing can be decided.';

/** @param now tag that is on the screen now; null: nothing is, or it is not live */
export function readinessOf(
  { offer, tag, meanwhile, typedName, reason }: Draft,
  pool: string,
  now: string | null,
): Readiness {
  const [other] = meanwhile;
  if (now === null) return { kind: 'refused', why: NO_SIGHT };
  if (other !== undefined)
    return {
      kind: 'refused',
      why: `${other.by} has decided the same since this form was opened: ${other.reason}. Nothing was sent from here: look again.`,
    };
  if (offer.ofThePlan && now !== tag) return { kind: 'refused', why: MOVED };
  if (offer.typed && typedName.trim() !== pool)
    return { kind: 'incomplete', missing: `Type ${pool} to show that you mean this pool.` };
  if (reason.trim() === '')
    return { kind: 'incomplete', missing: 'Give a reason: it is written to the journal.' };
  return { kind: 'ready' };
}
