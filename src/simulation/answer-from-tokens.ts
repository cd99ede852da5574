/** The tokens of a simulated instance as the answer that the real driver's adapter would give for them. */
import type { ResultSet, SqlAnswer, SqlInfo, SqlRow, SqlValue } from '../ports/sql-connection.ts';
import type { CellValue, ColumnToken, SqlToken, SqlType } from '../simulator/sql-tokens.ts';
import type { SqlErrorDetail } from '../topology/pool-error.ts';

const MILLISECOND_DIGITS = 3;

function isoUtc(text: string): string {
  const [whole = text, fraction = ''] = text.replace(/Z$/, '').split('.');
  return `${whole}.${fraction.padEnd(MILLISECOND_DIGITS, '0').slice(0, MILLISECOND_DIGITS)}Z`;
}

function sqlValue(value: CellValue, type: SqlType): SqlValue {
  if (value === null) return null;
  switch (type.name) {
    case 'datetime':
    case 'datetime2':
      return isoUtc(String(value));
    case 'numeric':
    case 'bigint':
      return String(value);
    case 'uniqueidentifier':
      return String(value).toUpperCase();
    case 'varbinary':
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex').toUpperCase() : String(value);
    default:
      if (value instanceof Uint8Array) return Buffer.from(value).toString('hex').toUpperCase();
      return typeof value === 'bigint' ? value.toString() : value;
  }
}

export function answerFromTokens(tokens: readonly SqlToken[]): SqlAnswer {
  const resultSets: ResultSet[] = [];
  const infos: SqlInfo[] = [];
  const errors: SqlErrorDetail[] = [];
  let columns: readonly ColumnToken[] = [];
  let rows: SqlRow[] = [];
  let unfinished = false;
  for (const token of tokens) {
    if (token.kind === 'columns') {
      columns = token.columns;
      rows = [];
      unfinished = true;
      resultSets.push({ columns: columns.map((column) => column.name), rows });
    } else if (token.kind === 'row') {
      const cells = columns.map(
        (column, index) => [column.name, sqlValue(token.values[index] ?? null, column.type)] as const,
      );
      rows.push(Object.fromEntries(cells));
    } else if (token.kind === 'info') {
      infos.push({ number: token.number, message: token.message });
    } else if (token.kind === 'error') {
      const { number, state, message, procedure } = token;
      // A result that its statement failed to finish is none.
      if (unfinished) resultSets.pop();
      unfinished = false;
      errors.push({ number, state, class: token.class, message, ...(procedure === '' ? {} : { procedure }) });
    } else if (token.kind === 'done') unfinished = false;
  }
  return { resultSets, infos, errors };
}
