/** The alert rules of deploy/prometheus as data, and the selectors in an expression. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

export const PROMETHEUS_FOLDER = path.resolve(import.meta.dirname, '../../deploy/prometheus');
export const RULES_FILE = path.join(PROMETHEUS_FOLDER, 'pchat-alerts.rules.yaml');
export const RULE_TESTS_FILE = path.join(PROMETHEUS_FOLDER, 'pchat-alerts.test.yaml');

export const RECORDING_FILE = path.join(PROMETHEUS_FOLDER, 'pchat-recording.rules.yaml');
export const RECORDING_TESTS_FILE = path.join(PROMETHEUS_FOLDER, 'pchat-recording.test.yaml');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function alertRules(): readonly AlertRule[] {
  const { groups } = parse(readFileSync(RULES_FILE, 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export function recordingRules(): readonly RecordingRule[] {
  const { groups } = parse(readFileSync(RECORDING_FILE, 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly RecordingRule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

/** Throws when there is no such alert. */
export function alertRule(name: string): AlertRule {
  const found = alertRules().find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`there is no alert ${name}`);
  return found;
}

export interface Matcher {
  readonly label: string;
  /** `=` one value, `=~` alternatives. */
  readonly values: readonly string[];
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** Words of PromQL that the rules use; any other word outside of braces and label lists is taken for a metric. */
const PROMQL = new Set([
  'abs',
  'absent',
  'and',
  'avg',
  'histogram_quantile',
  'increase',
  'max',
  'or',
  'quantile',
  'rate',
  'sum',
  'time',
  'unless',
]);
const LABEL_LISTS = /\b(?:without|by|on|ignoring|group_left) *\([^)]*\)/g;

/** Every metric of an expression with the braces behind it. */
export function selectorsOf(expr: string): readonly Selector[] {
  const words = expr
    .replaceAll(LABEL_LISTS, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .matchAll(/\b([a-zA-Z_]\w*)(?:\{([^}]*)\})?/g);
  return [...words]
    .filter(([, word = '']) => !PROMQL.has(word))
    .map(([, metric = '', inside = '']) => ({
      metric,
      matchers: [...inside.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = '', values = '']) => ({
        label,
        values: values.split('|'),
      })),
    }));
}

export interface RuleTest {
  readonly name: string;
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly eval_time: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

export function ruleTests(): readonly RuleTest[] {
  return (parse(readFileSync(RULE_TESTS_FILE, 'utf8')) as { readonly tests: readonly RuleTest[] }).tests;
}
