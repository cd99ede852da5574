/** Tables for people, in the form of Patroni's: a frame, a head, one row per line; a long last column is broken into lines. */

const LEAST_LAST_COLUMN = 30;
/** Where the output is no terminal, and nobody says how wide a line may be. */
const UNKNOWN_TERMINAL = 140;

/** Columns are as wide as their widest cell, the last one only as far as the line goes. @param width characters of a line */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number = terminalWidth(),
): string {
  const natural = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const others = natural.slice(0, -1).reduce((sum, column) => sum + column + ' | '.length, '|  |'.length);
  const last = Math.min(natural.at(-1) ?? 0, Math.max(LEAST_LAST_COLUMN, width - others));
  const widths = [...natural.slice(0, -1), last];
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((column, index) => (cells[index] ?? '').padEnd(column)).join(' | ')} |`;
  const lines = (cells: readonly string[]): string[] => {
    const [first = '', ...more] = brokenAt(cells[widths.length - 1] ?? '', last);
    const blank = widths.slice(1).map(() => '');
    return [
      line([...cells.slice(0, widths.length - 1), first]),
      ...more.map((text) => line([...blank, text])),
    ];
  };
  const rule = `+${widths.map((column) => '-'.repeat(column + 2)).join('+')}+`;
  return [rule, line(head), rule, ...rows.flatMap(lines), rule].join('\n');
}

function terminalWidth(): number {
  const { columns } = process.stdout as { readonly columns?: number };
  return columns ?? UNKNOWN_TERMINAL;
}

/** Lines of at most `width` characters, broken between words; a word that is longer is cut. */
function brokenAt(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

export const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

/** For long texts: name and value on one line, the text below. */
export const definitionList = (rows: readonly (readonly [string, string, string])[]): string =>
  rows
    .map(([name, value, text]) => `${name}: ${value}${text === '' ? '' : `\n${indented(text)}`}`)
    .join('\n');
