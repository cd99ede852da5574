/** Does anything grow without end? Judged on medians of parts of the run: single looks are noise. Pure. */
import type { DaemonSample } from './sample-daemon.ts';

export interface SoakFigures {
  readonly samples: number;
  readonly rssMb: { readonly first: number; readonly last: number; readonly most: number };
  /** Of a straight line through the last three quarters, MB in an hour. */
  readonly rssSlopePerHour: number;
  readonly descriptors: { readonly first: number; readonly last: number; readonly most: number };
  readonly lagP99Ms: { readonly median: number; readonly most: number };
  readonly journalMb: { readonly last: number; readonly most: number };
  readonly archives: number;
  /** What went beyond its bar; empty: nothing. */
  readonly beyond: readonly string[];
}

/** Between the second quarter and the last: caches fill in the first. */
const RSS_MAY_GROW_MB = 10;
const DESCRIPTORS_MAY_GROW = 12;
const QUARTER = 0.25;
const HALF = 0.5;
const HOUR_S = 3_600;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((all, one) => all + one, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const above = points.reduce((all, [at, value]) => all + (at - x) * (value - y), 0);
  const below = points.reduce((all, [at]) => all + (at - x) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

/** @param journalBarMb what the journal's file may reach */
export function judgeSamples(samples: readonly DaemonSample[], journalBarMb: number): SoakFigures {
  const part = (from: number, to: number): readonly DaemonSample[] =>
    samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to));
  const parts = (of: (sample: DaemonSample) => number) => ({
    first: median(part(QUARTER, HALF).map(of)),
    last: median(part(1 - QUARTER, 1).map(of)),
    most: Math.max(...samples.map(of)),
  });
  const rssMb = parts((sample) => sample.rssMb);
  const descriptors = parts((sample) => sample.descriptors);
  const journalMb = parts((sample) => sample.journalMb);
  const beyond = [
    ...(rssMb.last - rssMb.first > RSS_MAY_GROW_MB ? ['memory grows'] : []),
    ...(descriptors.last - descriptors.first > DESCRIPTORS_MAY_GROW ? ['descriptors grow'] : []),
    ...(journalMb.most > journalBarMb ? ['the journal outgrows its bound'] : []),
  ];
  return {
    samples: samples.length,
    rssMb,
    rssSlopePerHour: slope(part(QUARTER, 1).map(({ at, rssMb: mb }) => [at, mb])) * HOUR_S,
    descriptors,
    lagP99Ms: {
      median: median(samples.map(({ lagP99Ms }) => lagP99Ms)),
      most: Math.max(...samples.map(({ lagP99Ms }) => lagP99Ms)),
    },
    journalMb,
    archives: samples.at(-1)?.archives ?? 0,
    beyond,
  };
}
