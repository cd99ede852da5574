/** The steps of a transition: when each began and ended, whose time it was, and what was predicted of it. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import type { PlanPrediction, Seconds } from '../topology/forecast.ts';
import { isPlanRecord, predictionOf } from './plan-in-record.ts';
import type { EffectNote, StepAccount } from './transition.ts';

type Intent = JournalRecord & { readonly kind: 'intent' };
type Outcome = JournalRecord & { readonly kind: 'outcome' };
type Effect = JournalRecord & { readonly kind: 'effect' };

/** In the order in which they began. */
export function stepAccounts(records: readonly JournalRecord[]): readonly StepAccount[] {
  const known: Known = {
    outcomes: new Map(records.filter(isOutcome).map((outcome) => [outcome.attempt, outcome])),
    effects: Map.groupBy(records.filter(isEffect), ({ attempt }) => attempt),
    predictions: records.filter(isPlanRecord).flatMap((plan) => {
      const steps = predictionOf(plan)?.steps.filter(({ seconds }) => seconds !== null) ?? [];
      return steps.length === 0 ? [] : [{ seq: plan.seq, steps }];
    }),
  };
  return records.filter(isIntent).map((intent) => accountOf(intent, known));
}

interface Known {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly effects: ReadonlyMap<string, readonly Effect[]>;
  /** Of plans that could tell something. */
  readonly predictions: readonly { readonly seq: number; readonly steps: PlanPrediction['steps'] }[];
}

const isIntent = (record: JournalRecord): record is Intent => record.kind === 'intent';
const isOutcome = (record: JournalRecord): record is Outcome => record.kind === 'outcome';
const isEffect = (record: JournalRecord): record is Effect => record.kind === 'effect';

function accountOf(intent: Intent, { outcomes, effects, predictions }: Known): StepAccount {
  const { attempt, action, target, seedStep, risk, generation, seq, at } = intent;
  return {
    attempt,
    action,
    target,
    seedStep,
    risk,
    generation,
    begun: { seq, at },
    predicted: predictedSeconds(intent, predictions),
    effects: (effects.get(attempt) ?? []).map(noteOf),
    ...endOf(outcomes.get(attempt)),
  };
}

const noteOf = ({ seq, at, where, what }: Effect): EffectNote => ({ seq, at, where, what });

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
function predictedSeconds(intent: Intent, predictions: Known['predictions']): Seconds | null {
  for (const { seq, steps } of predictions) {
    if (seq >= intent.seq) return null;
    const found = steps.find(({ action, target }) => action === intent.action && target === intent.target);
    if (found !== undefined) return found.seconds;
  }
  return null;
}
