/** The steps of a transition: when each began and ended, whose time it was, and what was predicted of it. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import type { Seconds } from '../topology/forecast.ts';
import { isPlanRecord, predictionOf } from './plan-in-record.ts';
import type { EffectNote, StepAccount } from './transition.ts';

type Intent = JournalRecord & { readonly kind: 'intent' };
type Outcome = JournalRecord & { readonly kind: 'outcome' };

/** In the order in which they began. */
export function stepAccounts(records: readonly JournalRecord[]): readonly StepAccount[] {
  return records
    .filter((record): record is Intent => record.kind === 'intent')
    .map((intent) => accountOf(intent, records));
}

function accountOf(intent: Intent, records: readonly JournalRecord[]): StepAccount {
  const { attempt, action, target, seedStep, risk, generation, seq, at } = intent;
  const outcome = records.find(
    (record): record is Outcome => record.kind === 'outcome' && record.attempt === attempt,
  );
  return {
    attempt,
    action,
    target,
    seedStep,
    risk,
    generation,
    begun: { seq, at },
    predicted: predictedSeconds(intent, records),
    effects: effectsOf(attempt, records),
    ...endOf(outcome),
  };
}

type End = Pick<
  StepAccount,
  'ended' | 'result' | 'code' | 'reason' | 'durationMs' | 'externalMs' | 'alreadyDone' | 'afterRestart'
>;

const OPEN: End = {
  ended: null,
  result: null,
  code: null,
  reason: null,
  durationMs: null,
  externalMs: null,
  alreadyDone: false,
  afterRestart: false,
};

function endOf(outcome: Outcome | undefined): End {
  if (outcome === undefined) return OPEN;
  const { seq, at, result, code, reason, durationMs, externalMs, notes } = outcome;
  // The daemon that found it so writes zeros: it has measured nothing.
  const afterRestart = notes['afterRestart'] === true;
  return {
    ended: { seq, at },
    result,
    code,
    reason,
    durationMs: afterRestart ? null : durationMs,
    externalMs: afterRestart ? null : externalMs,
    alreadyDone: notes['alreadyDone'] === true,
    afterRestart,
  };
}

/** By the first plan of the transition that could tell, which is before anything was done wherever the step was measured before. */
function predictedSeconds(intent: Intent, records: readonly JournalRecord[]): Seconds | null {
  for (const record of records) {
    if (record.seq >= intent.seq) return null;
    const found = (isPlanRecord(record) ? predictionOf(record) : null)?.steps.find(
      ({ action, target }) => action === intent.action && target === intent.target,
    );
    if (found?.seconds != null) return found.seconds;
  }
  return null;
}

const effectsOf = (attempt: string, records: readonly JournalRecord[]): readonly EffectNote[] =>
  records.flatMap((record) =>
    record.kind === 'effect' && record.attempt === attempt
      ? [{ seq: record.seq, at: record.at, where: record.where, what: record.what }]
      : [],
  );
