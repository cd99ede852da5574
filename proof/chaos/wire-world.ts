/** A real estate as the judge of a run sees it: its model's true state, its folders on disk, its clock, the journal's file. */
import type { JudgedWorld } from '../../src/simulation/judge-world.ts';
import type { EstateState } from '../../src/simulator/estate/estate-state.ts';
import type { EstateEvent, WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import type { JournalTail } from '../../src/cli/estate-story/journal-file.ts';

export class WireWorld implements JudgedWorld {
  readonly #estate: WireEstate;
  readonly #tail: JournalTail;
  readonly #lines: string[] = [];
  #beganAtMs: number;

  constructor(estate: WireEstate, tail: JournalTail) {
    this.#estate = estate;
    this.#tail = tail;
    this.#beganAtMs = estate.now();
  }

  /** The scenario's clock starts now. */
  begin(): void {
    this.#beganAtMs = this.#estate.now();
  }

  get state(): EstateState {
    return this.#estate.state();
  }

  get folders(): WireEstate['files'] {
    return this.#estate.files;
  }

  get clock(): { now(): number; monotonicMs(): number } {
    return { now: () => this.#estate.now(), monotonicMs: () => this.#estate.now() - this.#beganAtMs };
  }

  get disk(): { readonly lines: readonly string[] } {
    for (const record of this.#tail.next()) this.#lines.push(JSON.stringify(record));
    return { lines: this.#lines };
  }

  watch(look: (seen: EstateEvent) => void): void {
    this.#estate.watch(look);
  }
}
