/** A line of the log for a person at a terminal, out of the JSON line: time, level, pool, round and step first, then the rest by name. */
import { oneLine } from '../desired-state/plain-text.ts';

export const LOG_FORMATS = ['json', 'text'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

type Fields = Readonly<Record<string, unknown>>;

/** SGR codes; others are not coloured. */
const COLOURS: Readonly<Record<string, number>> = { debug: 2, warn: 33, error: 31 };
const LEVEL_WIDTH = 5;
/** Those that tell where a line belongs stand before its message, without their names. */
const PLACES = ['pool', 'round', 'step'] as const;
const APART: ReadonlySet<string> = new Set(['time', 'level', 'msg', 'err', ...PLACES]);
/** Nothing that a value holds begins a line of its own at the margin. */
const INDENT = '    ';

/** @param json one line as the logger writes it; what is none is told as it is, without what a terminal would obey */
export function textLine(json: string, colour: boolean): string {
  const fields = fieldsOf(json);
  if (fields === undefined) return `${oneLine(json.trimEnd())}\n`;
  const { time, level, msg, err } = fields;
  const word = String(level);
  const code = colour ? COLOURS[word] : undefined;
  const padded = word.padEnd(LEVEL_WIDTH);
  const parts = [
    String(time),
    code === undefined ? padded : `\u001b[${String(code)}m${padded}\u001b[0m`,
    ...PLACES.flatMap((name) => (fields[name] === undefined ? [] : [valueText(fields[name])])),
    `${oneLine(String(msg))}:`,
    ...Object.entries(fields)
      .filter(([name, value]) => !APART.has(name) && value !== null)
      .map(([name, value]) => `${oneLine(name)}=${valueText(value)}`),
  ];
  const head = parts.join(' ').replace(/:$/, '');
  return `${[head, ...errorLines(err)].join('\n')}\n`;
}

function fieldsOf(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** Bare where it is one word. */
function valueText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=\\]+$/.test(value)) return oneLine(value);
  return oneLine(JSON.stringify(value));
}

function errorLines(err: unknown): readonly string[] {
  if (typeof err !== 'object' || err === null) return err === undefined ? [] : [`${INDENT}${valueText(err)}`];
  const { stack, message, cause } = err as Fields;
  const text = typeof stack === 'string' ? stack : String(message);
  return [...text.split('\n').map((line) => `${INDENT}${oneLine(line)}`), ...errorLines(cause)];
}
