/**
 * Does a site's copy live? A verdict with its signs; silence and isolation look the same, so each sign has source and age. It is about
 * a copy, not about a building: an instance that answers with a damaged mgc is no dead one.
 */

/** How a sign was got. */
export const SIGN_WAYS = {
  probe: 'a batch was sent over TDS, and its answer awaited',
  mirror: 'sys.database_mirroring of the partner',
  witness: 'sys.database_mirroring_witnesses of the witness',
  shell: 'the management shell asked the chat server',
  files: 'header and listing of log backups',
  'copy-job': "the copy job's row in msdb",
  heartbeat: 'tblServerIdentity of a copy that is ONLINE',
  person: 'pchat attest',
} as const;
export type SignWay = keyof typeof SIGN_WAYS;

export interface Sign {
  /** Who says it. */
  readonly source: string;
  /** Of whom: an instance, a chat server or a site. */
  readonly about: string;
  /**
   * `silent`: was asked and does not answer. `alive`: proof of life. `damaged`: alive, and its mgc serves nobody. `down`: a third
   * party reports the loss. `neither`: noted, speaks neither for life nor against it.
   */
  readonly says: 'silent' | 'alive' | 'damaged' | 'down' | 'neither';
  readonly detail: string;
  /** ms: how long the silence lasts; of every other sign how old it is. */
  readonly forMs: number;
  readonly way: SignWay;
}

/**
 * `degraded`: an instance of the site answers, but not the one that holds the copy, or its mgc is damaged. `partitioned`: the copy's
 * instance is not seen from here, and somebody else sees life. `unknown`: silent, but not for long enough or not from every side.
 */
export type Verdict = 'alive' | 'degraded' | 'partitioned' | 'unknown' | 'down';

/** What `down` rests on. Policy names `proven` or `silent`; `attested` is a person's word where policy allows one. */
export type DownLevel = 'proven' | 'silent' | 'attested';

interface Judged {
  readonly verdict: Verdict;
  /** null unless the verdict is `down`. */
  readonly level: DownLevel | null;
}

/** One instance's copy of mgc. A pair has two; which of them is the site's is the mirroring session's business. */
export interface CopyEvidence extends Judged {
  readonly instance: string;
  /** One sentence. */
  readonly because: string;
}

export interface Evidence extends Judged {
  readonly signs: readonly Sign[];
  /** Of each instance that may hold the site's copy, the declared primary first. */
  readonly copies: readonly CopyEvidence[];
  /** ms for which no instance of the site has answered; 0: one does, or not all of them were asked. */
  readonly silentForMs: number;
  /** One sentence: what would change the verdict. */
  readonly changes: string;
}

const SIGNS_OF_LIFE: ReadonlySet<string> = new Set<Verdict>(['alive', 'degraded', 'partitioned']);

/** Verdicts that rest on an answer of the site, given to us or to somebody else. */
export const isSignOfLife = (verdict: string): boolean => SIGNS_OF_LIFE.has(verdict);

/** `alive`, `down (silent)`: one word where a table or a journal has room for one. */
export const verdictWords = ({
  verdict,
  level,
}: {
  readonly verdict: string;
  readonly level?: string | null | undefined;
}): string => (level == null ? verdict : `${verdict} (${level})`);
