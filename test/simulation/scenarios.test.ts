/** Every scenario that once broke an invariant, made small and kept: none may break one again. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { playScenario } from '../../src/simulation/play-scenario.ts';
import { formatScenario, parseScenario } from '../../src/simulation/scenario.ts';
import { sampled } from '../support/budget.ts';

const directory = path.resolve(import.meta.dirname, '../scenarios');
const texts = readdirSync(directory)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => [name, readFileSync(path.join(directory, name), 'utf8')] as const);

describe('the kept scenario', () => {
  test.each(sampled(texts, 3))('%s breaks no invariant', { timeout: 60_000 }, async (_, text) => {
    const { violations } = await playScenario(parseScenario(text));
    expect(violations).toEqual([]);
  });

  test.each(texts)('%s is written as the program writes it', (_, text) => {
    expect(formatScenario(parseScenario(text))).toBe(text);
  });
});
