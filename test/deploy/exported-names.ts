/** Whether a query asks for what the daemon exports, by the table of metrics. */
import { expect } from 'vitest';
import { METRICS, type MetricRow } from '../../src/daemon/metric-table.ts';
import { selectorsOf } from '../support/alert-rules.ts';

/** The row of a metric; of a histogram also by the name of its buckets. */
export function exportedRow(metric: string): MetricRow | undefined {
  const rows: Readonly<Record<string, MetricRow>> = METRICS;
  const whole = rows[metric.replace(/_bucket$/, '')];
  return whole?.type === 'histogram' || !metric.endsWith('_bucket') ? (rows[metric] ?? whole) : undefined;
}

/** Metrics, labels of their selectors and of lists such as `by (le, pool)`. */
export function expectExported(expr: string): void {
  const lists = [...expr.matchAll(/\b(?:by|without|ignoring) *\(([^)]*)\)/g)];
  const listed = lists.flatMap(([, inside = '']) => inside.split(',').map((label) => label.trim()));
  const selectors = selectorsOf(expr);
  expect(selectors).not.toEqual([]);
  const known = selectors.flatMap(({ metric }) => exportedRow(metric)?.labels ?? []);
  for (const { metric, matchers } of selectors) {
    const row = exportedRow(metric);
    expect(row, `${metric} is not exported`).toBeDefined();
    for (const { label } of matchers) expect(row?.labels).toContain(label);
  }
  for (const label of listed) expect(['le', ...known]).toContain(label);
}
