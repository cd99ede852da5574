/**
 * Binds the arguments of a procedure call to its declared parameters: by position, by name, DEFAULT; refuses missing (201),
 * too many (8144), unknown (8145) and repeated (8143) ones as SQL Server does before a procedure runs.
 */
import type { CellValue } from '../sql-tokens.ts';
import type { ProcedureArgument } from '../tsql/ast.ts';
import type { SqlFailure } from '../tsql/host.ts';
import type { ParameterSpec } from '../catalogue/parameters.ts';

export const failure = (number: number, message: string, severity = 16, state = 1): SqlFailure => ({
  kind: 'failure',
  errors: [{ number, state, class: severity, message }],
});

export class BoundArguments {
  readonly #values: ReadonlyMap<string, CellValue>;
  readonly #outputs: ReadonlySet<string>;

  constructor(values: ReadonlyMap<string, CellValue>, outputs: ReadonlySet<string>) {
    this.#values = values;
    this.#outputs = outputs;
  }

  value(name: string): CellValue {
    return this.#values.get(name) ?? null;
  }

  /** NULL and absent are undefined. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === null || value instanceof Uint8Array) return undefined;
    return String(value);
  }

  number(name: string): number | undefined {
    const value = this.value(name);
    if (value === null || value instanceof Uint8Array) return undefined;
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const number = this.number(name);
    return number === undefined ? undefined : number !== 0;
  }

  /** Those of `values` that the caller asked for with OUTPUT. */
  outputs(values: Readonly<Record<string, CellValue>>): Readonly<Record<string, CellValue>> {
    return Object.fromEntries(Object.entries(values).filter(([name]) => this.#outputs.has(name)));
  }
}

export function bindArguments(
  procedure: string,
  specs: readonly ParameterSpec[],
  args: readonly ProcedureArgument[],
): BoundArguments | SqlFailure {
  const values = new Map<string, CellValue>(specs.map(({ name, fallback }) => [name, fallback]));
  const given = new Set<string>();
  const outputs = new Set<string>();
  for (const [index, argument] of args.entries()) {
    const spec =
      argument.name === undefined
        ? specs[index]
        : specs.find(({ name }) => name === argument.name?.toLowerCase());
    if (spec === undefined && argument.name === undefined)
      return failure(8144, `Procedure or function ${procedure} has too many arguments specified.`, 16, 2);
    if (spec === undefined)
      return failure(8145, `${argument.name ?? ''} is not a parameter for procedure ${procedure}.`, 16, 2);
    if (given.has(spec.name))
      return failure(8143, `Parameter '${spec.name}' was supplied multiple times.`, 16, 1);
    given.add(spec.name);
    if (argument.output) outputs.add(spec.name);
    if (!argument.isDefault) values.set(spec.name, argument.value);
  }
  const missing = specs.find(({ name, required }) => required && !given.has(name));
  if (missing !== undefined)
    return failure(
      201,
      `Procedure or function '${procedure}' expects parameter '${missing.name}', which was not supplied.`,
      16,
      4,
    );
  return new BoundArguments(values, outputs);
}
