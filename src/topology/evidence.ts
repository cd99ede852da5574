/** Is a site's copy down? A verdict with its signs; silence and isolation look the same, so each sign has source and age. */
export interface Sign {
  readonly source: string;
  /** `silent`: does not answer; `alive`: proof of life; `down`: an independent party reports the loss. */
  readonly says: 'silent' | 'alive' | 'down';
  readonly detail: string;
  /** ms since that source last changed its answer; how long the silence lasts. */
  readonly forMs: number;
}

/** `proven` and `silent` are the levels that policy may name; `partitioned`: we do not see it, somebody else does. */
export type Verdict = 'alive' | 'partitioned' | 'unclear' | 'silent' | 'proven' | 'attested';

/** Verdicts that rest on an answer of the site, given to us or to somebody else. */
export const isSignOfLife = (verdict: string): boolean => verdict === 'alive' || verdict === 'partitioned';

export interface Evidence {
  readonly verdict: Verdict;
  readonly signs: readonly Sign[];
  /** One sentence: what would change the verdict. */
  readonly changes: string;
}
