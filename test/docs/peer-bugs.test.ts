/** docs/peer-bugs.md names tests that exist, and none of the twenty is missing. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const rows = readFileSync(path.join(root, 'docs/peer-bugs.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ /.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^[|\s]+|[|\s`]+$/g, '')))
  .map(([number = '', , title = '', file = '']) => [number, title, file.replaceAll('`', '')] as const);

test('the twenty bugs of the peers have at least one test each', () => {
  const numbers = [...new Set(rows.map(([number]) => Number(number)))];
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test.each(rows)('peer bug %s: "%s" is a title in %s', (_, title, file) => {
  expect(readFileSync(path.join(root, file), 'utf8')).toContain(title);
});
