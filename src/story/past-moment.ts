/** A past instant of a pool, as the journal tells it: what was declared, planned, running and decided when a record was written. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { isSignOfLife, verdictWords } from '../topology/evidence.ts';
import type { Site } from '../topology/pool-topology.ts';
import { valuesOf } from './declared-changes.ts';
import { generationChanges } from './generation-changes.ts';
import { knowsDaemonOf, type KeptRecords } from './kept-records.ts';
import type {
  DecisionMoment,
  EvidenceMoment,
  GenerationMoment,
  PastMoment,
  PlanMoment,
  RunningMoment,
} from './moment.ts';
import { isPlanRecord, ledgerOf, planOf, predictionOf } from './plan-in-record.ts';
import { markOf } from './record-notes.ts';
import type { RecordedAt } from './transition.ts';

/** Of a moment; shown beside it, so that nobody takes silence for good news. */
export const NOT_KEPT: readonly string[] = [
  'What each instance, server and share said in a look: only the verdicts, conditions and plans that followed from it.',
  'Drift, lag, sessions, and how far a step or a copy was.',
  'Verdicts of single gates and guards: only the conditions that they led to.',
  'A verdict that was "alive" since the daemon had started, and a condition that was never True since then.',
];

/** Records on each side. */
const AROUND = 40;
const placeOf = ({ seq, at }: JournalRecord): RecordedAt => ({ seq, at });

/** Where it is asked for by an instant: the newest record that was written by then. */
export function recordAt({ records }: KeptRecords, at: string): number | undefined {
  const atMs = Date.parse(at);
  return records.findLast((record) => Date.parse(record.at) <= atMs)?.seq;
}

/** @param seq of a record that is kept; left out: the newest. undefined: it is not kept */
export function pastMoment(kept: KeptRecords, seq?: number): PastMoment | undefined {
  const whole = kept.records.filter((record) => record.seq >= kept.completeFrom);
  const index = seq === undefined ? whole.length - 1 : whole.findIndex((record) => record.seq === seq);
  const record = whole[index];
  if (record === undefined) return undefined;
  const before = kept.records.filter((one) => one.seq <= record.seq);
  const own = sinceDeclared(before);
  // What a daemon had judged ended with it: the next one began with nothing and judged anew.
  const judged = own.filter(({ epoch }) => epoch === record.epoch);
  return {
    record: markOf(record),
    epoch: record.epoch,
    cut: !knowsDaemonOf(kept, record),
    earlier: whole[index - 1]?.seq ?? null,
    later: whole[index + 1]?.seq ?? null,
    around: whole.slice(Math.max(0, index - AROUND), index + AROUND + 1).map(markOf),
    oldest: placeOf(whole[0] ?? record),
    newest: placeOf(whole.at(-1) ?? record),
    generation: generationAt(own, kept.completeFrom),
    plan: planAt(judged),
    running: runningAt(own),
    conditions: conditionsAt(judged),
    evidence: { home: evidenceAt(judged, 'home'), backup: evidenceAt(judged, 'backup') },
    decisions: decisionsAt(before, record.at),
    breakGlass: breakGlassAt(before, record.at),
    notKept: NOT_KEPT,
  };
}

/** Nothing stays of a pool that is no longer declared. */
function sinceDeclared(records: readonly JournalRecord[]): readonly JournalRecord[] {
  return records.slice(records.findLastIndex(({ kind }) => kind === 'removed') + 1);
}

function generationAt(records: readonly JournalRecord[], completeFrom: number): GenerationMoment | null {
  const record = records.findLast(({ kind }) => kind === 'generation');
  if (record?.kind !== 'generation') return null;
  const [change] = generationChanges(records, completeFrom, record.seq);
  if (change === undefined) return null;
  const { declared } = record;
  const values = typeof declared === 'object' && declared !== null ? [...valuesOf(declared)] : null;
  return { ...change, declared: values?.map(([path, value]) => ({ path, value })) ?? null };
}

function planAt(records: readonly JournalRecord[]): PlanMoment | null {
  const plan = records.findLast(isPlanRecord);
  if (plan === undefined) return null;
  const { seq, at, generation } = plan;
  return { seq, at, generation, ...planOf(plan), ledger: ledgerOf(plan), prediction: predictionOf(plan) };
}

function runningAt(records: readonly JournalRecord[]): readonly RunningMoment[] {
  const open = new Map<string, RunningMoment>();
  for (const record of records)
    if (record.kind === 'outcome') open.delete(record.attempt);
    else if (record.kind === 'intent') {
      const { seq, at, action, target, attempt } = record;
      open.set(attempt, { seq, at, action, target, lastEffect: null });
    } else if (record.kind === 'effect') {
      const step = open.get(record.attempt);
      const { seq, at, where, what } = record;
      if (step !== undefined) open.set(record.attempt, { ...step, lastEffect: { seq, at, where, what } });
    }
  return [...open.values()];
}

function conditionsAt(records: readonly JournalRecord[]): PastMoment['conditions'] {
  const byType = new Map<string, PastMoment['conditions'][number]>();
  for (const record of records)
    if (record.kind === 'condition') {
      const { seq, at, type, status, reason, message } = record;
      byType.set(type, { seq, at, type, status, reason, message });
    }
  return [...byType.values()];
}

function evidenceAt(records: readonly JournalRecord[], site: Site): EvidenceMoment | null {
  const record = records.findLast((one) => one.kind === 'evidence' && one.site === site);
  if (record?.kind !== 'evidence') return null;
  const { seq, at, signs } = record;
  return { seq, at, verdict: verdictWords(record), signs };
}

/** Made by then, not over by then, and about the generation that was in force where they are about one. */
function decisionsAt(records: readonly JournalRecord[], at: string): readonly DecisionMoment[] {
  const generation = records.findLast(({ kind }) => kind === 'generation');
  const inForce = generation?.kind === 'generation' ? generation.generation : null;
  const decisions = records.filter((record) => record.kind === 'decision');
  const lastHold = decisions.findLast(({ decision }) => decision === 'suspend' || decision === 'resume');
  return decisions.filter((record) => {
    if (record.expiresAt !== null && record.expiresAt <= at) return false;
    if (record.decision === 'suspend' || record.decision === 'resume') return record.seq === lastHold?.seq;
    if (record.decision === 'attest-down') return !lives(records, record);
    return inForce === null || record.generation.hash === inForce.hash;
  });
}

/** A sign of life since then voids an attestation. */
const lives = (
  records: readonly JournalRecord[],
  {
    seq,
    site,
    instance,
  }: { readonly seq: number; readonly site: Site; readonly instance?: string | undefined },
): boolean =>
  records.some(
    (record) =>
      record.kind === 'evidence' &&
      record.seq > seq &&
      record.site === site &&
      (instance === undefined ? isSignOfLife(record.verdict) : record.living?.includes(instance) === true),
  );

function breakGlassAt(records: readonly JournalRecord[], at: string): PastMoment['breakGlass'] {
  const last = records.findLast(({ kind }) => kind === 'break-glass' || kind === 'break-glass-ended');
  if (last?.kind !== 'break-glass' || last.expiresAt <= at) return null;
  const { seq, at: since, by, reason, file, expiresAt } = last;
  return { seq, at: since, by, reason, file, expiresAt };
}
