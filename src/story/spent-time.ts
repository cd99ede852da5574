/**
 * Where the time of a transition went. Two records of steps that follow each other, under one daemon, differ by wall time and by what the
 * daemon waited for the outside; what is not the outside's is the daemon's own. Nothing is put where nobody measured. Pure.
 */
import type { JournalRecord } from '../ports/journal.ts';
import { planOf } from './plan-in-record.ts';
import type { Gap, GapKind, SpentTime } from './transition.ts';

type StepRecord = JournalRecord & { readonly kind: 'intent' | 'outcome' };
const isStepRecord = (record: JournalRecord): record is StepRecord =>
  record.kind === 'intent' || record.kind === 'outcome';

export const msBetween = (from: string, to: string): number => {
  const span = Date.parse(to) - Date.parse(from);
  // A clock that was set back, or an instant that nobody can read.
  return span > 0 ? span : 0;
};

/** Between two step records that follow each other. */
interface Stretch {
  readonly from: StepRecord;
  readonly to: StepRecord;
  readonly steps: number;
  readonly between: readonly JournalRecord[];
  /** The step that is tried again behind it; undefined: none is. */
  readonly again: string | undefined;
}

function stretchesOf(records: readonly JournalRecord[]): readonly Stretch[] {
  const running = new Set<string>();
  const notDone = new Set<string>();
  const stretches: Stretch[] = [];
  let from: StepRecord | undefined;
  let between: JournalRecord[] = [];
  for (const record of records) {
    if (!isStepRecord(record)) {
      between.push(record);
      continue;
    }
    const step = `${record.action}:${record.target}`;
    const again = record.kind === 'intent' && notDone.has(step) ? step : undefined;
    if (from !== undefined) stretches.push({ from, to: record, steps: running.size, between, again });
    if (record.kind === 'intent') running.add(record.attempt);
    else running.delete(record.attempt);
    if (record.kind === 'outcome' && record.result !== 'done') notDone.add(step);
    else notDone.delete(step);
    from = record;
    between = [];
  }
  return stretches;
}

const HOLDING: ReadonlySet<string> = new Set(['AwaitingApproval', 'Blocked', 'Suspended', 'Stalled']);

function holds(record: JournalRecord): boolean {
  if (record.kind === 'decision' || record.kind === 'generation') return true;
  if (record.kind === 'plan') return planOf(record).kind !== 'steps';
  return record.kind === 'condition' && record.status === 'True' && HOLDING.has(record.type);
}

/** ms of the outside in between; null: another daemon wrote the second record, or a version that did not count. */
function outsideOf({ from, to }: Stretch): number | null {
  const outside = to.outsideMs - from.outsideMs;
  if (from.epoch !== to.epoch || !Number.isFinite(outside)) return null;
  return Math.min(Math.max(0, outside), msBetween(from.at, to.at));
}

type Part = Exclude<keyof SpentTime, 'wallMs' | 'overheadMs'>;
type Parts = Partial<Record<Part, number>>;

function gapKind(stretch: Stretch): GapKind {
  const { between, again } = stretch;
  if (between.some(holds)) return 'held';
  if (outsideOf(stretch) === null) return 'unknown';
  return again === undefined ? 'looks' : 'pause';
}

function partsOf(stretch: Stretch): Parts {
  const wall = msBetween(stretch.from.at, stretch.to.at);
  const outside = outsideOf(stretch);
  if (stretch.steps > 0)
    return outside === null ? { unknownMs: wall } : { workMs: outside, ownMs: wall - outside };
  switch (gapKind(stretch)) {
    case 'held':
      return { heldMs: wall };
    case 'pause':
      return { pausesMs: wall };
    case 'unknown':
      return { unknownMs: wall };
    case 'looks':
      return { looksMs: outside ?? 0, ownMs: wall - (outside ?? 0) };
  }
}

/** @param records of one transition, oldest first */
export function spentTime(records: readonly JournalRecord[]): SpentTime {
  const all = stretchesOf(records).map(partsOf);
  const sum = (part: Part): number => all.reduce((total, parts) => total + (parts[part] ?? 0), 0);
  const [workMs, ownMs, looksMs] = [sum('workMs'), sum('ownMs'), sum('looksMs')];
  const [pausesMs, heldMs, unknownMs] = [sum('pausesMs'), sum('heldMs'), sum('unknownMs')];
  const overheadMs = ownMs + looksMs + pausesMs;
  const wallMs = workMs + overheadMs + heldMs + unknownMs;
  return { wallMs, workMs, ownMs, looksMs, pausesMs, heldMs, unknownMs, overheadMs };
}

export function gapsOf(records: readonly JournalRecord[]): readonly Gap[] {
  return stretchesOf(records)
    .filter(({ steps }) => steps === 0)
    .map((stretch) => {
      const kind = gapKind(stretch);
      return { kind, from: stretch.from.at, to: stretch.to.at, says: gapWords(kind, stretch) };
    });
}

function gapWords(kind: GapKind, { again = '', between }: Stretch): string {
  switch (kind) {
    case 'looks':
      return 'looked at the world again, and planned';
    case 'pause':
      return `paused after ${again}, which was not done`;
    case 'unknown':
      return 'another daemon went on: nobody measured';
    case 'held':
      return heldWords(between);
  }
}

/** By the last record that says why; a decision is what ended it. */
function heldWords(between: readonly JournalRecord[]): string {
  const condition = between.findLast((record) => record.kind === 'condition' && holds(record));
  if (condition?.kind === 'condition') return `held: ${condition.message}`;
  const decision = between.findLast((record) => record.kind === 'decision');
  if (decision?.kind === 'decision') return `held until ${decision.by} decided: ${decision.decision}`;
  return between.some(({ kind }) => kind === 'generation')
    ? 'a new generation came'
    : 'held: no step could be taken';
}
