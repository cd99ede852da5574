/** One measured figure, the bar it has to keep, and how figures are printed. */
import { textTable } from '../src/cli/text-table.ts';

export type Bar = { readonly atMost: number } | { readonly atLeast: number };

export interface BenchFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** null: only reported. */
  readonly bar: Bar | null;
}

export const atMost = (value: number): Bar => ({ atMost: value });

export const atLeast = (value: number): Bar => ({ atLeast: value });

export function holds({ value, bar }: BenchFigure): boolean {
  if (bar === null) return true;
  return 'atMost' in bar ? value <= bar.atMost : value >= bar.atLeast;
}

function words(bar: Bar | null): string {
  if (bar === null) return '';
  return 'atMost' in bar ? `at most ${String(bar.atMost)}` : `at least ${String(bar.atLeast)}`;
}

const DIGITS = 4;
/** Four digits tell; counts stay whole. */
const shown = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(DIGITS)));

export const table = (figures: readonly BenchFigure[]): string =>
  textTable(
    ['name', 'value', 'unit', 'bar', 'ok'],
    figures.map((figure) => [
      figure.name,
      shown(figure.value),
      figure.unit,
      words(figure.bar),
      figure.bar === null ? '' : holds(figure) ? 'yes' : 'NO',
    ]),
  );

/** @param part 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

export const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** ms since an instant of process.hrtime.bigint(). */
export const msSince = (from: bigint): number => Number(process.hrtime.bigint() - from) / 1e6;
