/** What the gates judge by, and what they answer. Types and the surroundings of a pool that stands alone. */
import type { Decision } from '../../ports/journal.ts';
import type { LossLedger } from '../../topology/loss-ledger.ts';
import type { DesiredPool } from '../../topology/pool-topology.ts';
import type { Plan } from '../plan.ts';
import type { Vector } from '../variables.ts';
import type { GateCode, GateName, GateVerdict } from './gate-table.ts';

/** What the journal tells of a pool. Instants in ms since 1970. */
export interface PoolHistory {
  /** When the first effect of this generation's transition was announced; undefined: none is under way. */
  readonly begunAtMs: number | undefined;
  /** When the newest step that moves the pool between the sites was done. */
  readonly movedAtMs: number | undefined;
  /** Seconds by `action:target`: the 95th percentile of the steps that were done. */
  readonly seconds: ReadonlyMap<string, number>;
}

/** The other pools of this daemon. */
export interface FleetSituation {
  /** `maxConcurrentTransitions`. */
  readonly limit: number;
  /** Other pools that hold a slot now. */
  readonly moving: readonly string[];
  /** This pool holds one itself. */
  readonly holdsSlot: boolean;
  /** `stopAfterFailures`. */
  readonly stopAfter: number;
  /** Other pools that are stalled. */
  readonly stalled: readonly string[];
}

export interface Surroundings {
  readonly history: PoolHistory;
  readonly fleet: FleetSituation;
  /** What the stop file says; undefined: there is none. */
  readonly stopped: string | undefined;
  readonly leaseHeld: boolean;
}

export const NO_HISTORY: PoolHistory = { begunAtMs: undefined, movedAtMs: undefined, seconds: new Map() };

/** One pool, no past, nothing in the way: a plan that is only looked at. */
export const ALONE: Surroundings = {
  history: NO_HISTORY,
  fleet: { limit: Infinity, moving: [], holdsSlot: false, stopAfter: Infinity, stalled: [] },
  stopped: undefined,
  leaseHeld: true,
};

export interface GateInput {
  readonly pool: DesiredPool;
  readonly plan: Plan;
  readonly vector: Vector;
  readonly ledger: LossLedger;
  readonly decisions: readonly Decision[];
  readonly surroundings: Surroundings;
  readonly nowMs: number;
}

/** One fact behind an answer. `ageMs` null: it has no age, for example a line of the desired state. */
export interface GuardFact {
  readonly fact: string;
  readonly source: string;
  readonly ageMs: number | null;
}

/** One gate's answer. `code` null: it is open. */
export interface GateFinding {
  readonly gate: GateName;
  readonly code: GateCode | null;
  readonly kind: 'proceed' | GateVerdict;
  /** One sentence, open or closed. */
  readonly says: string;
  readonly facts: readonly GuardFact[];
  /** What a person can do; null: nothing is needed. */
  readonly nextAction: string | null;
}

/** The first closed gate decides; `findings` are all of them in order. */
export type Gate =
  | { readonly kind: 'proceed'; readonly findings: readonly GateFinding[] }
  | {
      readonly kind: GateVerdict;
      readonly code: GateCode;
      readonly reason: string;
      readonly nextAction: string;
      readonly findings: readonly GateFinding[];
    };
