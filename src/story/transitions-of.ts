/** The transitions of a pool, from its records in the journal alone. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { countsIn, foreseen, outcomeOf } from './foreseen.ts';
import { generationChanges } from './generation-changes.ts';
import { knowsDaemonOf, type KeptRecords } from './kept-records.ts';
import { headlineOf, spentParts } from './headline.ts';
import { isConverged, isPlanRecord, planOf } from './plan-in-record.ts';
import { decisionNotes, evidenceIn, evidenceNotes, markOf } from './record-notes.ts';
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
type AcceptedGeneration = JournalRecord & { readonly kind: 'generation' };
const isGeneration = (record: JournalRecord): record is AcceptedGeneration => record.kind === 'generation';

/** Newest that are listed one by one; a pool that fails for weeks has more than anybody reads. */
const MOST_STEPS = 300;
const MOST_MARKS = 2_000;

/** A transition that is there, before anything of it is worked out. */
export interface FoundTransition {
  /** Of its first mark, its first intent and its newest record. */
  readonly from: number;
  readonly first: number;
  readonly last: number;
  read(): Transition;
}

/** Oldest first. What is cut comes only where `cutToo` says so: its beginning may be in a file that was not read. */
export function findTransitions(kept: KeptRecords, pool: string, cutToo = true): readonly FoundTransition[] {
  const { records, completeFrom } = kept;
  const whole = records.filter(({ seq }) => seq >= completeFrom);
  const surroundings: Surroundings = {
    pool,
    kept,
    accepted: records.filter(isGeneration),
    evidence: evidenceIn(records),
    counts: countsIn(records),
  };
  return poolStretches(whole, completeFrom <= 1)
    .filter(({ cut }) => cutToo || !cut)
    .flatMap((stretch) => foundIn(stretch, surroundings) ?? []);
}

interface Surroundings {
  readonly pool: string;
  readonly kept: KeptRecords;
  /** Every generation that is kept. */
  readonly accepted: readonly AcceptedGeneration[];
  readonly evidence: ReturnType<typeof evidenceIn>;
  readonly counts: ReturnType<typeof countsIn>;
}

function foundIn(stretch: PoolStretch, surroundings: Surroundings): FoundTransition | undefined {
  const { records } = stretch;
  const begun = records.findIndex(({ kind }) => kind === 'intent');
  const intent = records[begun];
  const last = records.at(-1);
  if (intent?.kind !== 'intent' || last === undefined) return undefined;
  const asked = askedBy(records.slice(0, begun), intent, surroundings.accepted);
  const own = records.slice(beginningOf(records, asked));
  return {
    from: own[0]?.seq ?? intent.seq,
    first: intent.seq,
    last: last.seq,
    read: () => transitionIn({ stretch, begun, intent, asked, own }, surroundings),
  };
}

interface Found {
  readonly stretch: PoolStretch;
  readonly begun: number;
  readonly intent: Intent;
  readonly asked: JournalRecord;
  /** From the first mark on. */
  readonly own: readonly JournalRecord[];
}

function transitionIn({ stretch, begun, intent, asked, own }: Found, of: Surroundings): Transition {
  const { records, cut, end, overtakes } = stretch;
  const { pool, kept } = of;
  const steps = stepAccounts(records);
  const spent = spentTime(records);
  const state = end ?? (steps.some(({ ended: at }) => at === null) ? 'step-runs' : 'not-at-rest');
  const last = records.at(-1) ?? intent;
  const endedAt = (end === null ? undefined : records.findLast(({ kind }) => kind === 'outcome'))?.at ?? null;
  const generations = generationChanges(of.accepted, kept.completeFrom, records[0]?.seq ?? 0, last.seq);
  return {
    pool,
    first: intent.seq,
    last: last.seq,
    state,
    cut,
    cause: causeOf(asked, records.slice(0, begun), intent, generations),
    begunAt: intent.at,
    endedAt,
    beforeMs: msBetween(asked.at, intent.at),
    spent,
    headline: headlineOf({ spent, endedAt, state }),
    parts: spentParts(spent),
    predicted: foreseen(records, begun),
    actual: outcomeOf(records, of.counts, spent, overtakes),
    generations,
    evidence: evidenceNotes(of.evidence, intent, last),
    evidenceCut: !knowsDaemonOf(kept, intent),
    decisions: decisionNotes(records),
    steps: steps.slice(-MOST_STEPS),
    stepsBefore: Math.max(0, steps.length - MOST_STEPS),
    notDone: steps.filter(({ result }) => result !== null && result !== 'done').length,
    gaps: gapsOf(records).slice(-MOST_STEPS),
    marks: own.slice(-MOST_MARKS).map(markOf),
  };
}

/**
 * Since the pool was at rest: the newest generation that wants another datacenter than the one before it, for later ones say how and not
 * where; else the newest; else the first plan that was not at rest any more.
 */
function askedBy(
  lead: readonly JournalRecord[],
  intent: Intent,
  accepted: readonly AcceptedGeneration[],
): JournalRecord {
  const moves = (record: AcceptedGeneration): boolean => {
    const before = accepted.findLast(({ seq }) => seq < record.seq);
    return before !== undefined && before.primaryDatacenter !== record.primaryDatacenter;
  };
  const edits = lead.filter(isGeneration);
  return edits.findLast(moves) ?? edits.at(-1) ?? lead.find(isTrouble) ?? intent;
}

const isTrouble = (record: JournalRecord): boolean => isPlanRecord(record) && !isConverged(record);

function causeOf(
  asked: JournalRecord,
  lead: readonly JournalRecord[],
  { generation }: Intent,
  generations: readonly GenerationChange[],
): Cause {
  const { seq, at } = asked;
  if (asked.kind === 'generation') {
    const before = generations.find((one) => one.seq === seq)?.before ?? null;
    const says = editWords(asked.generation.counter, asked.primaryDatacenter, before);
    return { kind: 'edit', seq, at, says };
  }
  const plan = lead.findLast(isPlanRecord);
  const reason = (plan === undefined ? undefined : planOf(plan).steps[0]?.reason) ?? 'why is not recorded';
  return { kind: 'drift', seq, at, says: `Drift under generation ${String(generation.counter)}: ${reason}` };
}

function editWords(counter: number, datacenter: string, before: GenerationChange['before']): string {
  const generation = `Generation ${String(counter)}`;
  if (before === null) return `${generation} wants the service in ${datacenter}.`;
  return before.primaryDatacenter === datacenter
    ? `${generation} changes how it shall be in ${datacenter}.`
    : `${generation} wants the service in ${datacenter}; it was wanted in ${before.primaryDatacenter}.`;
}

/** Where its marks begin: at what asked for it, or what was planned before that and could not be done. */
function beginningOf(records: readonly JournalRecord[], asked: JournalRecord): number {
  const troubled = records.findIndex(isTrouble);
  const places = [troubled, records.indexOf(asked)].filter((index) => index >= 0);
  return Math.min(...places);
}

export const summaryOf = (transition: Transition): TransitionSummary => {
  const { pool, first, last, state, cut, cause, begunAt, endedAt, spent, headline, actual } = transition;
  const { steps, stepsBefore, notDone } = transition;
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
    steps: steps.length + stepsBefore,
    notDone,
  };
};

/** The one that holds this record; left out: the newest. */
export const transitionAt = (
  transitions: readonly FoundTransition[],
  record?: number,
): FoundTransition | undefined =>
  record === undefined
    ? transitions.at(-1)
    : transitions.find(({ from, last }) => record >= from && record <= last);

export const STATE_WORDS: Readonly<Record<TransitionState, string>> = {
  'step-runs': 'a step runs',
  'not-at-rest': 'not at rest',
  'at-rest': 'at rest',
  'given-up': 'no longer declared',
  superseded: 'overtaken by another edit',
};
