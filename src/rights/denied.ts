/** A refusal for want of a right: told from other refusals by its numbers, and named by the right that is missing. */
import type { SqlErrorDetail } from '../topology/pool-error.ts';
import { nameOf } from './required-rights.ts';
import { RIGHT_TABLE } from './right-table.ts';

/** sql-server reference 2.6, 4.4 row 99. 5011 is none of them: it also says that the database is absent or closed. */
const DENIED = [229, 262, 297, 300, 916, 3110, 6102, 14_377, 14_393, 14_525, 15_247];

export const isDenied = (errors: readonly SqlErrorDetail[]): boolean =>
  errors.some(({ number }) => DENIED.includes(number));

/** One sentence for a person. Before 2022 the names are these; from 2022 on the halves of VIEW SERVER STATE are enough. */
export function missingRight(instance: string, statement: string, errors: readonly SqlErrorDetail[]): string {
  const numbers = errors.map(({ number }) => number);
  const rights = RIGHT_TABLE.filter(
    (row) => row.statements.includes(statement) && row.refused.some((number) => numbers.includes(number)),
  ).flatMap((row) => row.right('2016') ?? []);
  const names = [...new Set(rights.map(nameOf))].join(' and ');
  return `The login on ${instance} needs ${names === '' ? 'more rights' : names}: pchat grants prints the script.`;
}
