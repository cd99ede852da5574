/** Durations as people write them: `500ms`, `30s`, `15m`, `4h`. Decides the grammar; the limits are the schema's. */
const FACTORS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

export const DURATION_PATTERN = /^(\d{1,9})(ms|s|m|h)$/;

/** Milliseconds; undefined when the text is no duration. */
export function durationMs(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * FACTORS[match[2] as keyof typeof FACTORS];
}
