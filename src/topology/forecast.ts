/** Seconds and losses beforehand, and beside what they were. null is always: not known; nothing is made up, but in WayBack, by name. Types only. */
import type { Site } from './pool-topology.ts';

/** Quantiles over what was measured; with fewer than twenty measurements p95 is the longest of them. */
export interface Seconds {
  readonly p50: number;
  readonly p95: number;
}

/** A step of this installation that was done: how long it took, waiting for its effect included. */
export interface DurationSample {
  readonly pool: string;
  readonly action: string;
  readonly target: string;
  readonly seconds: number;
  /** What it had to copy or to restore; null: nothing that is counted in bytes. */
  readonly bytes: number | null;
}

/** What predictions rest on, all of it measured by this installation. */
export interface DurationHistory {
  readonly steps: readonly DurationSample[];
  /** Seconds between two steps of one transition, in which the daemon looks at the world again; of each pool its newest figure. */
  readonly looks: readonly { readonly pool: string; readonly seconds: number }[];
}

export interface StepPrediction {
  readonly action: string;
  readonly target: string;
  readonly seconds: Seconds | null;
  /** How many measurements it rests on. */
  readonly samples: number;
  /** `rate`: seconds per byte, times the bytes of now; `time`: as long as before; `none`: never done here. */
  readonly from: 'rate' | 'time' | 'none';
  /** Users cannot chat before it, after it, or both. */
  readonly outage: boolean;
}

export interface PlanPrediction {
  readonly steps: readonly StepPrediction[];
  /** Sums over the steps and the looks between them: p95 is what all of them together take when each is slow. */
  readonly duration: Seconds | null;
  /** From the step that takes the clients off (or from now, when they are off) to the one that brings them back. */
  readonly outage: Seconds | null;
  /** Steps that were never measured: while there is one, sums that hold it are not known. */
  readonly unmeasured: readonly string[];
}

export interface Readiness {
  /** Could the service move now, if the site that serves were lost? */
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly lost: Site;
  readonly because: string;
  readonly outage: Seconds | null;
  readonly duration: Seconds | null;
  readonly lossMinutes: number | null;
}

/** Predicted before the first step, and how it was. */
export interface TransitionAccount {
  readonly steps: readonly string[];
  readonly predicted: {
    readonly duration: Seconds | null;
    readonly outage: Seconds | null;
    readonly lossMinutes: number | null;
    readonly lostFiles: number;
  };
  readonly actual: { readonly durationSeconds: number; readonly outageSeconds: number | null };
  /** Median of the seconds between two of its steps; of the transition before where no two followed each other without a wait. */
  readonly lookSeconds?: number;
}

/** The loss of a failover once home is seen again. */
export interface LossAccount {
  readonly predictedMinutes: number | null;
  readonly actualMinutes: number | null;
  readonly because: string;
}

/** What one copy of the chat data holds, as far as facts tell. */
export interface CopyHolding {
  /** For people: `principal of home`, `share`. */
  readonly copy: string;
  /** Instance, or folder as SQL Server names it. */
  readonly where: string;
  /** State of the database, `listed`, or `unknown`. */
  readonly state: string;
  readonly lastLsn: string | null;
  /** It holds what was committed before this instant, by the clock of its writer, ISO 8601 UTC. */
  readonly until: string | null;
  readonly files: number | null;
  readonly messages: number | null;
  readonly because: string;
}

/** What one deed brings back that would be lost without it. */
export interface Salvage {
  readonly what: string;
  /** `plan`: a step of the present plan; `person`: nothing of this program does it. */
  readonly by: 'plan' | 'person';
  readonly minutes: number | null;
  readonly because: string;
}

export interface Holdings {
  readonly copies: readonly CopyHolding[];
  readonly salvage: readonly Salvage[];
  /** If the backup copy were opened as it is now, without any salvage; null: not known. */
  readonly lossNowMinutes: number | null;
}

/** One way back to the primary store, where there is a choice. */
export interface WayBack {
  readonly way: 'documented' | 'minimal';
  /** The one that policy.failback names. */
  readonly chosen: boolean;
  /** Why it cannot be taken; null: it can. */
  readonly hindrance: string | null;
  /** `action:target`; none: it cannot be taken, or is not planned to its end. */
  readonly steps: readonly string[];
  /** Medians of what was measured here; an assumption for the steps of `assumed`. null: there are no steps. */
  readonly seconds: number | null;
  readonly outageSeconds: number | null;
  readonly assumed: readonly string[];
}

/** Everything that is said beforehand about a pool, and the last account of how it came. */
export interface Forecast extends Holdings {
  readonly prediction: PlanPrediction;
  readonly readiness: Readiness;
  /** Both ways while the service is to come back to the primary store; else none. */
  readonly waysBack: readonly WayBack[];
  readonly lastTransition: TransitionAccount | null;
  readonly lastLoss: LossAccount | null;
}
