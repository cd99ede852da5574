import { beforeAll, expect, test } from 'vitest';
import type { PlannedMove, PlannedReport } from '../../src/cli/estate-story/planned-demo.ts';
import { lastLine, runProgram } from './run-program.ts';

const LIMIT_MS = 240_000;

let code: number | null;
let report: PlannedReport;
const [, , ...SECOND_ROUND] = [0, 1, 2, 3] as const;
const move = (index: number): PlannedMove => {
  const found = report.moves[index];
  if (found === undefined) throw new Error(`move ${String(index)} was not played`);
  return found;
};

beforeAll(async () => {
  const run = await runProgram(
    ['run', '--silent', 'demo', '--', '--story', 'planned', '--output', 'json'],
    LIMIT_MS,
  );
  code = run.code;
  report = lastLine(run) as PlannedReport;
}, LIMIT_MS);

test('a pool moves by plan to lyon and back, twice, and nothing that a client posted is lost', () => {
  expect(code).toBe(0);
  expect(report.moves.map(({ to }) => to)).toEqual(['lyon', 'paris', 'lyon', 'paris']);
  expect(report.acknowledged).toBeGreaterThan(0);
  expect(report).toMatchObject({ lost: 0, writableAtTwoSitesMs: 0 });
});

test('every planned move promises no loss', () => {
  expect(report.moves.map(({ predictedLossMinutes, lost }) => [predictedLossMinutes, lost])).toEqual(
    Array.from({ length: 4 }, () => [0, 0]),
  );
});

test.each(SECOND_ROUND)('move %i is predicted from what the first round measured', (index) => {
  const { predictedSeconds, predictedOutageSeconds, actualSeconds, actualOutageSeconds } = move(index);
  expect(predictedSeconds).not.toBeNull();
  expect(predictedOutageSeconds).not.toBeNull();
  expect(actualSeconds).toBeGreaterThan(0);
  expect(actualOutageSeconds).toBeLessThanOrEqual(actualSeconds);
});
