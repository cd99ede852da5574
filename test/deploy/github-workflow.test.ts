import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { pchat } from '../support/pchat.ts';

const file = path.resolve(import.meta.dirname, '../../deploy/github/plan-on-pull-request.yaml');

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'timeout-minutes': number;
        readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
      }
    >
  >;
}
const workflow = parse(readFileSync(file, 'utf8')) as Workflow;
const jobs = Object.values(workflow.jobs);
const runs = jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

test('the workflow runs for pull requests alone, with no more rights than a comment needs', () => {
  expect(Object.keys(workflow.on)).toEqual(['pull_request']);
  expect(workflow.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
  for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(10);
});

test('the workflow puts nothing that a pull request says into a command', () => {
  expect(runs.length).toBeGreaterThan(3);
  for (const run of runs) expect(run).not.toContain('${{');
});

/** Starts Node once for each command. */
test('the workflow calls commands and options that pchat has', { timeout: 60_000 }, async () => {
  const calls = runs.flatMap((run) => [...run.matchAll(/\bpchat (\w+)((?: [^>|&]+)?)/g)]);
  expect(calls.map(([, command]) => command)).toEqual(['validate', 'plan']);
  for (const [, command = '', rest = ''] of calls) {
    const { stdout } = await pchat(command, '--help');
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(stdout).toContain(option);
  }
});
