/** What an actuator gets for one step, and what it gives back. Actuators act; the loop in src/daemon plans, gates and journals. */
import type { BackupFiles } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import type { Random } from '../ports/random.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import type { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { StepId } from '../reconciler/step-id.ts';

export interface ActuatorPorts {
  readonly sql: SqlInstances;
  readonly shell: ManagementShell;
  readonly files: BackupFiles;
  readonly clock: Clock;
  readonly random: Random;
}

export interface StepContext {
  readonly pool: DesiredPool;
  readonly step: StepId;
  /** Facts of the fresh observation made right before this step; the step's needs hold in them. */
  readonly facts: PoolFacts;
  readonly signal: AbortSignal;
  /**
   * Must be awaited right before every external effect. Journals it, checks lease and signal; rejects with PCO_LEASE_LOST,
   * PCO_CANCELLED or PCO_JOURNAL_UNWRITABLE, and then the effect must not happen.
   * @param where instance, folder or `shell`
   * @param what one line without secrets, for example `RESTORE LOG [mgc] FROM mgc_20261123.trn`
   */
  effect(where: string, what: string): Promise<void>;
  /** What every instance compares with the epoch that it keeps before it changes anything (ADR 0026). */
  readonly lease: { readonly epoch: number; readonly holder: string };
  /** An instance keeps a newer epoch: the lease is lost, and with it everything that this daemon does. */
  passed(error: PoolError): void;
  /** Throws PCO_LEASE_LOST or PCO_CANCELLED. For what no instance can refuse: right before a cmdlet is sent or a file renamed. */
  leave(): void;
  /** Observes again and checks this step's needs; rejects with PCO_STEP_REFUSED. For use between two effects of one step. */
  recheck(): Promise<PoolFacts>;
  /** Long work reports here; shown by status and log. `fraction` 0 to 1. */
  progress(message: string, fraction?: number): void;
  /** Only for the one step that `overlaps` another: settles when the overlapped step has ended. */
  readonly overlapped: Promise<void> | undefined;
}

/** What is worth keeping in the journal: recorded folders, job ids, file names. Plain JSON. */
export type StepNotes = Readonly<Record<string, unknown>>;

/** Idempotent. Resolves when the effect was made or was already there; throws PoolError otherwise. Verification is the loop's. */
export type Actuator = (ports: ActuatorPorts, context: StepContext) => Promise<StepNotes>;
