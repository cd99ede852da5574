/** SET: variables, and the session options that clients and drivers send. Unknown options are 195, as on the server. */
import { parseValue } from './parse-expressions.ts';
import { parseSimpleValue } from './parse-simple-value.ts';
import { syntaxError } from './sql-error.ts';
import type { PlainStatement, SessionOptionName } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const SWITCHES: ReadonlySet<string> = new Set([
  'NOCOUNT',
  'XACT_ABORT',
  'ANSI_DEFAULTS',
  'ANSI_NULLS',
  'ANSI_NULL_DFLT_ON',
  'ANSI_NULL_DFLT_OFF',
  'ANSI_PADDING',
  'ANSI_WARNINGS',
  'ARITHABORT',
  'ARITHIGNORE',
  'CONCAT_NULL_YIELDS_NULL',
  'CURSOR_CLOSE_ON_COMMIT',
  'IMPLICIT_TRANSACTIONS',
  'NUMERIC_ROUNDABORT',
  'QUOTED_IDENTIFIER',
]);
const VALUED: ReadonlySet<string> = new Set(['LOCK_TIMEOUT', 'TEXTSIZE', 'DATEFIRST']);
const WORDED: ReadonlySet<string> = new Set(['LANGUAGE', 'DATEFORMAT', 'DEADLOCK_PRIORITY']);
const OWN: readonly SessionOptionName[] = ['NOCOUNT', 'XACT_ABORT', 'LOCK_TIMEOUT'];

export function parseSet(stream: TokenStream): PlainStatement {
  stream.expect('SET');
  if (stream.peek().kind === 'variable') {
    const name = stream.variable();
    stream.expectMark('=');
    return { kind: 'assign', name, value: parseValue(stream) };
  }
  if (stream.accept('TRANSACTION')) return parseIsolation(stream);
  const { keyword, text, line } = stream.peek();
  if (SWITCHES.has(keyword)) return parseSwitches(stream);
  if (VALUED.has(keyword)) {
    stream.next();
    return { kind: 'set-option', options: own(keyword), value: parseSimpleValue(stream) };
  }
  if (WORDED.has(keyword)) {
    stream.next();
    if (stream.isName()) stream.next();
    else parseSimpleValue(stream);
    return { kind: 'set-option', options: [], value: true };
  }
  if (stream.isName()) throw syntaxError(195, line, text, 'SET option');
  throw stream.refuse();
}

function own(keyword: string): readonly SessionOptionName[] {
  return OWN.filter((name) => name === keyword);
}

function parseSwitches(stream: TokenStream): PlainStatement {
  const options: SessionOptionName[] = [];
  do {
    if (!stream.isAny(SWITCHES)) throw stream.refuse();
    options.push(...own(stream.next().keyword));
  } while (stream.acceptMark(','));
  return { kind: 'set-option', options, value: stream.oneOf(['ON', 'OFF']) === 'ON' };
}

function parseIsolation(stream: TokenStream): PlainStatement {
  stream.expect('ISOLATION', 'LEVEL');
  const known =
    stream.accept('READ', 'UNCOMMITTED') ||
    stream.accept('READ', 'COMMITTED') ||
    stream.accept('REPEATABLE', 'READ') ||
    stream.accept('SERIALIZABLE') ||
    stream.accept('SNAPSHOT');
  if (!known) throw stream.refuse();
  return { kind: 'set-option', options: [], value: true };
}
