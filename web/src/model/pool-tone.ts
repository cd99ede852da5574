/** A pool in one word and one sentence, worst first: what somebody must see from across the room. Pure. */
import type { Plan } from '../../../src/reconciler/plan.ts';
import type { PoolRow } from '../../../src/http/pool-row.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Verdict } from '../../../src/topology/evidence.ts';
import type { ConditionType } from '../../../src/topology/condition.ts';

/**
 * `bad`: somebody must look. `ask`: a person is asked. `unknown`: not enough is seen to say. `busy`: it moves by itself. `good`: as
 * declared, and all of it seen.
 */
export type Tone = 'bad' | 'ask' | 'unknown' | 'busy' | 'good';
/** Worst first. */
export const TONES: readonly Tone[] = ['bad', 'ask', 'unknown', 'busy', 'good'];

export interface Headline {
  readonly tone: Tone;
  readonly word: string;
  readonly says: string;
}

export const stepsOf = (plan: Plan | null) => (plan !== null && 'steps' in plan ? plan.steps : []);

const VERDICT_TONES: Readonly<Record<Verdict, Tone>> = {
  alive: 'good',
  degraded: 'bad',
  partitioned: 'unknown',
  unknown: 'unknown',
  down: 'bad',
};
export const verdictTone = (verdict: Verdict): Tone => VERDICT_TONES[verdict];

export const holds = ({ conditions }: Pick<PoolStatus, 'conditions'>, type: ConditionType) =>
  conditions.find((condition) => condition.type === type && condition.status === 'True');

export function headline(pool: PoolRow): Headline {
  if (pool.observedAt === null)
    return pool.lastError === null
      ? { tone: 'unknown', word: 'not seen yet', says: 'The first look at this pool has not ended.' }
      : { tone: 'bad', word: 'no sight', says: `${pool.lastError.code}: ${pool.lastError.message}` };
  return stalled(pool) ?? running(pool) ?? asked(pool) ?? planned(pool) ?? resting(pool);
}

function stalled(pool: PoolRow): Headline | undefined {
  const found = holds(pool, 'Stalled');
  return found && { tone: 'bad', word: 'stalled', says: found.message };
}

function running({ running: steps }: PoolRow): Headline | undefined {
  const [first] = steps;
  if (first === undefined) return undefined;
  const { step, progress } = first;
  return { tone: 'busy', word: 'step runs', says: `${step.action}: ${progress ?? step.reason}` };
}

/** A plan that permission holds; without steps there is nothing to hold. */
function asked(pool: PoolRow): Headline | undefined {
  const suspended = holds(pool, 'Suspended');
  if (pool.gate?.kind === 'await-approval')
    return { tone: 'ask', word: 'asks', says: pool.gate.reason ?? pool.gate.code ?? 'A person is asked.' };
  if (pool.plan?.kind === 'steps' && pool.gate?.kind === 'hold')
    return { tone: 'ask', word: 'held', says: pool.gate.reason ?? pool.gate.code ?? 'A gate holds it.' };
  return suspended && { tone: 'ask', word: 'suspended', says: suspended.message };
}

/** Name of the datacenter. */
function lostSite({ evidence, datacenters }: PoolRow): string | undefined {
  const site = (['home', 'backup'] as const).find((one) => evidence?.[one].verdict === 'down');
  return site && datacenters[site];
}

function planned(pool: PoolRow): Headline | undefined {
  const { plan } = pool;
  switch (plan?.kind) {
    case 'steps':
      if (pool.lastError !== null)
        return {
          tone: 'bad',
          word: 'step failed',
          says: `${pool.lastError.step ?? 'The observation'} failed (${pool.lastError.code}) and is tried again.`,
        };
      return { tone: 'busy', word: 'moves', says: `${stepCount(plan.steps.length)} to go.` };
    case 'waiting':
      return { tone: 'busy', word: 'waits', says: plan.reason };
    case 'blocked': {
      const unseen = plan.obstacles.every(({ actual }) => actual === 'unknown');
      const says = plan.obstacles[0]?.reason ?? 'Something stands in its way.';
      if (!unseen) return { tone: 'bad', word: 'blocked', says };
      // What cannot be seen because its datacenter is lost is no riddle: somebody must look.
      const lost = lostSite(pool);
      return lost === undefined
        ? { tone: 'unknown', word: 'blocked, not seen', says }
        : { tone: 'bad', word: 'blocked, site lost', says: `${lost} is down. ${says}` };
    }
    case 'too-large':
      return { tone: 'bad', word: 'no plan', says: 'No plan within the limit of the search.' };
    default:
      return undefined;
  }
}

/** As wanted; a site that is lost or not seen is told all the same, for it is what the next move would need. */
function resting(pool: PoolRow): Headline {
  const verdicts = Object.entries(pool.evidence ?? {}).map(([site, { verdict }]) => ({
    says: `${pool.datacenters[site === 'home' ? 'home' : 'backup']} is ${verdict}.`,
    tone: verdictTone(verdict),
  }));
  const worst = TONES.map((tone) => verdicts.find((one) => one.tone === tone)).find(
    (one) => one !== undefined,
  );
  const bare = holds(pool, 'Unprotected');
  if (worst?.tone === 'bad') return { ...worst, word: 'site lost' };
  if (bare !== undefined) return { tone: 'bad', word: 'unprotected', says: bare.message };
  if (worst?.tone === 'unknown') return { ...worst, word: 'not all seen' };
  if (pool.drift.length > 0)
    return { tone: 'ask', word: 'drift reported', says: 'The policy leaves what drifts to people.' };
  const observed = pool.conditions.find(({ type }) => type === 'Observed');
  if (observed?.status !== 'True')
    return { tone: 'unknown', word: 'not all seen', says: observed?.message ?? 'Not everything was seen.' };
  return { tone: 'good', word: 'converged', says: 'As declared, and all of it seen.' };
}

export const stepCount = (count: number): string => `${String(count)} step${count === 1 ? '' : 's'}`;
