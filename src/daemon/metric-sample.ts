/** One value of one series, and the two shapes in which status becomes series. Pure. */
import type { Label } from './metric-labels.ts';

export type SeriesLabels = Readonly<Partial<Record<Label, string>>>;

/** Without the label `pool`, which whoever writes it knows. */
export interface Sample {
  readonly labels: SeriesLabels;
  readonly value: number;
}

export const yesNo = (yes: boolean): number => (yes ? 1 : 0);

export const single = (value: number): readonly Sample[] => [{ labels: {}, value }];

/** A series for each value: 1 for the one that is meant, 0 for the others. */
export const oneOf = (
  label: Label,
  values: readonly string[],
  meant: string | undefined,
  rest: SeriesLabels = {},
): readonly Sample[] =>
  values.map((value) => ({ labels: { ...rest, [label]: value }, value: yesNo(value === meant) }));
