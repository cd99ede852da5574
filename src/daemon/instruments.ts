/** The metrics of metric-table.ts as prom-client's objects, and the series of one pool in them, kept so that all can be removed. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  metricRows,
  type CounterName,
  type DaemonGauge,
  type HistogramName,
  type MetricName,
  type PoolGauge,
} from './metric-table.ts';
import type { Sample, SeriesLabels } from './metric-sample.ts';

export class Instruments {
  readonly registry = new Registry();
  readonly #gauges = new Map<string, Gauge>();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    const registers = [this.registry];
    for (const [name, { type, help, labels, buckets = [] }] of metricRows) {
      const options = { name, help, labelNames: [...labels], registers };
      if (type === 'gauge') this.#gauges.set(name, new Gauge(options));
      else if (type === 'counter') this.#counters.set(name, new Counter(options));
      else this.#histograms.set(name, new Histogram({ ...options, buckets: [...buckets] }));
    }
  }

  gauge(name: PoolGauge | DaemonGauge): Gauge {
    return required(this.#gauges, name);
  }

  counter(name: CounterName): Counter {
    return required(this.#counters, name);
  }

  histogram(name: HistogramName): Histogram {
    return required(this.#histograms, name);
  }

  remove(name: MetricName, labels: SeriesLabels): void {
    const metric = this.#gauges.get(name) ?? this.#counters.get(name) ?? this.#histograms.get(name);
    metric?.remove(labels);
  }
}

function required<T>(metrics: ReadonlyMap<string, T>, name: string): T {
  const metric = metrics.get(name);
  if (metric === undefined) throw new TypeError(`${name} is not in the table of metrics`);
  return metric;
}

export class PoolSeries {
  readonly #instruments: Instruments;
  readonly #pool: string;
  /** By metric: the series that exist, by their labels as text. */
  readonly #existing = new Map<MetricName, Map<string, SeriesLabels>>();

  constructor(instruments: Instruments, pool: string) {
    this.#instruments = instruments;
    this.#pool = pool;
  }

  /** Exactly these, and no series of an older status. */
  setGauge(name: PoolGauge, samples: readonly Sample[]): void {
    const gauge = this.#instruments.gauge(name);
    const all = this.#only(
      name,
      samples.map(({ labels }) => labels),
    );
    all.forEach((labels, index) => gauge.set(labels, samples[index]?.value ?? Number.NaN));
  }

  /** Exactly these; what they have counted already stays. */
  existCounters(name: CounterName, series: readonly SeriesLabels[]): void {
    const counter = this.#instruments.counter(name);
    for (const labels of this.#only(name, series)) counter.inc(labels, 0);
  }

  existHistograms(name: HistogramName, series: readonly SeriesLabels[]): void {
    const histogram = this.#instruments.histogram(name);
    for (const labels of this.#only(name, series)) histogram.zero(labels);
  }

  removeAll(): void {
    for (const name of this.#existing.keys()) this.#only(name, []);
  }

  /** Removes the others. @returns the labels with that of the pool */
  #only(name: MetricName, series: readonly SeriesLabels[]): SeriesLabels[] {
    const before = this.#existing.get(name) ?? new Map<string, SeriesLabels>();
    const all = series.map((labels) => ({ pool: this.#pool, ...labels }));
    const after = new Map(all.map((labels) => [JSON.stringify(labels), labels] as const));
    for (const [key, labels] of before) if (!after.has(key)) this.#instruments.remove(name, labels);
    this.#existing.set(name, after);
    return all;
  }
}
