/** Tables for people, in the form of Patroni's: a frame, a head, one row per line. */

/** Columns are as wide as their widest cell. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  return [rule, line(head), rule, ...rows.map(line), rule].join('\n');
}

export const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

/** For long texts: name and value on one line, the text below. */
export const definitionList = (rows: readonly (readonly [string, string, string])[]): string =>
  rows
    .map(([name, value, text]) => `${name}: ${value}${text === '' ? '' : `\n${indented(text)}`}`)
    .join('\n');
