/** Who may act. Freed by the operating system when its holder dies. */
export interface Lease {
  /** Rises with every acquisition, 1 or more. */
  readonly epoch: number;
  /** Aborts when the lease is lost or released. */
  readonly lost: AbortSignal;
  /** Still held? Checked right before every effect. */
  held(): boolean;
  release(): Promise<void>;
}
