/** Rounds to the lines of a recording, names replaced where that is wanted. Pure: who calls it looks, and writes the lines down. */
import type { Decision } from '../ports/journal.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { Difference } from './compare-judgements.ts';
import { judgementOf, type Judgement } from './judgement.ts';
import { pseudonymised, pseudonymisedJudgement } from './pseudonymise.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import {
  bareDecisions,
  recordingLine,
  restoredPool,
  type DesiredLine,
  type RoundLine,
} from './recording-lines.ts';
import { replayRound } from './replay.ts';

export interface LookedAt {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  /** Of people, as far as they stand. */
  readonly decisions: readonly Decision[];
  /** Wall clock, ms since 1970. */
  readonly nowMs: number;
}

export interface WrittenRound {
  /** To be appended as one piece. */
  readonly text: string;
  /** With the names of the site. */
  readonly judgement: Judgement;
  /** What the line decides otherwise than the world did: empty, unless pseudonyms break a relation between names that decides. */
  readonly distorted: readonly Difference[];
}

export class RecordingWriter {
  readonly #product: string;
  readonly #names: Pseudonyms | undefined;
  readonly #desired = new Map<string, string>();

  /** @param names left out: names stay */
  constructor(product: string, names?: Pseudonyms) {
    this.#product = product;
    this.#names = names;
  }

  header(nowMs: number): string {
    return recordingLine({
      kind: 'recording',
      version: 1,
      product: this.#product,
      facts: 1,
      pseudonymised: this.#names !== undefined,
      at: new Date(nowMs).toISOString(),
    });
  }

  round({ pool, facts, decisions, nowMs }: LookedAt): WrittenRound {
    const judgement = judgementOf(pool, facts, decisions, nowMs);
    const desired = this.#desiredLine(pool);
    const line: RoundLine = {
      kind: 'round',
      pool: this.#hidden(pool.topology.name),
      at: new Date(nowMs).toISOString(),
      decisions: this.#hidden(bareDecisions(decisions)),
      facts: this.#hidden(facts),
      decided: this.#names === undefined ? judgement : pseudonymisedJudgement(judgement, this.#names),
    };
    const distorted = distortions(desired, line);
    return { text: `${this.#ifNew(desired)}${recordingLine(line)}`, judgement, distorted };
  }

  #hidden<T>(value: T): T {
    return this.#names === undefined ? value : pseudonymised(value, this.#names);
  }

  #desiredLine({ topology, generation, declared, breakGlass }: DesiredPool): DesiredLine {
    return {
      kind: 'desired',
      pool: this.#hidden(topology.name),
      generation: this.#hidden(generation),
      declared: this.#hidden(declared),
      breakGlass: this.#hidden(breakGlass ?? null),
    };
  }

  /** Only where it differs from what stands in the file for this pool. */
  #ifNew(desired: DesiredLine): string {
    const text = recordingLine(desired);
    if (this.#desired.get(desired.pool) === text) return '';
    this.#desired.set(desired.pool, text);
    return text;
  }
}

function distortions(desired: DesiredLine, line: RoundLine): readonly Difference[] {
  const pool = restoredPool(desired);
  if (pool === undefined) return [{ what: 'desired state', recorded: 'valid', today: 'refused' }];
  return replayRound({ ...line, line: 0, pool }).differences;
}
