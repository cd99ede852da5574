/** CREATE TABLE and DROP TABLE of #tables, and INSERT. Permanent tables are made by the host only; constraints are not known. */
import { parseArguments } from './parse-expressions.ts';
import { parseExec } from './parse-exec.ts';
import { parseNameParts } from './parse-primary.ts';
import { parseQuery } from './parse-select.ts';
import { parseType } from './parse-types.ts';
import type { ColumnDefinition, Expression, InsertSource, NameParts, PlainStatement } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

/** Rows of one VALUES (docs `queries/table-value-constructor-transact-sql`). */
const MAX_VALUES_ROWS = 1000;

export function parseCreateTable(stream: TokenStream): PlainStatement {
  stream.expect('CREATE', 'TABLE');
  const name = parseNameParts(stream).at(-1) ?? '';
  if (!name.startsWith('#')) throw stream.refuse();
  stream.expectMark('(');
  const columns: ColumnDefinition[] = [];
  do columns.push(parseColumn(stream));
  while (stream.acceptMark(','));
  stream.expectMark(')');
  return { kind: 'create-table', name, columns };
}

function parseColumn(stream: TokenStream): ColumnDefinition {
  const name = stream.name();
  const type = parseType(stream, 1);
  if (stream.accept('COLLATE')) stream.name();
  if (stream.accept('NOT', 'NULL')) return { name, type, nullable: false };
  stream.accept('NULL');
  return { name, type, nullable: true };
}

export function parseDropTable(stream: TokenStream): PlainStatement {
  stream.expect('DROP', 'TABLE');
  const names: NameParts[] = [];
  do names.push(parseNameParts(stream));
  while (stream.acceptMark(','));
  return { kind: 'drop-table', names };
}

export function parseInsert(stream: TokenStream): PlainStatement {
  stream.expect('INSERT');
  stream.accept('INTO');
  const table = parseNameParts(stream);
  let columns: string[] | undefined;
  if (stream.acceptMark('(')) {
    columns = [];
    do columns.push(stream.name());
    while (stream.acceptMark(','));
    stream.expectMark(')');
  }
  return { kind: 'insert', table, columns, source: parseInsertSource(stream) };
}

function parseInsertSource(stream: TokenStream): InsertSource {
  if (stream.accept('EXEC') || stream.accept('EXECUTE')) return { kind: 'exec', call: parseExec(stream) };
  if (stream.is('SELECT')) return { kind: 'query', query: parseQuery(stream) };
  stream.expect('VALUES');
  const rows: (readonly Expression[])[] = [];
  do {
    stream.expectMark('(');
    const row = parseArguments(stream);
    if (row.length === 0 || rows.length === MAX_VALUES_ROWS) throw stream.refuse();
    rows.push(row);
  } while (stream.acceptMark(','));
  return { kind: 'values', rows };
}
