import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { RECORDING_TESTS_FILE, recordingRules } from '../support/alert-rules.ts';
import { expectExported } from './exported-names.ts';

const rules = recordingRules();
const { tests } = parse(readFileSync(RECORDING_TESTS_FILE, 'utf8')) as {
  readonly tests: readonly { readonly promql_expr_test: readonly { readonly expr: string }[] }[];
};
const asked = tests.flatMap(({ promql_expr_test: checks }) => checks.map(({ expr }) => expr));

test.each(rules)('$record is made of what the daemon exports', ({ expr }) => {
  expectExported(expr);
});

test.each(rules)('$record has a name of level, metric and operation, and a unit test', ({ record }) => {
  expect(record).toMatch(/^[a-z_]+:pchat_[a-z_]+:[a-z0-9_]+$/);
  expect(asked).toContain(record);
});
