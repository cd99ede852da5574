import type { PoolError } from '../topology/pool-error.ts';

/** Who may act. Freed by the operating system when its holder dies. */
export interface Lease {
  /** Rises with every acquisition, 1 or more. */
  readonly epoch: number;
  /** This acquisition by name, unlike any other, also where two came to the same epoch. */
  readonly holder: string;
  /** Aborts when the lease is lost or released. */
  readonly lost: AbortSignal;
  /** Still held? Checked right before every effect. */
  held(): boolean;
  /** Somebody else holds a newer one: never held again. */
  lose(reason: PoolError): void;
  release(): Promise<void>;
}
