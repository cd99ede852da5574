import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { grafanaDashboard, SECTIONS } from '../../scripts/grafana-dashboard.ts';
import { METRICS } from '../../src/daemon/metric-table.ts';
import { selectorsOf } from '../support/alert-rules.ts';
import { expectExported, exportedRow } from './exported-names.ts';

const file = path.resolve(import.meta.dirname, '../../deploy/grafana/pchat.dashboard.json');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as { readonly panels: readonly Panel[] };
const { panels } = dashboard;
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => [title, expr, legendFormat] as const),
);

describe('the dashboard', () => {
  test('is what the table of metrics says', () => {
    expect(dashboard).toEqual(grafanaDashboard());
  });

  test('shows every metric in exactly one section', () => {
    const shown = SECTIONS.flatMap(({ metrics }) => metrics);
    expect(shown.toSorted()).toEqual(Object.keys(METRICS).toSorted());
    expect(queries.map(([title]) => title).toSorted()).toEqual(Object.keys(METRICS).toSorted());
  });

  test.each(queries)('asks in %s for what the daemon exports', (title, expr, legend) => {
    expectExported(expr);
    expect(selectorsOf(expr).map(({ metric }) => metric.replace(/_bucket$/, ''))).toEqual([title]);
    const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    expect(labels).toEqual(exportedRow(title)?.labels ?? []);
  });

  test('lays no panel over another one or beyond the page', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, index) => [x + (index % w), y + Math.floor(index / w)].join());
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});
