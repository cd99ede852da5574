/** Recorded facts and a desired state from files, for commands that plan without any connection. */
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { readText, sourceAt } from './command-options.ts';

export async function readFacts(file: string): Promise<PoolFacts> {
  const { poolFactsSchema } = await import('../topology/pool-facts.ts');
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PoolError('PCO_USAGE', `${file} is no JSON`, { cause: error });
  }
  const parsed = poolFactsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PoolError(
    'PCO_USAGE',
    `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
    {
      hint: 'facts.schema.json describes the form',
    },
  );
}

/** @param options.pool the pool that is asked for; left out: the one of the facts */
export async function offlinePool(options: {
  readonly facts: string;
  readonly desired?: string | undefined;
  readonly pool?: string | undefined;
}): Promise<{ readonly pool: DesiredPool; readonly facts: PoolFacts }> {
  const { readDesiredState } = await import('../desired-state/desired-source.ts');
  const facts = await readFacts(options.facts);
  const source = sourceAt(options.desired ?? 'desired-state.yaml');
  const { pools } = await readDesiredState(source, new AbortController().signal);
  const wanted = options.pool ?? facts.pool;
  const pool = pools.find((candidate) => candidate.topology.name === wanted);
  if (pool === undefined) throw new PoolError('PCO_USAGE', `the desired state declares no pool ${wanted}`);
  if (facts.pool !== wanted)
    throw new PoolError('PCO_USAGE', `these are facts of ${facts.pool}, not of ${wanted}`);
  return { pool, facts };
}
