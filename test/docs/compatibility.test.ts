import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sourceFiles } from '../../scripts/source-imports.ts';

const root = path.resolve(import.meta.dirname, '../..');
const src = path.join(root, 'src');
const marked = sourceFiles(src).filter((file) =>
  /unverified/i.test(readFileSync(path.join(src, file), 'utf8')),
);

/** Cells of every row that is an assumption. */
const rows = readFileSync(path.join(root, 'docs/compatibility.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Assumption|-)/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const named = rows.flatMap((cells) =>
  [...(cells.at(-1) ?? '').matchAll(/`([^`]+)`/g)].map(([, file]) => file ?? ''),
);

test('every mark of something unverified in the source has a row among the assumptions', () => {
  expect(marked.length).toBeGreaterThan(0);
  expect(marked.filter((file) => !named.includes(file))).toEqual([]);
});

test('every mark that the assumptions name is in the source', () => {
  expect(named.filter((file) => !marked.includes(file))).toEqual([]);
});

test('every assumption says where it is documented, how it is checked, what stays open and how doctor would notice', () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const cells of rows)
    expect(
      cells.slice(0, 5).filter((cell) => cell === ''),
      cells[0],
    ).toEqual([]);
});
