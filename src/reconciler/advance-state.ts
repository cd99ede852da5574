/** One operator applied to one state of the search, with what it has to assume; and what standing in a state costs. */
import { BITS, BOTH_WRITABLE, NO_SERVICE, indexOfBit, type Masks } from './compile-steps.ts';
import { WORDS, bitOf, wordOf, type Bits } from './encode-vector.ts';
import type { Variable } from './variables.ts';

const bitsOf = (...pairs: readonly (readonly [Variable, ...string[]])[]): Int32Array => {
  const words = new Int32Array(pairs.length * WORDS);
  pairs.forEach(([variable, ...values], index) => {
    words[index * WORDS + wordOf(variable)] = values.reduce(
      (bits, value) => bits | bitOf(variable, value),
      0,
    );
  });
  return words;
};
const BOTH_ONLINE = bitsOf(['home.mgc', 'online'], ['backup.mgc', 'online']);
// prettier-ignore
const HOME_SERVES = bitsOf(['home.mgc', 'online'], ['poolState', 'normal'], ['active', 'home', 'homeStarting']);
// prettier-ignore
const BACKUP_SERVES = bitsOf(['backup.mgc', 'online'], ['poolState', 'failedOver'], ['active', 'backup', 'backupStarting']);

const clashes = (state: Bits, at: number, masks: Int32Array, from: number): boolean =>
  ((state[at] ?? 0) & (masks[from] ?? 0)) !== 0 ||
  ((state[at + 1] ?? 0) & (masks[from + 1] ?? 0)) !== 0 ||
  ((state[at + 2] ?? 0) & (masks[from + 2] ?? 0)) !== 0 ||
  ((state[at + 3] ?? 0) & (masks[from + 3] ?? 0)) !== 0 ||
  ((state[at + 4] ?? 0) & (masks[from + 4] ?? 0)) !== 0;

/** Has the state a bit of each group of WORDS? */
function meetsAll(state: Bits, at: number, groups: Int32Array): boolean {
  for (let from = 0; from < groups.length; from += WORDS) {
    if (!clashes(state, at, groups, from)) return false;
  }
  return true;
}

/** What every step taken from this state costs beyond itself. */
export function standing(state: Bits, at: number): number {
  const both = meetsAll(state, at, BOTH_ONLINE) ? BOTH_WRITABLE : 0;
  const served = meetsAll(state, at, HOME_SERVES) || meetsAll(state, at, BACKUP_SERVES);
  return both + (served ? 0 : NO_SERVICE);
}

/** Which landmarks a step passes: flags of each operator, and of each `unknown` bit by its place in the vector. */
export interface Passing {
  readonly flags: Int32Array;
  readonly flagOfBit: Int32Array;
}

/**
 * Writes the successor's vector and flags into `into`; returns how many assumptions were made (a way out is one), or -1 when
 * the operator may not be taken.
 */
export function advance(
  masks: Masks,
  index: number,
  state: Bits,
  at: number,
  assuming: boolean,
  passing: Passing,
  into: Bits,
): number {
  const from = index * WORDS;
  if (clashes(state, at, assuming ? masks.forbiddenIfAssumed : masks.forbidden, from)) return -1;
  let assumed = masks.isStep[index] === 1 ? 0 : 1;
  let flags = (state[at + WORDS] ?? 0) | (passing.flags[index] ?? 0);
  for (let word = 0; word < WORDS; word += 1) {
    let bits = state[at + word] ?? 0;
    for (let open = bits & (masks.unknowns[from + word] ?? 0); open !== 0; open &= open - 1) {
      const place = word * 32 + indexOfBit(open & -open);
      assumed += 1;
      flags |= passing.flagOfBit[place] ?? 0;
      bits = (bits & ~(open & -open)) | (masks.becomes[index * BITS + place] ?? 0);
    }
    into[word] = (bits & (masks.keep[from + word] ?? -1)) | (masks.set[from + word] ?? 0);
  }
  into[WORDS] = flags;
  return assumed;
}
