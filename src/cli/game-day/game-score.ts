/** The score of a game day: how long until the pool was safe again, what users lost, and what was done wrong. Pure. */

/** What is seen of estate and daemon at one instant. */
export interface GameLook {
  readonly atMs: number;
  /** Messages that clients got a receipt for. */
  readonly acknowledged: number;
  /** Of them: not in the copy that serves. */
  readonly lost: number;
  /** Somebody serves. */
  readonly serving: boolean;
  /** The daemon says that the pool is as declared, in a datacenter that is alive. */
  readonly converged: boolean;
  /** ms since 1970 of the daemon's newest look at the pool; null: none. */
  readonly observedAtMs: number | null;
  readonly mistakes: GameMistakes;
}

/** In a look: since the estate began. In an answer: of this game. */
export interface GameMistakes {
  /** Decisions that the daemon refused. */
  readonly refusedDecisions: number;
  /** Desired states that it refused. */
  readonly refusedEdits: number;
  /** ms in which two sites could be written. */
  readonly twoWritersMs: number;
}

/** As the page of the game reads it; web/src/model/game-answer.ts has the same. */
export interface GameAnswer {
  /** `quiet`: nothing was broken yet. `running`: the clock runs. `safe`: it stands. */
  readonly state: 'quiet' | 'running' | 'safe';
  /** From the first trouble to the instant at which the pool was safe, or until now. */
  readonly seconds: number;
  /** By this game: more than when it began. */
  readonly lost: number;
  readonly mistakes: GameMistakes;
  readonly converged: boolean;
  readonly serving: boolean;
  /** Ids of troubles that were begun and not ended. */
  readonly open: readonly string[];
}

/** Receipts after the newest trouble that show that users are served again. */
const RECEIPTS = 3;
/** ms between a trouble and the look that counts: one that had begun before it tells of the world before. */
const LATER_MS = 2_000;
const MS_PER_SECOND = 1_000;
const NO_MISTAKES: GameMistakes = { refusedDecisions: 0, refusedEdits: 0, twoWritersMs: 0 };
const NOTHING: Pick<GameLook, 'lost' | 'mistakes'> = { lost: 0, mistakes: NO_MISTAKES };

export class GameScore {
  #begunMs: number | undefined;
  #troubleMs = 0;
  #acknowledgedThen = 0;
  #safeMs: number | undefined;
  /** Of the look before this game. */
  #before = NOTHING;
  #look: GameLook | undefined;
  readonly #open = new Set<string>();

  /** A trouble begins, or its end: after the pool was safe it is a new game. */
  changed(id: string, begins: boolean, atMs: number): void {
    if (begins) this.#open.add(id);
    else this.#open.delete(id);
    if (this.#begunMs === undefined || this.#safeMs !== undefined) {
      this.#begunMs = atMs;
      this.#before = this.#look ?? NOTHING;
    }
    this.#safeMs = undefined;
    this.#troubleMs = atMs;
    this.#acknowledgedThen = this.#look?.acknowledged ?? 0;
  }

  seen(look: GameLook): void {
    this.#look = look;
    if (this.#begunMs !== undefined && this.#safeMs === undefined && this.#isSafe(look))
      this.#safeMs = look.atMs;
  }

  /** As declared, by a look that came after the trouble, and users chat. */
  #isSafe({ converged, serving, observedAtMs, acknowledged }: GameLook): boolean {
    const later = (observedAtMs ?? 0) >= this.#troubleMs + LATER_MS;
    return converged && serving && later && acknowledged >= this.#acknowledgedThen + RECEIPTS;
  }

  /** What was lost before may come back while this game goes on: nothing is won by that. */
  #ofThisGame(): Pick<GameAnswer, 'lost' | 'mistakes'> {
    if (this.#begunMs === undefined || this.#look === undefined) return NOTHING;
    const { lost, mistakes } = this.#look;
    const before = this.#before.mistakes;
    return {
      lost: Math.max(0, lost - this.#before.lost),
      mistakes: {
        refusedDecisions: mistakes.refusedDecisions - before.refusedDecisions,
        refusedEdits: mistakes.refusedEdits - before.refusedEdits,
        twoWritersMs: mistakes.twoWritersMs - before.twoWritersMs,
      },
    };
  }

  answer(nowMs: number): GameAnswer {
    const begun = this.#begunMs;
    const { converged = false, serving = false } = this.#look ?? {};
    return {
      state: begun === undefined ? 'quiet' : this.#safeMs === undefined ? 'running' : 'safe',
      seconds: begun === undefined ? 0 : ((this.#safeMs ?? nowMs) - begun) / MS_PER_SECOND,
      ...this.#ofThisGame(),
      converged,
      serving,
      open: [...this.#open],
    };
  }
}
