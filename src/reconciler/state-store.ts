/** States met by one search, found by their bits, each with the cheapest path to it. Typed arrays, reused between searches. */
import type { Bits } from './encode-vector.ts';
import { STATE_WORDS } from './search-guide.ts';

const CAPACITY = 1 << 16;
const SLOTS = 1 << 17;
const LAST_BASE = 2 ** 31 - 2 * CAPACITY;

export class StateStore {
  readonly bits = new Int32Array(CAPACITY * STATE_WORDS);
  private readonly costs = new Float64Array(CAPACITY);
  private readonly parents = new Int32Array(CAPACITY);
  private readonly operators = new Int16Array(CAPACITY);
  private readonly depths = new Uint8Array(CAPACITY);
  private readonly hops = new Uint8Array(CAPACITY);
  private readonly closed = new Uint8Array(CAPACITY);
  /** `base` plus node; what is below is of an earlier search. So clearing costs nothing. */
  private readonly slots = new Int32Array(SLOTS);
  private base = 0;
  private count = 0;

  clear(): void {
    this.count = 0;
    this.base += CAPACITY;
    if (this.base < LAST_BASE) return;
    this.slots.fill(0);
    this.base = CAPACITY;
  }

  full = (): boolean => this.count >= CAPACITY - 64;
  root = (): number => 0;
  offset = (node: number): number => node * STATE_WORDS;
  costOf = (node: number): number => this.costs[node] ?? 0;
  depthOf = (node: number): number => this.depths[node] ?? 0;
  hopsOf = (node: number): number => this.hops[node] ?? 0;
  bitsOf = (node: number): Bits => this.bits.slice(node * STATE_WORDS, (node + 1) * STATE_WORDS);

  start(state: Bits): number {
    return this.reach(state, -1, -1, 0, 0);
  }

  /** True when it was closed before; closes it. */
  close(node: number): boolean {
    const before = this.closed[node] === 1;
    this.closed[node] = 1;
    return before;
  }

  /** The state's node when this path is the first or a cheaper one; -1 when nothing has to be expanded for it. */
  reach(state: Bits, parent: number, operator: number, cost: number, depth: number): number {
    const slot = this.slotOf(state);
    const known = (this.slots[slot] ?? 0) - this.base;
    if (known >= 0) {
      const hops = this.hopsOf(parent) + 1;
      const better = cost < this.costOf(known) || (cost === this.costOf(known) && hops < this.hopsOf(known));
      const tie = cost === this.costOf(known) && this.precedes(parent, operator, known);
      if (!better && !tie) return -1;
      this.remember(known, parent, operator, cost, depth);
      return better ? known : -1;
    }
    if (this.count >= CAPACITY) return -1;
    const node = this.count;
    this.count += 1;
    this.slots[slot] = this.base + node;
    this.bits.set(state, node * STATE_WORDS);
    this.closed[node] = 0;
    this.remember(node, parent, operator, cost, depth);
    return node;
  }

  /** Operator indices from the start to the node. */
  path(node: number): readonly number[] {
    const reversed: number[] = [];
    for (let at = node; at > 0; at = this.parents[at] ?? 0) reversed.push(this.operators[at] ?? -1);
    return reversed.reverse();
  }

  private remember(node: number, parent: number, operator: number, cost: number, depth: number): void {
    this.costs[node] = cost;
    this.parents[node] = parent;
    this.operators[node] = operator;
    this.depths[node] = depth;
    this.hops[node] = parent < 0 ? 0 : this.hopsOf(parent) + 1;
  }

  /**
   * Is the sequence of operators through `parent` smaller than the one that `known` has now? Both are walked up side by side to
   * their common ancestor; the difference met last is the first one of the sequences.
   */
  private precedes(parent: number, operator: number, known: number): boolean {
    const mine = this.hopsOf(parent) + 1;
    if (mine !== this.hopsOf(known)) return mine < this.hopsOf(known);
    let difference = operator - (this.operators[known] ?? 0);
    let left = parent;
    let right = this.parents[known] ?? 0;
    while (left !== right && left > 0 && right > 0) {
      const here = (this.operators[left] ?? 0) - (this.operators[right] ?? 0);
      if (here !== 0) difference = here;
      left = this.parents[left] ?? 0;
      right = this.parents[right] ?? 0;
    }
    return difference < 0;
  }

  private slotOf(state: Bits): number {
    let hash = 0;
    for (let word = 0; word < STATE_WORDS; word += 1) {
      hash = Math.imul(hash ^ (state[word] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const node = (this.slots[slot] ?? 0) - this.base;
      if (node < 0) return slot;
      const at = node * STATE_WORDS;
      let same = true;
      for (let word = 0; word < STATE_WORDS && same; word += 1) same = this.bits[at + word] === state[word];
      if (same) return slot;
    }
  }
}
