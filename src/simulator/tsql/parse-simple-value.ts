/** The restricted values of EXEC, BACKUP, RESTORE, THROW and SET: constants, variables, in places bare names; no expressions. */
import { NULL_LITERAL, numberLiteral, stringLiteral } from './literals.ts';
import type { SimpleValue } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

export function parseSimpleValue(stream: TokenStream): SimpleValue {
  const token = stream.peek();
  if (token.kind === 'string') {
    stream.next();
    return stringLiteral(token.text, token.unicode);
  }
  if (token.kind === 'variable') {
    if (token.text.startsWith('@@')) return { kind: 'system', name: stream.next().text.toUpperCase() };
    return { kind: 'variable', name: stream.variable() };
  }
  return parseSignedNumber(stream);
}

/** As `parseSimpleValue`, and also NULL, 0x.. and a bare or [quoted] name, which stands for its text. */
export function parseLooseValue(stream: TokenStream): SimpleValue {
  const token = stream.peek();
  if (stream.accept('NULL')) return NULL_LITERAL;
  if (token.kind === 'binary') {
    stream.next();
    const value = new Uint8Array(Buffer.from(token.text.slice(2), 'hex'));
    return { kind: 'literal', type: { name: 'varbinary', length: Math.max(1, value.length) }, value };
  }
  if (stream.isName()) return stringLiteral(stream.name(), true);
  return parseSimpleValue(stream);
}

function parseSignedNumber(stream: TokenStream): SimpleValue {
  const negative = stream.acceptMark('-');
  const token = stream.peek();
  if (token.kind !== 'number' || !/[\d.]$/.test(token.text)) throw stream.refuse();
  stream.next();
  const literal = numberLiteral(token.text);
  if (!negative) return literal;
  const { value } = literal;
  return { ...literal, value: typeof value === 'number' ? -value : `-${String(value)}` };
}

/** Text or a variable; a database name or a path. */
export function parseTextValue(stream: TokenStream): SimpleValue {
  const token = stream.peek();
  if (token.kind !== 'string' && token.kind !== 'variable') throw stream.refuse();
  return parseSimpleValue(stream);
}

export function parseWholeNumber(stream: TokenStream): number {
  const token = stream.peek();
  if (token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) throw stream.refuse();
  return Number(stream.next().text);
}
