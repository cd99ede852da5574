/** Chance from one seed: the mulberry32 generator (public domain), good enough to order events, not for secrets. */
import type { Random } from '../ports/random.ts';

const ID_LENGTH = 12;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  id(): string {
    let text = '';
    for (let index = 0; index < ID_LENGTH; index += 1)
      text += DIGITS[Math.floor(this.next() * DIGITS.length)] ?? '0';
    return text;
  }
}
