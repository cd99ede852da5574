import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { LABELS, type LabelRow } from '../../src/daemon/metric-labels.ts';
import { METRICS, type MetricRow } from '../../src/daemon/metric-table.ts';
import { durationMs } from '../../src/desired-state/duration-text.ts';
import { isVariable, VARIABLES } from '../../src/reconciler/variables.ts';
import {
  alertRules,
  PROMETHEUS_FOLDER,
  ruleTests,
  selectorsOf,
  type Matcher,
} from '../support/alert-rules.ts';

const rules = alertRules().map((rule) => [rule.alert, rule] as const);
const selectors = rules.flatMap(([alert, { expr }]) =>
  selectorsOf(expr).map(({ metric, matchers }) => [alert, metric, matchers] as const),
);
const runbook = readFileSync(path.join(PROMETHEUS_FOLDER, '../../docs/alerts.md'), 'utf8');
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
const SCRAPE_LABELS = ['job', 'instance'];

/** null: any value. */
function closedSet(label: string, matchers: readonly Matcher[]): readonly string[] | null {
  if (label !== 'value') return (LABELS as Readonly<Record<string, LabelRow>>)[label]?.values ?? null;
  const variable = matchers.find((matcher) => matcher.label === 'variable')?.values[0] ?? '';
  return isVariable(variable) ? [...VARIABLES[variable].values, 'unknown'] : [];
}

describe('an alert', () => {
  test.each(rules)('%s has a severity, a summary, a description and a time', (_, rule) => {
    expect(['critical', 'warning', 'info']).toContain(rule.labels['severity']);
    expect(rule.annotations['summary']).toMatch(/\S/);
    expect(rule.annotations['description']).toMatch(/\.$/);
    expect(rule.for).toMatch(/^\d+[mh]$/);
  });

  test.each(rules)('%s leads to its own heading in the runbook, which says what to do', (alert, rule) => {
    expect(rule.annotations['runbook_url']).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
    const section = runbook.split(`## ${alert}\n`)[1]?.split('\n## ')[0] ?? '';
    for (const part of ['Means', 'Impact', 'Look', 'Do']) expect(section).toContain(`- **${part}** `);
    const wayOut = section.split('- **Look** ')[1] ?? '';
    expect(wayOut, 'names a command or a setting').toMatch(/`[^`]+`/);
  });

  test.each(rules)('%s is tested: silent, then firing, then silent again', (alert) => {
    const courses = ruleTests().map(({ alert_rule_test: checks }) =>
      checks
        .filter(({ alertname }) => alertname === alert)
        .sort((a, b) => (durationMs(a.eval_time) ?? 0) - (durationMs(b.eval_time) ?? 0))
        .map(({ exp_alerts: alerts }) => (alerts.length === 0 ? 'silent' : 'firing'))
        .join(' '),
    );
    expect(courses.filter((course) => course.includes('silent firing silent'))).not.toEqual([]);
  });

  test('is in the runbook exactly when there is a rule for it', () => {
    expect(headings.sort()).toEqual(rules.map(([alert]) => alert).sort());
  });

  test('has a name of its own', () => {
    expect(new Set(rules.map(([alert]) => alert)).size).toBe(rules.length);
  });
});

describe('a selector', () => {
  test.each(selectors)(
    'of %s in %s is of a metric, labels and values that the daemon exports',
    (...selector) => {
      const [, metric, matchers] = selector;
      if (metric === 'up') return;
      const row = (METRICS as Readonly<Record<string, MetricRow>>)[metric];
      expect(row, `${metric} is not exported`).toBeDefined();
      for (const { label, values } of matchers) {
        if (SCRAPE_LABELS.includes(label)) continue;
        expect(row?.labels).toContain(label);
        const known = closedSet(label, matchers);
        if (known !== null) for (const value of values) expect(known).toContain(value);
      }
    },
  );
});

describe('the scrape configuration', () => {
  const text = readFileSync(path.join(PROMETHEUS_FOLDER, 'prometheus.example.yaml'), 'utf8');
  const { scrape_configs: scrapes } = parse(text) as { scrape_configs: { job_name: string }[] };

  test('names the job as the alerts do', () => {
    const jobs = selectors.flatMap(([, , matchers]) => matchers.filter(({ label }) => label === 'job'));
    expect(new Set(jobs.flatMap(({ values }) => values))).toEqual(
      new Set(scrapes.map((scrape) => scrape.job_name)),
    );
  });
});
