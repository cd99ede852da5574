/** What notices a mutant of a gate or of an invariant: test files, in a process of its own, until one test fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Notice } from './run-step.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The cheapest first. */
export const GATE_TESTS = [
  'test/reconciler/gate-course.test.ts',
  'test/reconciler/gates.test.ts',
  'test/reconciler/modes.test.ts',
  'test/reconciler/approvals.test.ts',
  'test/reconciler/gate-answers.test.ts',
] as const;
export const INVARIANT_TESTS = [
  'test/simulation/judge-world.test.ts',
  'test/proof/judge-liveness.test.ts',
] as const;

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').replaceAll(/\s+/g, ' ').slice(0, 160);

/** undefined: every test passed. @param mutant empty: nothing is broken */
export async function runTests(mutant: string, files: readonly string[]): Promise<Notice | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pchat-mutate-'));
  const told = path.join(folder, 'report.json');
  const program = path.join(root, 'node_modules/vitest/vitest.mjs');
  const options = ['--config', 'vitest.mutation.config.ts', '--reporter=json', `--outputFile=${told}`];
  const child = spawn(process.execPath, [program, 'run', ...options, ...files], {
    cwd: root,
    env: { ...process.env, PCHAT_MUTANT: mutant },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const report = JSON.parse(readFileSync(told, 'utf8')) as Report;
  rmSync(folder, { recursive: true });
  if (code === 0) return undefined;
  const failed = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages = [] }) => ({
        by: `${path.relative(root, name)}: ${fullName.trim()}`,
        how: oneLine(failureMessages[0] ?? ''),
      })),
  );
  if (failed[0] === undefined) throw new Error(`no test failed, and vitest ended with ${String(code)}`);
  return failed[0];
}
