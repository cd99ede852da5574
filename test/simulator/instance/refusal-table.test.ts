import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RefusalRow } from '../../../src/simulator/instance/refusal-row.ts';
import { REFUSALS, type RefusalId } from '../../../src/simulator/instance/refusal-table.ts';
import { ALL_RECIPES, STATE_ROWS } from '../../support/state-rows.ts';
import { RowRunner } from './state-row-runner.ts';

const rows = Object.entries(REFUSALS) as [RefusalId, RefusalRow][];

describe('a row of the refusal table', () => {
  test.each(STATE_ROWS.map((row) => [row.id, row] as const))('%s is answered as it says', (_id, row) => {
    expect(new RowRunner(row.edition).run(row)).toEqual(
      row.messages.map((each) =>
        typeof each.text === 'string' ? each : { ...each, text: expect.stringMatching(each.text) as string },
      ),
    );
  });
});

describe('the refusal table', () => {
  test('has a recipe for every row, or the reason why the estate cannot get there, never both', () => {
    const wrong = rows
      .filter(([id, row]) => (ALL_RECIPES[id] === undefined) === (row.unreached === undefined))
      .map(([id]) => id);
    expect(wrong).toEqual([]);
  });

  test('holds every row of the state table that is about a refusal', () => {
    const cited = new Set(
      rows.flatMap(([, { source }]) => [...source.matchAll(/#(\d+)/g)].map((m) => Number(m[1]))),
    );
    const missing = Array.from({ length: 100 }, (_, index) => index + 1).filter((row) => !cited.has(row));
    expect(missing).toEqual([...SUCCESSES, ...AGENT]);
  });

  // Permissions are refused where they are checked: those numbers belong to the rights of a login, not to a state.
  test('is the only place where a file of the model names the number of a refusal', () => {
    const numbers = new Set(
      rows.map(([, { says }]) => says as number).filter((number) => !PERMISSION.has(number)),
    );
    const folder = new URL('../../../src/simulator/instance/', import.meta.url);
    const named = readdirSync(folder)
      .filter((name) => !/^(messages|refusal-row|refusal-table|refusals-\w+)\.ts$/.test(name))
      .flatMap((name) => {
        const code = readFileSync(new URL(name, folder), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        return [...code.matchAll(/(?<=\(|, )\d{3,5}(?=[,)])/g)]
          .filter(([number]) => numbers.has(Number(number)))
          .map(([number]) => `${name}: ${number}`);
      });
    expect(named).toEqual([]);
  });
});

/** Rows of 4.4 whose statement succeeds: refusals.test.ts, log-chain.test.ts, mirroring.test.ts. */
const SUCCESSES = [1, 11, 19, 20, 37, 56, 73, 80];
/** Rows of the Agent and of log shipping alerts: test/simulator/msdb/order-table.test.ts. */
const AGENT = [89, 90, 91, 92, 93];
const PERMISSION = new Set([229, 262, 300, 911]);
