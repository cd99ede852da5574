/** The durable record of intents, outcomes and people's decisions. One writer: the holder of the lease. */
import type { BreakGlass, Generation, Revision, Site } from '../topology/pool-topology.ts';
import type { LossAccount, TransitionAccount } from '../topology/forecast.ts';
import type { LastSeen } from '../topology/pool-facts.ts';
import type { ErrorCode } from '../topology/pool-error.ts';

interface RecordBase {
  /** Format version; an unknown one stops the reader with PCO_JOURNAL_UNREADABLE. */
  readonly v: 1;
  /** 1, 2, 3 ... without gaps, but for records that a new file carried over from an old one. */
  readonly seq: number;
  readonly epoch: number;
  /** ISO 8601 UTC, the daemon's wall clock. */
  readonly at: string;
}

export interface StepReference {
  readonly pool: string;
  readonly round: string;
  readonly generation: Generation;
  /** Action id and target of the step, for example `restore-home` and `home`. */
  readonly action: string;
  readonly target: string;
  /** Identifies this attempt in intent, effects and outcome. */
  readonly attempt: string;
}

/** By instance, each by its own clock; see `lastSeen` of the facts. */
export type LastAnswers = Omit<LastSeen, 'share'>;

export type JournalBody =
  | { readonly kind: 'started'; readonly version: string }
  | {
      readonly kind: 'generation';
      readonly pool: string;
      readonly generation: Generation;
      readonly origin: string;
      readonly revision: Revision | null;
      readonly primarySite: Site;
      readonly primaryDatacenter: string;
      /** The pool as it was written: in force after a restart for as long as the source cannot be read. */
      readonly declared: unknown;
    }
  /** The desired state, valid as a whole, no longer declares this pool. */
  | { readonly kind: 'removed'; readonly pool: string }
  | {
      /** A plan when it changes: what was decided, from what, and what it is predicted to lose. */
      readonly kind: 'plan';
      readonly pool: string;
      readonly round: string;
      readonly generation: Generation;
      readonly plan: unknown;
      readonly ledger: unknown;
      /** Seconds beforehand; left out by versions that predicted none. */
      readonly prediction?: unknown;
    }
  | ({
      readonly kind: 'intent';
      readonly seedStep: string | null;
      readonly risk: string;
      readonly facts: string;
      /** ms that this daemon had waited for the outside when it wrote this; two records of one epoch differ by what was not its own. */
      readonly outsideMs: number;
    } & StepReference)
  | ({
      /** One external effect inside a step, written before it is sent: a statement, a cmdlet, a copy, a rename. */
      readonly kind: 'effect';
      readonly where: string;
      readonly what: string;
    } & StepReference)
  | ({
      readonly kind: 'outcome';
      readonly result: 'done' | 'refused' | 'failed' | 'unknown';
      readonly code: ErrorCode | null;
      readonly reason: string | null;
      /** Wall time of the step, and how much of it was spent waiting for SQL Server, the shell, files or the world. */
      readonly durationMs: number;
      readonly externalMs: number;
      /** As in `intent`. */
      readonly outsideMs: number;
      /** What it had to copy or to restore; left out where that is not counted in bytes. */
      readonly bytes?: number;
      /** What the actuator found worth keeping, for example folders and job ids before they vanish. */
      readonly notes: Readonly<Record<string, unknown>>;
    } & StepReference)
  | {
      readonly kind: 'condition';
      readonly pool: string;
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly kind: 'evidence';
      readonly pool: string;
      readonly site: Site;
      readonly verdict: string;
      /** What `down` rests on. */
      readonly level?: string | null;
      /** Instances of which somebody has seen a sign of life; left out in older journals. */
      readonly living?: readonly string[];
      readonly signs: readonly string[];
    }
  | {
      /** A share fell silent: what it listed last and was not yet copied. */
      readonly kind: 'last-listing';
      readonly pool: string;
      readonly listing: NonNullable<LastSeen['share']>;
    }
  | {
      /** An instance fell silent, answers again, or its copy of the chat database can no longer be read: what was seen of it last. */
      readonly kind: 'last-answers';
      readonly pool: string;
      readonly answers: LastAnswers;
    }
  | ({
      /** The pool came to rest after steps: what was predicted before the first of them, and how it was. */
      readonly kind: 'transition';
      readonly pool: string;
      readonly generation: Generation;
    } & TransitionAccount)
  | ({
      /** Home is seen again after a failover. */
      readonly kind: 'loss-seen';
      readonly pool: string;
      readonly generation: Generation;
    } & LossAccount)
  | ({ readonly kind: 'decision' } & Decision)
  | {
      /** A local desired state over a source that could not be read; counts until `expiresAt` or until the source is read again. */
      readonly kind: 'break-glass';
      readonly by: string;
      readonly reason: string;
      /** As in a decision. */
      readonly via?: string;
      readonly expiresAt: string;
      /** As the person named it; `text` is what it held. */
      readonly file: string;
      readonly text: string;
      /** The pools that it declares; `before`: where the source wanted each of them, null: not known. */
      readonly pools: readonly { readonly pool: string; readonly before: Site | null }[];
    }
  | {
      /** The source was read again: every break-glass before this record is over. */
      readonly kind: 'break-glass-ended';
      readonly pools: readonly ReturnedPool[];
    }
  | {
      /** The file began anew; the records before this one were carried over from `archive`, a file beside it. */
      readonly kind: 'rotated';
      readonly archive: string;
      readonly carried: number;
    };

/** What the source wants of a pool after a break-glass. */
export interface ReturnedPool {
  readonly pool: string;
  /** null: the source declares it no more. */
  readonly generation: Generation | null;
  /** This generation would move the pool back between the sites, and nobody has reviewed that. */
  readonly movesBack: boolean;
  readonly breakGlass: Omit<BreakGlass, 'state'>;
}

/** What a person decided; it ends at `expiresAt`. */
export type Decision = {
  readonly pool: string;
  /** Name of the person, as given on the command line. */
  readonly by: string;
  readonly reason: string;
  /** Whose token or certificate the request came with, `local`: the one of the journal's folder; left out: without a daemon, and in older journals. */
  readonly via?: string;
  readonly expiresAt: string | null;
} & (
  | {
      readonly decision: 'approve';
      readonly generation: Generation;
      readonly steps: readonly string[];
      /** null: whatever it is; a person had accepted a loss that nobody can bound. */
      readonly lossMinutes: number | null;
      /** Left out in older journals: none. */
      readonly lostFiles?: number | undefined;
      /** Fingerprint of the saved plan that was approved; left out: the plan that was shown. */
      readonly savedPlan?: string;
    }
  | {
      readonly decision: 'attest-down';
      readonly site: Site;
      /** Only this instance of the site; left out: the site's copy. */
      readonly instance?: string | undefined;
    }
  | {
      readonly decision: 'accept-loss';
      readonly generation: Generation;
      /** null: whatever it is, also a loss that nobody can bound. */
      readonly lossMinutes: number | null;
    }
  | { readonly decision: 'keep'; readonly generation: Generation; readonly site: Site }
  | { readonly decision: 'cancel'; readonly generation: Generation }
  | { readonly decision: 'suspend' }
  | { readonly decision: 'resume' }
);

export type JournalRecord = RecordBase & JournalBody;

export interface Journal {
  /** Resolves once the record is on disk (flushed); rejects with PCO_JOURNAL_UNWRITABLE and writes nothing half. */
  append(body: JournalBody): Promise<JournalRecord>;
  /** Every record so far, oldest first. */
  records(): readonly JournalRecord[];
}
