/** One difference between the desired and the observed state. */
export interface Drift {
  /** Dotted path, for example `backup.mgc.mirroring`. */
  readonly path: string;
  readonly wanted: string;
  /** `unknown` is an answer. */
  readonly actual: string;
}
