/** How much of an exhaustive proof is played: `npm test` keeps to a fixed budget, `npm run prove` plays all of it. */
export const WHOLE = process.env['PCHAT_PROOF'] === 'whole';

/** All of them, or every `stride`-th, the first and the last included. Never fewer kinds than fit: neighbours are alike. */
export function sampled<T>(cases: readonly T[], stride: number): readonly T[] {
  if (WHOLE) return cases;
  return cases.filter((_, index) => index % stride === 0 || index === cases.length - 1);
}
