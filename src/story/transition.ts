/**
 * What the journal tells of one transition of a pool. Instants are ISO 8601 UTC by the daemon's wall clock, spans are ms; null is always:
 * not recorded, or not yet. Types only.
 */
import type { Decision } from '../ports/journal.ts';
import type { LedgerLine } from '../topology/loss-ledger.ts';
import type { Seconds } from '../topology/forecast.ts';
import type { Generation, Revision, Site } from '../topology/pool-topology.ts';

/** Place of a record in the journal. */
export interface RecordedAt {
  readonly seq: number;
  readonly at: string;
}

/** One value of the declared pool that is another one now. null: it was, or is, not written. */
export interface DeclaredChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface GenerationChange extends RecordedAt {
  readonly generation: Generation;
  readonly origin: string;
  readonly revision: Revision | null;
  readonly primaryDatacenter: string;
  /** The newest generation before it that is kept; null: there is none. */
  readonly before: { readonly generation: Generation; readonly primaryDatacenter: string } | null;
  /** null: the document of one of the two is not kept. */
  readonly changes: readonly DeclaredChange[] | null;
}

/** `edit`: a new generation. `drift`: the generation was in force, and the world was no longer as it says. */
export interface Cause extends RecordedAt {
  readonly kind: 'edit' | 'drift';
  /** One sentence. */
  readonly says: string;
}

export interface EvidenceNote extends RecordedAt {
  readonly site: Site;
  /** For example `down (silent)`. */
  readonly verdict: string;
  readonly signs: readonly string[];
  /** It stood already when the first step began. */
  readonly before: boolean;
}

export type DecisionNote = Decision & RecordedAt;

export interface EffectNote extends RecordedAt {
  /** Right before it was sent; when it ended is not recorded. */
  readonly where: string;
  readonly what: string;
}

export type StepResult = 'done' | 'refused' | 'failed' | 'unknown';

export interface StepAccount {
  readonly attempt: string;
  readonly action: string;
  readonly target: string;
  readonly seedStep: string | null;
  readonly risk: string;
  readonly generation: Generation;
  readonly begun: RecordedAt;
  readonly ended: RecordedAt | null;
  /** null: no outcome is written. */
  readonly result: StepResult | null;
  readonly code: string | null;
  readonly reason: string | null;
  /** From intent to outcome; null also where the daemon ended in between. */
  readonly durationMs: number | null;
  /** Of it: waited for SQL Server, a cmdlet, a file, or for the effect to show. The rest is the daemon's own. */
  readonly externalMs: number | null;
  readonly predicted: Seconds | null;
  /** It was found done before anything was sent. */
  readonly alreadyDone: boolean;
  /** The outcome was seen by a daemon that was started later. */
  readonly afterRestart: boolean;
  readonly effects: readonly EffectNote[];
}

/** The parts sum up to `wallMs`. docs/page.md says what each of them is. */
export interface SpentTime {
  /** From the first intent to the last outcome. */
  readonly wallMs: number;
  /** While a step ran: waited for SQL Server, a cmdlet, a file, or for an effect to show. The unavoidable minimum. */
  readonly workMs: number;
  /** The daemon's own, inside steps and between them. */
  readonly ownMs: number;
  /** Between two steps: waited for the answers of the look that comes before the next step. */
  readonly looksMs: number;
  /** Before a step that was not done is tried again. */
  readonly pausesMs: number;
  /** Held by a person, a gate, or something that was missing. */
  readonly heldMs: number;
  /** Across a start of the daemon: nobody measured. */
  readonly unknownMs: number;
  /** `ownMs` + `looksMs` + `pausesMs`. */
  readonly overheadMs: number;
}

/** A part of it that is not nothing, in words. */
export interface SpentPart {
  readonly part: Exclude<keyof SpentTime, 'wallMs' | 'overheadMs'>;
  readonly name: string;
  readonly ms: number;
  readonly means: string;
}

export type GapKind = 'looks' | 'pause' | 'held' | 'unknown';

/** Between two steps. */
export interface Gap {
  readonly kind: GapKind;
  readonly from: string;
  readonly to: string;
  readonly says: string;
}

export interface Prediction {
  /** The plan that it stands in; null: no plan is kept from before the first step. */
  readonly plan: RecordedAt | null;
  readonly duration: Seconds | null;
  readonly outage: Seconds | null;
  readonly lossMinutes: number | null;
  readonly lostFiles: number | null;
  /** What that plan said would be lost, or could be. */
  readonly lines: readonly LedgerLine[];
}

export interface Actual {
  readonly durationSeconds: number | null;
  readonly outageSeconds: number | null;
  /** null: not counted, and `lossBecause` says why. */
  readonly lossMinutes: number | null;
  readonly lossBecause: string;
}

/** `given-up`: the pool was no longer declared. `superseded`: another datacenter was wanted before it was at rest. */
export type TransitionState = 'step-runs' | 'not-at-rest' | 'at-rest' | 'given-up' | 'superseded';

export interface Mark extends RecordedAt {
  readonly kind: string;
  readonly says: string;
}

export interface Transition {
  readonly pool: string;
  /** Record of the first intent; names the transition. */
  readonly first: number;
  /** Its newest record. */
  readonly last: number;
  readonly state: TransitionState;
  /** Its beginning is no longer kept: times and causes may be missing. */
  readonly cut: boolean;
  readonly cause: Cause;
  readonly begunAt: string;
  /** Of the last outcome; null: it goes on. */
  readonly endedAt: string | null;
  /** From the cause to the first step. */
  readonly beforeMs: number;
  readonly spent: SpentTime;
  /** The overhead over the unavoidable minimum, in one sentence. */
  readonly headline: string;
  readonly parts: readonly SpentPart[];
  readonly predicted: Prediction;
  readonly actual: Actual;
  readonly generations: readonly GenerationChange[];
  readonly evidence: readonly EvidenceNote[];
  /** Verdicts from before the first step may be older than the records that were read. */
  readonly evidenceCut: boolean;
  readonly decisions: readonly DecisionNote[];
  /** In the order in which they began; the newest where there are very many. */
  readonly steps: readonly StepAccount[];
  /** How many began before those. */
  readonly stepsBefore: number;
  readonly notDone: number;
  readonly gaps: readonly Gap[];
  /** Its records in one line each, oldest first; the newest where there are very many. */
  readonly marks: readonly Mark[];
}

/** A row of the list. */
export type TransitionSummary = Pick<
  Transition,
  | 'pool'
  | 'first'
  | 'last'
  | 'state'
  | 'cut'
  | 'cause'
  | 'begunAt'
  | 'endedAt'
  | 'spent'
  | 'headline'
  | 'notDone'
  | 'actual'
> & { readonly steps: number };
