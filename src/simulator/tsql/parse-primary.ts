/** Expressions that begin with a word: columns, functions, CASE, CAST and CONVERT. */
import { parseArguments, parsePredicate, parseValue } from './parse-expressions.ts';
import { NULL_LITERAL, stringLiteral } from './literals.ts';
import { parseType } from './parse-types.ts';
import type { CaseBranch, Expression } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

/** Reserved words that are functions all the same. */
const RESERVED_FUNCTIONS: ReadonlySet<string> = new Set(['LEFT', 'RIGHT', 'COALESCE', 'NULLIF']);
/** Functions whose first argument is a bare word. */
const DATE_PART_FUNCTIONS: ReadonlySet<string> = new Set([
  'DATEDIFF',
  'DATEDIFF_BIG',
  'DATEADD',
  'DATEPART',
  'DATENAME',
]);
const BARE_FUNCTIONS: ReadonlySet<string> = new Set([
  'CURRENT_TIMESTAMP',
  'SYSTEM_USER',
  'CURRENT_USER',
  'SESSION_USER',
  'USER',
]);
const CONVERSIONS: ReadonlySet<string> = new Set(['CAST', 'CONVERT', 'TRY_CAST', 'TRY_CONVERT']);

export function parsePrimaryName(stream: TokenStream): Expression {
  const token = stream.peek();
  const called = stream.isMark('(', 1);
  if (token.keyword === 'NULL') {
    stream.next();
    return NULL_LITERAL;
  }
  if (BARE_FUNCTIONS.has(token.keyword)) {
    stream.next();
    return call(token.keyword, [], token.text);
  }
  if (called && CONVERSIONS.has(token.keyword)) return stream.nested(() => parseConversion(stream));
  if (called && (RESERVED_FUNCTIONS.has(token.keyword) || stream.isName()))
    return stream.nested(() => parseCall(stream));
  return { kind: 'column', parts: parseNameParts(stream) };
}

function call(name: string, args: readonly Expression[], spelled: string): Expression {
  return { kind: 'call', name, arguments: args, star: false, distinct: false, spelled };
}

/** `a`, `a.b`, `a..b` ... up to four parts. */
export function parseNameParts(stream: TokenStream): readonly string[] {
  const parts = [stream.name()];
  while (stream.acceptMark('.')) {
    if (parts.length === 4) throw stream.refuse();
    parts.push(stream.isMark('.') ? '' : afterDot(stream));
  }
  return parts;
}

/** A part after a dot must not be left out at the end. */
function afterDot(stream: TokenStream): string {
  return stream.name();
}

function parseCall(stream: TokenStream): Expression {
  const token = stream.next();
  const name = token.keyword === '' ? token.text.toUpperCase() : token.keyword;
  stream.expectMark('(');
  if (stream.isMark('*') && stream.isMark(')', 1)) {
    stream.next();
    stream.next();
    return { kind: 'call', name, arguments: [], star: true, distinct: false, spelled: token.text };
  }
  if (name === 'IIF') return parseIif(stream);
  if (DATE_PART_FUNCTIONS.has(name) && stream.peek().kind === 'name') {
    const part = stringLiteral(stream.next().text, false);
    stream.expectMark(',');
    return call(name, [part, ...parseArguments(stream)], token.text);
  }
  const distinct = stream.accept('DISTINCT');
  if (!distinct) stream.accept('ALL');
  return {
    kind: 'call',
    name,
    arguments: parseArguments(stream),
    star: false,
    distinct,
    spelled: token.text,
  };
}

function parseIif(stream: TokenStream): Expression {
  const when = parsePredicate(stream);
  stream.expectMark(',');
  const then = parseValue(stream);
  stream.expectMark(',');
  const otherwise = parseValue(stream);
  stream.expectMark(')');
  return { kind: 'case', operand: undefined, branches: [{ when, then }], otherwise };
}

function parseConversion(stream: TokenStream): Expression {
  const name = stream.next().keyword;
  stream.expectMark('(');
  const attempt = name.startsWith('TRY_');
  if (name.endsWith('CAST')) {
    const operand = parseValue(stream);
    stream.expect('AS');
    const type = parseType(stream, 30);
    stream.expectMark(')');
    return { kind: 'convert', type, operand, style: undefined, attempt };
  }
  const type = parseType(stream, 30);
  stream.expectMark(',');
  const operand = parseValue(stream);
  const style = stream.acceptMark(',') ? parseValue(stream) : undefined;
  stream.expectMark(')');
  return { kind: 'convert', type, operand, style, attempt };
}

export function parseCase(stream: TokenStream): Expression {
  stream.expect('CASE');
  const operand = stream.is('WHEN') ? undefined : parseValue(stream);
  const branches: CaseBranch[] = [];
  while (stream.accept('WHEN')) {
    const when = operand === undefined ? parsePredicate(stream) : parseValue(stream);
    stream.expect('THEN');
    branches.push({ when, then: parseValue(stream) });
  }
  if (branches.length === 0) throw stream.refuse();
  const otherwise = stream.accept('ELSE') ? parseValue(stream) : undefined;
  stream.expect('END');
  return { kind: 'case', operand, branches, otherwise };
}
