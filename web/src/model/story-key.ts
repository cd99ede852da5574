/** Another text whenever the journal tells more of a pool than looks that found nothing new. Pure. */
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import { stepsOf } from './pool-tone.ts';

type Told = Pick<
  PoolStatus,
  'generation' | 'plan' | 'running' | 'decisions' | 'conditions' | 'evidence' | 'lastError'
>;

export const storyKey = (pool: Told): string =>
  JSON.stringify([
    pool.generation,
    pool.plan?.kind,
    stepsOf(pool.plan).map(({ action, target }) => [action, target]),
    pool.running.map(({ step, since }) => [step.action, step.target, since]),
    pool.decisions.length,
    pool.conditions.map(({ type, status, reason }) => [type, status, reason]),
    [pool.evidence?.home.verdict, pool.evidence?.backup.verdict],
    pool.lastError?.code,
  ]);
