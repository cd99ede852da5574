/** People's decisions: from a request to the journalled record, and back from the journal to the list that the gates judge. Pure. */
import type { DecisionRequest } from '../reconciler/pool-status.ts';
import type { Decision, JournalRecord } from '../ports/journal.ts';
import { acceptedMinutes, personKey, spentApprovers } from '../reconciler/gates/approvals.ts';
import type { GateInput } from '../reconciler/gates/gate-input.ts';
import type { Plan } from '../reconciler/plan.ts';
import { stepKey } from '../reconciler/step-id.ts';
import { isSignOfLife } from '../topology/evidence.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { Generation, PoolTopology, Site } from '../topology/pool-topology.ts';

/** What the pool looks like at the moment of the decision. */
export interface Present {
  readonly generation: Generation;
  /** Left out: only the journal knows the pool, and an instance's name cannot be checked. */
  readonly topology?: PoolTopology | undefined;
  readonly plan: Plan | null;
  readonly ledger: LossLedger | null;
  /** Under the two-person rule: who has approved exactly this plan already; left out: one approval suffices. */
  readonly approvers?: readonly string[] | undefined;
  /** A loss that nobody can bound was accepted by name; left out: it was not. */
  readonly unboundedAccepted?: boolean | undefined;
}

/** What people have said already of the plan that is to be approved. */
export const saidOf = (input: GateInput): Pick<Present, 'approvers' | 'unboundedAccepted'> => ({
  approvers: spentApprovers(input),
  unboundedAccepted: acceptedMinutes(input) === Infinity,
});

/** Throws PCO_USAGE when there is nothing to decide: no plan to approve, a loss that nobody can bound. */
export function toDecision(request: DecisionRequest, present: Present): Decision {
  const { pool, by, reason, via, expiresAt } = request;
  const base = { pool, by, reason, ...(via === undefined ? {} : { via }), expiresAt };
  switch (request.decision) {
    case 'approve':
      requireAnother(by, present);
      return {
        ...base,
        decision: 'approve',
        generation: present.generation,
        ...approved(pool, present),
        ...(request.plan === undefined ? {} : { savedPlan: request.plan.fingerprint }),
      };
    case 'accept-loss':
      return {
        ...base,
        decision: 'accept-loss',
        generation: present.generation,
        lossMinutes: request.lossMinutes,
      };
    case 'attest-down':
      if (expiresAt === null)
        throw new PoolError('PCO_USAGE', 'an attestation needs an end', {
          hint: 'say how long: --expires 8h',
        });
      return {
        ...base,
        decision: 'attest-down',
        site: request.site,
        ...(request.instance === undefined
          ? {}
          : { instance: instanceOf(present.topology, request.site, request.instance) }),
      };
    case 'keep':
      return { ...base, decision: 'keep', generation: present.generation, site: request.site };
    case 'cancel':
      return { ...base, decision: 'cancel', generation: present.generation };
    case 'suspend':
      return { ...base, decision: 'suspend' };
    case 'resume':
      if (expiresAt !== null)
        throw new PoolError('PCO_USAGE', 'to resume has no end', {
          hint: 'suspend the pool when it shall be held again',
        });
      return { ...base, decision: 'resume' };
  }
}

/** An attestation about a name that no instance has would never count, and nobody would notice. */
function instanceOf(topology: PoolTopology | undefined, site: Site, given: string): string {
  if (topology === undefined) return given;
  const { datacenter, chat, compliance } = topology.sites[site];
  const names = [chat, compliance].flatMap((store) => [store?.primary, store?.mirror, store?.witness]);
  const known = [...new Set(names.filter((name) => name !== undefined))];
  const meant = known.find((name) => name.toLowerCase() === given.toLowerCase());
  if (meant !== undefined) return meant;
  throw new PoolError('PCO_USAGE', `${topology.name} has no instance ${given} in ${datacenter}`, {
    hint: `there are ${known.join(', ')}`,
  });
}

/** The second approval is a second person's, not a second word of the first. */
function requireAnother(by: string, { approvers = [] }: Present): void {
  const before = approvers.find((name) => personKey(name) === personKey(by));
  if (before === undefined) return;
  throw new PoolError('PCO_SAME_PERSON', `${before} has approved this plan already; policy.approvals is 2`, {
    hint: 'another person says pchat approve',
  });
}

function approved(
  pool: string,
  { plan, ledger, unboundedAccepted = false }: Present,
): { steps: readonly string[]; lossMinutes: number | null; lostFiles: number } {
  if (plan?.kind !== 'steps')
    throw new PoolError(
      'PCO_USAGE',
      `${pool} has no plan that could be approved (${plan === null ? 'not observed yet' : obstacleWords(plan)})`,
      {
        hint: 'pchat why says what is missing',
      },
    );
  const lossMinutes = ledger?.lossMinutes ?? null;
  if (lossMinutes === null && !unboundedAccepted)
    throw new PoolError(
      'PCO_USAGE',
      `the loss of this plan of ${pool} is unknown, so it cannot be approved`,
      {
        hint: `restore the sight of the copies and of the share, or say first: pchat accept-loss ${pool} --unbounded`,
      },
    );
  return { steps: plan.steps.map(stepKey), lossMinutes, lostFiles: ledger?.lostFiles ?? 0 };
}

function obstacleWords(plan: Plan): string {
  if (plan.kind !== 'blocked') return plan.kind;
  const words = plan.obstacles.map(
    ({ variable, actual, wanted }) => `${variable} is ${actual}, wanted ${wanted}`,
  );
  return `blocked: ${words.join('; ')}`;
}

/** Every decision about a pool, oldest first, expired ones included: the reconciler knows the time and judges them. */
export function decisionsOf(
  records: readonly JournalRecord[],
  pool: string,
): (Decision & { readonly at: string })[] {
  return records.filter((record) => record.kind === 'decision').filter((record) => record.pool === pool);
}

/**
 * The decisions that count: an attestation no longer does once the site, or the instance that it names, has shown a sign of life,
 * however long ago and whichever daemon saw it.
 */
export function standingDecisions(
  records: readonly JournalRecord[],
  pool: string,
): (Decision & { readonly at: string })[] {
  const lastLife = new Map<string, number>();
  for (const record of records) {
    if (record.kind !== 'evidence' || record.pool !== pool) continue;
    if (isSignOfLife(record.verdict)) lastLife.set(record.site, record.seq);
    for (const instance of record.living ?? []) lastLife.set(instance, record.seq);
  }
  return records
    .filter((record) => record.kind === 'decision')
    .filter((record) => record.pool === pool)
    .filter(
      (record) =>
        record.decision !== 'attest-down' || record.seq > (lastLife.get(record.instance ?? record.site) ?? 0),
    );
}
