/** Statements as the batch that a person sends: values are declared in front of the texts, which are those of src/statements. */
import type { SqlParameter, SqlStatement } from '../ports/sql-connection.ts';
import { integer, literal } from '../statements/quote.ts';
import { PoolError } from '../topology/pool-error.ts';
import { requireOneLine } from './powershell.ts';

const TYPES: Readonly<Record<SqlParameter['type'], string>> = {
  nvarchar: 'nvarchar(4000)',
  int: 'int',
  bit: 'bit',
  bigint: 'bigint',
  uniqueidentifier: 'uniqueidentifier',
};

function valueText({ type, value }: SqlParameter): string {
  if (value === null) return 'NULL';
  if (type === 'int') return integer(Number(value));
  if (type === 'bit') return value === true ? '1' : '0';
  return literal(requireOneLine(String(value)));
}

/** The value is found by a text of the same batch. */
const isFound = (name: string, statements: readonly SqlStatement[]): boolean =>
  statements.some(({ text }) => new RegExp(`^DECLARE @${name} `, 'm').test(text));

/** Without `GO`. Throws PCO_INTERNAL when two statements want different values under one name. */
export function batchText(statements: readonly SqlStatement[]): string {
  const declared = new Map<string, string>();
  for (const [name, parameter] of statements.flatMap(({ parameters }) => Object.entries(parameters))) {
    if (isFound(name, statements)) continue;
    const line = `DECLARE @${name} ${TYPES[parameter.type]} = ${valueText(parameter)};`;
    if ((declared.get(name) ?? line) !== line)
      throw new PoolError('PCO_INTERNAL', `two values for @${name} in one batch of a runbook`);
    declared.set(name, line);
  }
  const texts = statements.map(({ text }) => text.split('\n').map(requireOneLine).join('\n'));
  return [...declared.values(), ...texts].join('\n');
}
