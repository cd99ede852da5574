/** The transitions of a pool, from its records in the journal alone. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { foreseen, outcomeOf } from './foreseen.ts';
import { generationChanges } from './generation-changes.ts';
import type { KeptRecords } from './kept-records.ts';
import { headlineOf, spentParts } from './headline.ts';
import { isConverged, isPlanRecord, planOf } from './plan-in-record.ts';
import { decisionNotes, evidenceNotes, markOf } from './record-notes.ts';
import { gapsOf, msBetween, spentTime } from './spent-time.ts';
import { stepAccounts } from './step-accounts.ts';
import { poolStretches, type PoolStretch } from './stretches.ts';
import type {
  Cause,
  GenerationChange,
  Transition,
  TransitionState,
  TransitionSummary,
} from './transition.ts';

type Intent = JournalRecord & { readonly kind: 'intent' };

/** Oldest first. What is cut comes only where `cutToo` says so: its beginning may be in a file that was not read. */
export function transitionsOf(kept: KeptRecords, pool: string, cutToo = true): readonly Transition[] {
  const { records, completeFrom } = kept;
  const whole = records.filter(({ seq }) => seq >= completeFrom);
  const generations = generationChanges(records, completeFrom);
  return poolStretches(whole, completeFrom <= 1)
    .filter(({ cut }) => cutToo || !cut)
    .flatMap((stretch) => transitionIn(stretch, { pool, records, generations }) ?? []);
}

interface Surroundings {
  readonly pool: string;
  readonly records: readonly JournalRecord[];
  readonly generations: readonly GenerationChange[];
}

function transitionIn(
  { records: stretch, cut, end }: PoolStretch,
  { pool, records, generations }: Surroundings,
): Transition | undefined {
  const begun = stretch.findIndex(({ kind }) => kind === 'intent');
  const intent = stretch[begun];
  const last = stretch.at(-1);
  if (intent?.kind !== 'intent' || last === undefined) return undefined;
  const cause = causeOf(stretch.slice(0, begun), intent, generations);
  const own = stretch.slice(beginningOf(stretch, cause));
  const steps = stepAccounts(stretch);
  const ended = end === null ? undefined : stretch.findLast(({ kind }) => kind === 'outcome');
  const predicted = foreseen(stretch, begun);
  const spent = spentTime(stretch);
  const state = end ?? (steps.some(({ ended: at }) => at === null) ? 'step-runs' : 'not-at-rest');
  const endedAt = ended?.at ?? null;
  return {
    pool,
    first: intent.seq,
    last: last.seq,
    state,
    cut,
    cause,
    begunAt: intent.at,
    endedAt,
    beforeMs: msBetween(cause.at, intent.at),
    spent,
    headline: headlineOf({ spent, endedAt, state }),
    parts: spentParts(spent),
    predicted,
    actual: outcomeOf(stretch, records, spent),
    generations: generations.filter(({ seq }) => seq >= (stretch[0]?.seq ?? 0) && seq <= last.seq),
    evidence: evidenceNotes(records, intent, last),
    decisions: decisionNotes(stretch),
    steps,
    gaps: gapsOf(stretch),
    marks: own.map(markOf),
  };
}

/** What asked for the first step: the newest generation since the pool was at rest, else what drifted. */
function causeOf(
  lead: readonly JournalRecord[],
  intent: Intent,
  generations: readonly GenerationChange[],
): Cause {
  const accepted = lead.findLast((record) => record.kind === 'generation');
  if (accepted !== undefined) {
    const { seq, at, primaryDatacenter } = accepted;
    const before = generations.find((one) => one.seq === seq)?.before ?? null;
    return { kind: 'edit', seq, at, says: editWords(accepted.generation.counter, primaryDatacenter, before) };
  }
  const drifted = lead.find((record) => isPlanRecord(record) && !isConverged(record)) ?? intent;
  const plan = lead.findLast(isPlanRecord);
  const reason = (plan === undefined ? undefined : planOf(plan).steps[0]?.reason) ?? 'why is not recorded';
  const { seq, at } = drifted;
  return {
    kind: 'drift',
    seq,
    at,
    says: `Drift under generation ${String(intent.generation.counter)}: ${reason}`,
  };
}

function editWords(counter: number, datacenter: string, before: GenerationChange['before']): string {
  const generation = `Generation ${String(counter)}`;
  if (before === null) return `${generation} wants the service in ${datacenter}.`;
  return before.primaryDatacenter === datacenter
    ? `${generation} changes how it shall be in ${datacenter}.`
    : `${generation} wants the service in ${datacenter}; it was wanted in ${before.primaryDatacenter}.`;
}

/** Where its marks begin: the cause, or what was planned before that and could not be done. */
function beginningOf(stretch: readonly JournalRecord[], cause: Cause): number {
  const troubled = stretch.findIndex((record) => isPlanRecord(record) && !isConverged(record));
  const caused = stretch.findIndex(({ seq }) => seq === cause.seq);
  return Math.min(...[troubled, caused].filter((index) => index >= 0));
}

export const summaryOf = (transition: Transition): TransitionSummary => {
  const { pool, first, last, state, cut, cause, begunAt, endedAt, spent, headline, actual, steps } =
    transition;
  const notDone = steps.filter(({ result }) => result !== null && result !== 'done').length;
  return {
    pool,
    first,
    last,
    state,
    cut,
    cause,
    begunAt,
    endedAt,
    spent,
    headline,
    actual,
    steps: steps.length,
    notDone,
  };
};

/** The one that holds this record; left out: the newest. */
export const transitionAt = (transitions: readonly Transition[], record?: number): Transition | undefined =>
  record === undefined
    ? transitions.at(-1)
    : transitions.find(({ first, last, marks }) => record >= (marks[0]?.seq ?? first) && record <= last);

export const STATE_WORDS: Readonly<Record<TransitionState, string>> = {
  'step-runs': 'a step runs',
  'not-at-rest': 'not at rest',
  'at-rest': 'at rest',
  'given-up': 'no longer declared',
};
