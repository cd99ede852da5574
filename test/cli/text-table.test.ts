import { expect, test } from 'vitest';
import { textTable } from '../../src/cli/text-table.ts';

test('a table is as wide as its cells where the line has room for them', () => {
  expect(textTable(['a', 'why'], [['1', 'short']], 80)).toBe(
    ['+---+-------+', '| a | why   |', '+---+-------+', '| 1 | short |', '+---+-------+'].join('\n'),
  );
});

test('a long last column is broken between words and its lines stay within the width', () => {
  const why = 'the copy and restore jobs must not race the recovery of the copy';
  const table = textTable(['step', 'why'], [['recover-backup', why]], 60);
  const lines = table.split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  const cells = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|')[2]?.trim());
  expect(cells.slice(1).join(' ')).toBe(why);
});

test('a word that is longer than the line is cut, not lost', () => {
  const word = 'x'.repeat(75);
  const table = textTable(['a', 'why'], [['1', word]], 40);
  expect(table.replaceAll(/[^x]/g, '')).toBe(word);
});

test('no last column is narrower than can be read, however narrow the terminal', () => {
  expect(textTable(['a', 'why'], [['1', 'word '.repeat(20).trim()]], 10).split('\n')[0]).toBe(
    `+---+${'-'.repeat(32)}+`,
  );
});
