/** What the journal tells the gates of one pool: is a transition under way, when did the last one end, how long do steps take. Pure. */
import type { JournalRecord } from '../../ports/journal.ts';
import type { Generation } from '../../topology/pool-topology.ts';
import type { PoolHistory } from './gate-input.ts';

/** Done steps that move the pool between its sites; the last of them ends a move. */
const MOVES: readonly string[] = ['set-pool-failed-over', 'set-pool-normal', 'activate-servers'];
const QUANTILE = 0.95;
const MS_PER_SECOND = 1_000;

const same = (one: Generation, other: Generation): boolean =>
  one.counter === other.counter && one.hash === other.hash;

const isConverged = (plan: unknown): boolean =>
  typeof plan === 'object' && plan !== null && 'kind' in plan && plan.kind === 'converged';

type Outcome = Extract<JournalRecord, { readonly kind: 'outcome' }>;
const isDone = (record: JournalRecord): record is Outcome =>
  record.kind === 'outcome' && record.result === 'done';
/** As step-id.ts prints it; a journal may name an action that this version no longer has. */
const stepKey = ({ action, target }: Outcome): string => `${action}:${target}`;

type Intent = Extract<JournalRecord, { readonly kind: 'intent' }>;

/** The intent of the first effect of a step that is not safe since the generation was converged last; undefined: none. */
function beginningOf(records: readonly JournalRecord[], generation: Generation): Intent | undefined {
  const intents = new Map<string, Intent>();
  let begun: Intent | undefined;
  for (const record of records) {
    if (record.kind === 'plan' && same(record.generation, generation) && isConverged(record.plan))
      begun = undefined;
    else if (record.kind === 'intent' && record.risk !== 'safe' && same(record.generation, generation))
      intents.set(record.attempt, record);
    // A step that was refused before its first effect has begun nothing.
    else if (record.kind === 'effect') begun ??= intents.get(record.attempt);
  }
  return begun;
}

function movedAtMs(records: readonly JournalRecord[]): number | undefined {
  const last = records.findLast(isMove);
  return last === undefined ? undefined : Date.parse(last.at);
}

const isMove = (record: JournalRecord): boolean => isDone(record) && MOVES.includes(record.action);

function secondsOf(records: readonly JournalRecord[]): ReadonlyMap<string, number> {
  const taken = new Map<string, number[]>();
  for (const record of records) {
    if (!isDone(record)) continue;
    const key = stepKey(record);
    const known = taken.get(key);
    if (known === undefined) taken.set(key, [record.durationMs]);
    else known.push(record.durationMs);
  }
  return new Map([...taken].map(([key, all]) => [key, quantile(all) / MS_PER_SECOND]));
}

function quantile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(QUANTILE * sorted.length) - 1] ?? 0;
}

/**
 * Records, by number, that the gates need however old they are: the newest of each pool that is converged, what began since, and its
 * newest move between the sites, and the newest of each step that was done.
 */
export function neededByGates(records: readonly JournalRecord[]): ReadonlySet<number> {
  const needed = new Set<number>();
  const pools = new Set(records.flatMap((record) => ('pool' in record ? [record.pool] : [])));
  for (const pool of pools) {
    const own = records.filter((record) => 'pool' in record && record.pool === pool);
    const generation = own.findLast((record) => record.kind === 'generation')?.generation;
    const begun = generation === undefined ? undefined : beginningOf(own, generation);
    const first = own.find((record) => record.kind === 'effect' && record.attempt === begun?.attempt);
    const converged = own.findLast((record) => record.kind === 'plan' && isConverged(record.plan));
    const measured = new Map(own.filter(isDone).map((record) => [stepKey(record), record]));
    for (const record of [begun, first, converged, own.findLast(isMove), ...measured.values()])
      if (record !== undefined) needed.add(record.seq);
  }
  return needed;
}

export function historyOf(
  records: readonly JournalRecord[],
  pool: string,
  generation: Generation,
): PoolHistory {
  const own = records.filter((record) => 'pool' in record && record.pool === pool);
  const begun = beginningOf(own, generation);
  return {
    begunAtMs: begun === undefined ? undefined : Date.parse(begun.at),
    movedAtMs: movedAtMs(own),
    seconds: secondsOf(own),
  };
}
