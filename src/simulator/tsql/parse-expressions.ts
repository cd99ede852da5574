/** Values and predicates. One grammar reads both; a predicate where a value must stand is 102, the reverse 4145. */
import { parseCase, parsePrimaryName } from './parse-primary.ts';
import { parseQuery } from './parse-select.ts';
import { numberLiteral, stringLiteral } from './literals.ts';
import { syntaxError } from './sql-error.ts';
import type { ArithmeticOperator, ComparisonOperator, Expression } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const PREDICATES: ReadonlySet<Expression['kind']> = new Set([
  'compare',
  'and',
  'or',
  'not',
  'is-null',
  'between',
  'in-list',
  'in-query',
  'exists',
  'like',
]);
const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!<': '>=',
  '!>': '<=',
};
const SUMS: Readonly<Record<string, ArithmeticOperator>> = {
  '+': '+',
  '-': '-',
  '&': '&',
  '|': '|',
  '^': '^',
};
const PRODUCTS: Readonly<Record<string, ArithmeticOperator>> = { '*': '*', '/': '/', '%': '%' };

export function isPredicate(expression: Expression): boolean {
  return PREDICATES.has(expression.kind);
}

export function parseValue(stream: TokenStream): Expression {
  return value(stream, parseSum(stream));
}

export function parsePredicate(stream: TokenStream): Expression {
  const expression = parseOr(stream);
  if (!isPredicate(expression)) throw notBoolean(stream);
  return expression;
}

/** A list of values in parentheses, the opening one already taken. */
export function parseArguments(stream: TokenStream): readonly Expression[] {
  if (stream.acceptMark(')')) return [];
  const found = parseList(stream);
  stream.expectMark(')');
  return found;
}

export function parseList(stream: TokenStream): readonly Expression[] {
  const found: Expression[] = [];
  do found.push(parseValue(stream));
  while (stream.acceptMark(','));
  return found;
}

function notBoolean(stream: TokenStream): Error {
  const token = stream.peek();
  return syntaxError(4145, token.line, token.text.slice(0, 128));
}

function value(stream: TokenStream, expression: Expression): Expression {
  if (isPredicate(expression)) throw stream.refuse();
  return expression;
}

function predicate(stream: TokenStream, expression: Expression): Expression {
  if (!isPredicate(expression)) throw notBoolean(stream);
  return expression;
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  for (let length = 2; stream.is('OR'); length += 1) {
    stream.chain(length);
    predicate(stream, left);
    stream.next();
    left = { kind: 'or', left, right: predicate(stream, parseAnd(stream)) };
  }
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  for (let length = 2; stream.is('AND'); length += 1) {
    stream.chain(length);
    predicate(stream, left);
    stream.next();
    left = { kind: 'and', left, right: predicate(stream, parseNot(stream)) };
  }
  return left;
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.accept('NOT')) return parseComparison(stream);
  return stream.nested(() => ({ kind: 'not', operand: predicate(stream, parseNot(stream)) }));
}

function parseComparison(stream: TokenStream): Expression {
  if (stream.is('EXISTS') && stream.isMark('(', 1)) {
    stream.next();
    stream.next();
    const query = stream.nested(() => parseQuery(stream));
    stream.expectMark(')');
    return { kind: 'exists', query };
  }
  const left = parseSum(stream);
  const token = stream.peek();
  const operator = token.kind === 'punctuation' ? COMPARISONS[token.text] : undefined;
  if (operator !== undefined) {
    value(stream, left);
    stream.next();
    return { kind: 'compare', operator, left, right: parseValue(stream) };
  }
  return parseWordTest(stream, left);
}

function parseWordTest(stream: TokenStream, operand: Expression): Expression {
  if (isPredicate(operand)) return operand;
  if (stream.accept('IS')) {
    const negated = stream.accept('NOT');
    stream.expect('NULL');
    return { kind: 'is-null', operand, negated };
  }
  const negated = stream.is('NOT') && (stream.is('IN', 1) || stream.is('LIKE', 1) || stream.is('BETWEEN', 1));
  if (negated) stream.next();
  if (stream.accept('BETWEEN')) {
    const low = parseValue(stream);
    stream.expect('AND');
    return { kind: 'between', operand, low, high: parseValue(stream), negated };
  }
  if (stream.accept('LIKE')) {
    const pattern = parseValue(stream);
    const escape = stream.accept('ESCAPE') ? parseValue(stream) : undefined;
    return { kind: 'like', operand, pattern, escape, negated };
  }
  return stream.accept('IN') ? parseIn(stream, operand, negated) : operand;
}

function parseIn(stream: TokenStream, operand: Expression, negated: boolean): Expression {
  stream.expectMark('(');
  if (stream.is('SELECT')) {
    const query = stream.nested(() => parseQuery(stream));
    stream.expectMark(')');
    return { kind: 'in-query', operand, query, negated };
  }
  const items = parseList(stream);
  stream.expectMark(')');
  return { kind: 'in-list', operand, items, negated };
}

type Operators = Readonly<Record<string, ArithmeticOperator>>;

function parseSum(stream: TokenStream): Expression {
  return parseArithmetic(stream, SUMS, parseProduct);
}

function parseProduct(stream: TokenStream): Expression {
  return parseArithmetic(stream, PRODUCTS, parseUnary);
}

function parseArithmetic(
  stream: TokenStream,
  operators: Operators,
  parseOperand: (stream: TokenStream) => Expression,
): Expression {
  let left = parseOperand(stream);
  for (let length = 2; ; length += 1) {
    const token = stream.peek();
    const operator = token.kind === 'punctuation' ? operators[token.text] : undefined;
    if (operator === undefined) return left;
    stream.chain(length);
    value(stream, left);
    stream.next();
    left = { kind: 'arithmetic', operator, left, right: value(stream, parseOperand(stream)) };
  }
}

function parseUnary(stream: TokenStream): Expression {
  if (stream.acceptMark('+')) return stream.nested(() => value(stream, parseUnary(stream)));
  if (stream.acceptMark('-'))
    return stream.nested(() => ({ kind: 'negate', operand: value(stream, parseUnary(stream)) }));
  return parseCollated(stream);
}

/** COLLATE DATABASE_DEFAULT and named collations are read and ignored: every comparison is case-insensitive here. */
function parseCollated(stream: TokenStream): Expression {
  const expression = parsePrimary(stream);
  if (stream.accept('COLLATE')) stream.name();
  return expression;
}

function parsePrimary(stream: TokenStream): Expression {
  const token = stream.peek();
  switch (token.kind) {
    case 'string':
      stream.next();
      return stringLiteral(token.text, token.unicode);
    case 'number':
      if (!/[\d.]$/.test(token.text)) throw stream.refuse();
      stream.next();
      return numberLiteral(token.text);
    case 'binary':
      stream.next();
      return binaryLiteral(token.text);
    case 'variable':
      return token.text.startsWith('@@')
        ? { kind: 'system', name: stream.next().text.toUpperCase() }
        : { kind: 'variable', name: stream.variable() };
    case 'punctuation':
      return parseParenthesised(stream);
    case 'name':
      return token.keyword === 'CASE' ? stream.nested(() => parseCase(stream)) : parsePrimaryName(stream);
    case 'end':
      throw stream.refuse();
  }
}

function parseParenthesised(stream: TokenStream): Expression {
  stream.expectMark('(');
  return stream.nested(() => {
    if (stream.is('SELECT')) {
      const query = parseQuery(stream);
      stream.expectMark(')');
      return { kind: 'scalar-query', query };
    }
    const inner = parseOr(stream);
    stream.expectMark(')');
    return inner;
  });
}

function binaryLiteral(text: string): Expression {
  const digits = text.slice(2);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const value = new Uint8Array(bytes);
  return { kind: 'literal', type: { name: 'varbinary', length: Math.max(1, value.length) }, value };
}
