/** A short name for the facts that a step was decided on, equal when the world looked equal. For people and the journal; no safety rests on it. */
import type { PoolFacts } from '../topology/pool-facts.ts';

/** What differs between two looks at the same world. */
const VOLATILE = new Set(['ageMs', 'silentForMs', 'observedAt', 'clockOffsetMs']);

/** 14 hex digits: cyrb53 by bryc (public domain) over the facts without their ages. */
export function factsHash(facts: PoolFacts): string {
  const text = JSON.stringify(facts, (key, value: unknown) => (VOLATILE.has(key) ? undefined : value));
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & low) + (high >>> 0)).toString(16).padStart(14, '0');
}
