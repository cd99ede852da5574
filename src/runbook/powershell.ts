/** Values as PowerShell text. The only quoting is the single-quoted string, in which nothing but the quote itself has a meaning. */
import { PoolError } from '../topology/pool-error.ts';

/** PowerShell takes the typographic single quotes for the plain one (about_Quoting_Rules; CharTraits in its source). */
const QUOTES = /['\u2018\u2019\u201a\u201b]/g;
// eslint-disable-next-line no-control-regex -- refusing control characters is the point of the pattern
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** A file of lines holds no name with a line break in it: T-SQL clients would cut it at `GO`, a reader would be misled. */
export function requireOneLine(value: string): string {
  if (!CONTROL.test(value)) return value;
  throw new PoolError(
    'PCO_DESIRED_INVALID',
    `a control character cannot go into a runbook: ${JSON.stringify(value)}`,
  );
}

export const quoted = (value: string): string =>
  `'${requireOneLine(value).replaceAll(QUOTES, (quote) => quote + quote)}'`;

export const list = (values: readonly string[]): string => `@(${values.map(quoted).join(', ')})`;

/** A text that is PowerShell already. */
export interface Code {
  readonly code: string;
}
export type Argument = string | boolean | Code;

const argument = (value: Argument): string =>
  typeof value === 'string' ? quoted(value) : typeof value === 'boolean' ? `$${String(value)}` : value.code;

/** `true` is a switch, `false` is written out (`-Confirm:$false`). */
export const call = (cmdlet: string, parameters: Readonly<Record<string, Argument>>): string =>
  [
    cmdlet,
    ...Object.entries(parameters).map(([name, value]) =>
      value === true ? `-${name}` : value === false ? `-${name}:$false` : `-${name} ${argument(value)}`,
    ),
  ].join(' ');
