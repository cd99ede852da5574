/** What people have put in the way of a pool's steps, and until when: a suspension of the pool, the cancellation of one generation. */
import type { Decision } from '../../ports/journal.ts';
import type { DesiredPool, Generation } from '../../topology/pool-topology.ts';
import { unexpired } from '../judge-evidence.ts';

export interface Hold {
  readonly code: 'Suspended' | 'Cancelled';
  readonly decision: Decision;
  /** One sentence: who, until when, why. */
  readonly reason: string;
}

/**
 * Both end with `resume` or at their own end; the newest word counts. A cancellation ends with its generation, too: the next edit
 * plans anew. The suspension comes first, because it outlives an edit.
 */
export function holdOf(pool: DesiredPool, decisions: readonly Decision[], nowMs: number): Hold | undefined {
  const own = decisions.filter((decision) => decision.pool === pool.topology.name);
  const suspension = own.findLast(({ decision }) => decision === 'suspend' || decision === 'resume');
  if (suspension?.decision === 'suspend' && unexpired(suspension, nowMs))
    return { code: 'Suspended', decision: suspension, reason: `Suspended ${byWhom(suspension)}.` };
  const cancellation = own.findLast(
    (decision) =>
      decision.decision === 'resume' || (decision.decision === 'cancel' && isOf(decision.generation, pool)),
  );
  if (cancellation?.decision !== 'cancel' || !unexpired(cancellation, nowMs)) return undefined;
  const generation = `Generation ${String(pool.generation.counter)} was cancelled`;
  return { code: 'Cancelled', decision: cancellation, reason: `${generation} ${byWhom(cancellation)}.` };
}

/** A decision about one generation counts for no other. */
export const isOf = ({ counter, hash }: Generation, { generation }: DesiredPool): boolean =>
  counter === generation.counter && hash === generation.hash;

const byWhom = ({ by, reason, expiresAt }: Decision): string =>
  `by ${by}${expiresAt === null ? '' : ` until ${expiresAt}`}: ${reason}`;
