/** What a forge is told of a commit: whether it is in force, and what became of each pool that it changed. Pure. */
import type { PoolStatus, SourceView } from '../reconciler/pool-status.ts';
import { assertNever } from '../topology/assert-never.ts';

export interface CommitStatus {
  readonly commit: string;
  /** Tells one status of a commit from another. */
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure';
  readonly description: string;
  /** Equal for statuses whose difference is not worth a message: the loss grows with every second. */
  readonly gist: string;
}

/** Characters that GitHub takes in a description; unverified against live forges. */
const DESCRIPTION_LIMIT = 140;

const cut = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= DESCRIPTION_LIMIT ? line : `${line.slice(0, DESCRIPTION_LIMIT - 1)}…`;
};

type Verdict = Pick<CommitStatus, 'state' | 'description' | 'gist'>;
const verdict = (state: CommitStatus['state'], description: string, gist = description): Verdict => ({
  state,
  description: cut(description),
  gist: `${state} ${gist}`,
});

/** undefined: the pool is not from Git. */
export function poolCommitStatus(pool: PoolStatus, context: string): CommitStatus | undefined {
  if (pool.revision === null) return undefined;
  return { commit: pool.revision.commit, context: `${context}/${pool.pool}`, ...verdictOn(pool) };
}

function verdictOn(pool: PoolStatus): Verdict {
  const { plan, conditions, generation, observedGeneration } = pool;
  if (plan === null || observedGeneration?.hash !== generation.hash)
    return verdict('pending', 'not planned yet');
  const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True');
  if (stalled !== undefined) return verdict('failure', `stalled: ${stalled.message}`, 'stalled');
  switch (plan.kind) {
    case 'converged':
      return verdict('success', 'as desired');
    case 'blocked':
      return verdict('failure', `blocked: ${plan.obstacles[0]?.reason ?? 'no way'}`);
    case 'too-large':
      return verdict('failure', 'no plan within the limit');
    case 'waiting':
      return verdict('pending', `waiting for ${plan.on}: ${plan.reason}`, `waiting for ${plan.on}`);
    case 'steps':
      return planned(pool, plan.steps.length);
    default:
      return assertNever(plan);
  }
}

function planned({ gate, ledger }: PoolStatus, steps: number): Verdict {
  const held = gate === null || gate.kind === 'proceed' ? '' : `, ${gate.code ?? gate.kind}`;
  const words = `${String(steps)} step${steps === 1 ? '' : 's'}`;
  return verdict('pending', `${words}, ${lossWords(ledger)}${held}`, `${words}${held}`);
}

function lossWords(ledger: PoolStatus['ledger']): string {
  if (ledger === null || ledger.lossMinutes === null) return 'loss cannot be bounded';
  const { lossMinutes, lostFiles } = ledger;
  if (lossMinutes === 0 && lostFiles === 0) return 'no loss';
  return `loss ${lossMinutes.toFixed(1)} min and ${String(lostFiles)} log backups`;
}

/** undefined: nothing was fetched, or what is the matter is not the commit's. */
export function sourceCommitStatus(source: SourceView, context: string): CommitStatus | undefined {
  const { attempted: commit, condition } = source;
  if (commit === null) return undefined;
  switch (condition.reason) {
    case 'InForce':
      return { commit, context, ...verdict('success', 'in force') };
    case 'PartlyInvalid':
    case 'Invalid':
    case 'CommitRefused':
      return { commit, context, ...verdict('failure', `${condition.reason}: ${condition.message}`) };
    case 'Unreachable':
    case 'NotRead':
      return undefined;
    default:
      return assertNever(condition.reason);
  }
}
