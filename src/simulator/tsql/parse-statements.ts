/** A whole text to statements. A syntax error anywhere means that nothing of the text runs; then undeclared variables (137). */
import type { SqlType } from '../sql-tokens.ts';
import { parseAlter, parseCreateDatabase, parseDropDatabase } from './parse-alter.ts';
import { parseBackup, parseRestore } from './parse-backup-restore.ts';
import { parseCall, parseExec } from './parse-exec.ts';
import { parsePredicate, parseValue } from './parse-expressions.ts';
import { parseLooseValue, parseSimpleValue, parseTextValue, parseWholeNumber } from './parse-simple-value.ts';
import { parseQuery } from './parse-select.ts';
import { parseSecurity } from './parse-security.ts';
import { parseSet } from './parse-set.ts';
import { parseCreateTable, parseDropTable, parseInsert } from './parse-tables.ts';
import { parseType } from './parse-types.ts';
import { syntaxError } from './sql-error.ts';
import type { Expression, PlainStatement, Statement } from './syntax.ts';
import { TokenStream } from './token-stream.ts';

export interface ParsedBatch {
  readonly statements: readonly Statement[];
  /** Parameters and all DECLAREd variables by lower-case name: they exist from the start, also those in branches not taken. */
  readonly variables: ReadonlyMap<string, SqlType>;
}

export function parseBatch(text: string, declared: ReadonlyMap<string, SqlType>): ParsedBatch {
  const stream = new TokenStream(text, declared);
  const statements: Statement[] = [];
  skipSemicolons(stream);
  if (stream.isName() && !stream.is('THROW')) {
    const { line } = stream.peek();
    statements.push({ line, body: { kind: 'exec', call: parseCall(stream, undefined) } });
    skipSemicolons(stream);
  }
  while (!stream.atEnd) statements.push(parseStatement(stream));
  if (stream.bindingError !== undefined) throw stream.bindingError;
  return { statements, variables: stream.declared };
}

function skipSemicolons(stream: TokenStream): void {
  while (stream.acceptMark(';'));
}

function parseStatement(stream: TokenStream): Statement {
  const statement = stream.nested(() => parseOne(stream));
  skipSemicolons(stream);
  return statement;
}

function parseUntilEnd(stream: TokenStream): readonly Statement[] {
  const statements: Statement[] = [];
  skipSemicolons(stream);
  while (!stream.is('END')) statements.push(parseStatement(stream));
  stream.next();
  return statements;
}

function parseOne(stream: TokenStream): Statement {
  const { keyword, line } = stream.peek();
  const security = parseSecurity(stream);
  if (security !== undefined) return { line, body: security };
  switch (keyword) {
    case 'IF':
      return parseIf(stream, line);
    case 'WHILE':
      return parseWhile(stream, line);
    case 'BEGIN':
      return parseBegin(stream, line);
    case 'RETURN':
      return parseReturn(stream, line);
    case 'DECLARE':
      return parseDeclare(stream, line);
    case 'DROP':
      return parseDrop(stream, line);
    default:
      return { line, body: parsePlain(stream, keyword) };
  }
}

function parseDrop(stream: TokenStream, line: number): Statement {
  if (!stream.is('DATABASE', 1)) return { line, body: parseDropTable(stream) };
  const statements = parseDropDatabase(stream).map((body) => ({ line, body }));
  return { line, body: { kind: 'block', statements } };
}

function parseIf(stream: TokenStream, line: number): Statement {
  stream.next();
  const condition = parsePredicate(stream);
  const then = parseStatement(stream);
  const otherwise = stream.accept('ELSE') ? parseStatement(stream) : undefined;
  return { line, body: { kind: 'if', condition, then, otherwise } };
}

/** Only a loop that waits: one that does not would hold the whole estate, whose servers share one thread. */
function parseWhile(stream: TokenStream, line: number): Statement {
  stream.next();
  const condition = parsePredicate(stream);
  const body = parseStatement(stream);
  if (!waits(body)) throw stream.refuse();
  return { line, body: { kind: 'while', condition, body } };
}

const waits = ({ body }: Statement): boolean =>
  body.kind === 'wait' || (body.kind === 'block' && body.statements.some(waits));

function parseBegin(stream: TokenStream, line: number): Statement {
  stream.next();
  if (stream.accept('TRAN') || stream.accept('TRANSACTION'))
    return { line, body: { kind: 'transaction', change: 'begin' } };
  if (!stream.accept('TRY')) {
    const statements = parseUntilEnd(stream);
    if (statements.length === 0) throw syntaxError(102, line, 'END');
    return { line, body: { kind: 'block', statements } };
  }
  const statements = parseUntilEnd(stream);
  stream.expect('TRY', 'BEGIN', 'CATCH');
  const handler = parseUntilEnd(stream);
  stream.expect('CATCH');
  return { line, body: { kind: 'try', statements, handler } };
}

function parseReturn(stream: TokenStream, line: number): Statement {
  stream.next();
  const { kind } = stream.peek();
  if (kind === 'number' || kind === 'variable' || stream.isMark('(')) throw syntaxError(178, line);
  return { line, body: { kind: 'return' } };
}

function parseDeclare(stream: TokenStream, line: number): Statement {
  stream.next();
  const statements: Statement[] = [];
  do {
    const token = stream.peek();
    if (token.kind !== 'variable' || token.text.startsWith('@@')) throw stream.refuse();
    stream.next();
    stream.accept('AS');
    const type = parseType(stream, 1);
    const value = stream.acceptMark('=') ? parseValue(stream) : undefined;
    stream.declare(token.text, type, token.line);
    const name = token.text.toLowerCase();
    statements.push({ line: token.line, body: { kind: 'declare', name, type, value } });
  } while (stream.acceptMark(','));
  return { line, body: { kind: 'block', statements } };
}

function parsePlain(stream: TokenStream, keyword: string): PlainStatement {
  switch (keyword) {
    case 'SELECT':
      return parseSelectStatement(stream);
    case 'SET':
      return parseSet(stream);
    case 'EXEC':
    case 'EXECUTE':
      stream.next();
      return { kind: 'exec', call: parseExec(stream) };
    case 'INSERT':
      return parseInsert(stream);
    case 'BACKUP':
      return parseBackup(stream);
    case 'RESTORE':
      return parseRestore(stream);
    case 'ALTER':
      return parseAlter(stream);
    case 'CREATE':
      return stream.is('DATABASE', 1) ? parseCreateDatabase(stream) : parseCreateTable(stream);
    default:
      return parseShort(stream, keyword);
  }
}

function parseShort(stream: TokenStream, keyword: string): PlainStatement {
  switch (keyword) {
    case 'PRINT':
      stream.next();
      return { kind: 'print', value: parseValue(stream) };
    case 'RAISERROR':
      return parseRaiserror(stream);
    case 'THROW':
      return parseThrow(stream);
    case 'WAITFOR':
      stream.expect('WAITFOR', 'DELAY');
      return { kind: 'wait', delay: parseTextValue(stream) };
    case 'KILL':
      return parseKill(stream);
    case 'USE':
      stream.next();
      return { kind: 'use', database: stream.name() };
    case 'COMMIT':
    case 'ROLLBACK':
      stream.next();
      if (!stream.accept('TRAN')) stream.accept('TRANSACTION');
      return { kind: 'transaction', change: keyword === 'COMMIT' ? 'commit' : 'rollback' };
    case 'CHECKPOINT':
      stream.next();
      return { kind: 'checkpoint' };
    default:
      throw stream.refuse();
  }
}

function parseSelectStatement(stream: TokenStream): PlainStatement {
  const { line } = stream.peek();
  const query = parseQuery(stream);
  const items = query.branches.flatMap((branch) => branch.items);
  const assigns = items.some((item) => item.kind === 'assign');
  if (assigns && (query.branches.length > 1 || items.some((item) => item.kind !== 'assign')))
    throw syntaxError(141, line);
  return { kind: 'select', query, assigns };
}

function parseKill(stream: TokenStream): PlainStatement {
  stream.next();
  const sessionId = parseWholeNumber(stream);
  return { kind: 'kill', sessionId, statusOnly: stream.accept('WITH', 'STATUSONLY') };
}

function parseThrow(stream: TokenStream): PlainStatement {
  stream.next();
  const { kind } = stream.peek();
  if (kind !== 'number' && kind !== 'variable') return { kind: 'throw', error: undefined };
  const number = parseSimpleValue(stream);
  stream.expectMark(',');
  const message = parseSimpleValue(stream);
  stream.expectMark(',');
  return { kind: 'throw', error: { number, message, state: parseSimpleValue(stream) } };
}

function parseRaiserror(stream: TokenStream): PlainStatement {
  stream.next();
  stream.expectMark('(');
  const values: Expression[] = [];
  do values.push(parseLooseValue(stream));
  while (stream.acceptMark(','));
  stream.expectMark(')');
  const [message, severity, state, ...args] = values;
  if (message === undefined || severity === undefined || state === undefined) throw stream.refuse();
  let setError = false;
  if (stream.accept('WITH'))
    do if (stream.oneOf(['NOWAIT', 'LOG', 'SETERROR']) === 'SETERROR') setError = true;
    while (stream.acceptMark(','));
  return { kind: 'raiserror', message, severity, state, arguments: args, setError };
}
