/** Scenarios on several threads: told in the order of the list, each with the journal that it has alone. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { describeTotals, Totals } from '../../src/cli/simulate-totals.ts';
import { parseScenario, type Scenario } from '../../src/simulation/scenario.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Some six seconds of work; ten times as long on a busy machine. */
const LIMIT_MS = 90_000;

interface Line {
  readonly name?: string;
  readonly journalSha256?: string;
  readonly seeds?: number;
  readonly threads?: number;
  readonly violations: unknown;
}

test(
  'runs of two threads are told in order, and one scenario has one journal on whichever thread',
  { timeout: LIMIT_MS },
  async () => {
    const [long, short] = ['both-sites-rebuilt', 'backup-rebuilt'].map(
      (name) => `test/scenarios/${name}.json`,
    );
    const files = [long, short, long].map((file) => file ?? '');
    const args = [
      'src/cli/main.ts',
      'simulate',
      '--parallel',
      '2',
      '--output',
      'json',
      '--scenario',
      ...files,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: LIMIT_MS });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const [first, second, third, summary] = lines;
    expect([first?.name, third?.name]).toEqual([third?.name, first?.name]);
    expect(second?.name).toBe('a rebuilt backup copy is seeded again without a question');
    expect(third?.journalSha256).toBe(first?.journalSha256);
    expect(second?.journalSha256).not.toBe(first?.journalSha256);
    expect(summary).toMatchObject({ runs: 3, seeds: 1, threads: 2, violations: 0 });
  },
);

const scenario: Scenario = parseScenario(
  '{"name":"safety 7","mode":"safety","seed":7,"minutes":40,"shareSite":"home","evidence":"proven","core":"all","person":"there","events":[]}',
);

test('the summary gives the command that plays a broken run again', () => {
  const totals = new Totals(2);
  const report = {
    violations: [{ at: 12, invariant: 'two-writers', what: 'both are open' }],
    exceptions: [],
    ending: 'applying',
    decisions: [],
    rounds: 10,
    steps: 1,
    faults: 3,
    simulatedMs: 60_000,
    messages: { acknowledged: 5, lost: 1 },
    journalSha256: '00',
    journalRecords: 4,
    realMs: 30,
  };
  totals.add(scenario, report, 'npm run simulate -- --mode safety --seed 7 --minutes 40');
  expect(totals.violations).toBe(1);
  expect(totals.summary()).toMatchObject({ runs: 1, seeds: 1, factorPerThread: 2_000, endings: {} });
  expect(describeTotals(totals.summary())).toContain(
    '  safety 7, two-writers: npm run simulate -- --mode safety --seed 7 --minutes 40\n',
  );
});
