/** What a pool's loop needs of the daemon. Types only. */
import type { ActuatorPorts, StepContext, StepNotes } from '../actuators/step-context.ts';
import type { Journal } from '../ports/journal.ts';
import type { Lease } from '../ports/lease.ts';
import type { FleetSituation } from '../reconciler/gates/gate-input.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { PoolTopology } from '../topology/pool-topology.ts';
import type { BusyMeter } from './busy-meter.ts';
import type { Log } from './log.ts';
import type { LoopMetrics } from './loop-metrics.ts';
import type { TransitionSlots } from './transition-slots.ts';

export interface PoolDependencies {
  /** Metered by `meter`. */
  readonly ports: ActuatorPorts;
  readonly meter: BusyMeter;
  /** `maxAgeMs`: answers of instances that other pools got since then may be used; 0: every look begins after the question. */
  readonly observe: (pool: PoolTopology, signal: AbortSignal, maxAgeMs: number) => Promise<PoolFacts>;
  readonly applyStep: (ports: ActuatorPorts, context: StepContext) => Promise<StepNotes>;
  readonly journal: Journal;
  readonly lease: Lease;
  readonly slots: TransitionSlots;
  /** Pools that wait for a slot look again. */
  readonly onSlotFree: () => void;
  /** What the other pools do. */
  readonly fleet: (except: string) => FleetSituation;
  /** What the stop file says; undefined: there is none. */
  readonly stopped: () => string | undefined;
  readonly log: Log;
  readonly metrics: LoopMetrics;
  /** ms between looks while there is nothing to do, and while something is awaited. */
  readonly resyncMs: number;
  readonly waitMs: number;
  /** The loop itself broke: a defect of this program. */
  readonly onDefect: (error: unknown) => void;
}
