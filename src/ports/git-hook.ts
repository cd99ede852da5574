/** What a forge says by POST: that a branch may have changed. It wakes a fetch and decides nothing. */
export interface HookDelivery {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As it came over the wire: this is what is signed. */
  readonly body: Uint8Array;
}

/**
 * `woken`: the source is read now. `ignored`: of another branch. `replayed`: had already. `stale`: says that it is older than the replay
 * window. `refused`: not from whoever knows the secret.
 */
export type HookResult = 'woken' | 'ignored' | 'replayed' | 'stale' | 'refused';

export interface GitHook {
  receive(delivery: HookDelivery): HookResult;
}
