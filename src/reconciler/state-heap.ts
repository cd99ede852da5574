/** Binary heap of states by estimate, then by number of operators taken. Typed arrays, reused from search to search. */
const CAPACITY = 1 << 18;

export class StateHeap {
  private readonly keys = new Float64Array(CAPACITY);
  private readonly nodes = new Int32Array(CAPACITY);
  private length = 0;

  clear(): void {
    this.length = 0;
  }

  push(estimate: number, hops: number, node: number): void {
    if (this.length >= CAPACITY) return;
    // Estimates stay below 2^36 and hops below 64: exact in a double.
    const key = estimate * 64 + hops;
    let at = this.length;
    this.length += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.keys[parent] ?? 0) <= key) break;
      this.keys[at] = this.keys[parent] ?? 0;
      this.nodes[at] = this.nodes[parent] ?? 0;
      at = parent;
    }
    this.keys[at] = key;
    this.nodes[at] = node;
  }

  /** The state with the smallest estimate, or -1. */
  pop(): number {
    if (this.length === 0) return -1;
    const top = this.nodes[0] ?? -1;
    this.length -= 1;
    const key = this.keys[this.length] ?? 0;
    const node = this.nodes[this.length] ?? 0;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.length) break;
      if (child + 1 < this.length && (this.keys[child + 1] ?? 0) < (this.keys[child] ?? 0)) child += 1;
      if ((this.keys[child] ?? 0) >= key) break;
      this.keys[at] = this.keys[child] ?? 0;
      this.nodes[at] = this.nodes[child] ?? 0;
      at = child;
    }
    this.keys[at] = key;
    this.nodes[at] = node;
    return top;
  }
}
