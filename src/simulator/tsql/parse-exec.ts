/** EXEC of procedures and of texts, and a bare procedure name as the first statement of a batch. */
import { parseNameParts } from './parse-primary.ts';
import { parseLooseValue } from './parse-simple-value.ts';
import { stringLiteral } from './literals.ts';
import { syntaxError } from './sql-error.ts';
import type { ExecArgument, ExecCall, Expression } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const MAX_ARGUMENTS = 2100;

/** After EXEC or EXECUTE. */
export function parseExec(stream: TokenStream): ExecCall {
  if (stream.acceptMark('(')) return { kind: 'text', text: parseTextSum(stream) };
  let returnInto: string | undefined;
  if (stream.peek().kind === 'variable' && stream.isMark('=', 1)) {
    returnInto = stream.variable();
    stream.next();
  }
  return parseCall(stream, returnInto);
}

export function parseCall(stream: TokenStream, returnInto: string | undefined): ExecCall {
  const name = stream.peek().kind === 'variable' ? { variable: stream.variable() } : parseNameParts(stream);
  return { kind: 'procedure', name, returnInto, arguments: parseExecArguments(stream) };
}

/** Only constants and variables joined by `+`: SQL Server takes no function calls here. */
function parseTextSum(stream: TokenStream): Expression {
  let left = parseTextTerm(stream);
  for (let length = 2; stream.acceptMark('+'); length += 1) {
    stream.chain(length);
    left = { kind: 'arithmetic', operator: '+', left, right: parseTextTerm(stream) };
  }
  stream.expectMark(')');
  return left;
}

function parseTextTerm(stream: TokenStream): Expression {
  const token = stream.peek();
  if (token.kind === 'variable') return { kind: 'variable', name: stream.variable() };
  if (token.kind !== 'string') throw stream.refuse();
  stream.next();
  return stringLiteral(token.text, token.unicode);
}

function parseExecArguments(stream: TokenStream): readonly ExecArgument[] {
  const found: ExecArgument[] = [];
  if (!startsArgument(stream)) return found;
  do {
    if (found.length === MAX_ARGUMENTS) throw stream.refuse();
    const argument = parseArgument(stream);
    if (argument.name === undefined && found.at(-1)?.name !== undefined)
      throw syntaxError(119, stream.peek().line, found.length + 1);
    found.push(argument);
  } while (stream.acceptMark(','));
  return found;
}

function startsArgument(stream: TokenStream): boolean {
  const { kind } = stream.peek();
  if (kind === 'string' || kind === 'number' || kind === 'variable' || kind === 'binary') return true;
  return stream.isName() || stream.is('NULL') || stream.is('DEFAULT') || stream.isMark('-');
}

function parseArgument(stream: TokenStream): ExecArgument {
  const token = stream.peek();
  let name: string | undefined;
  if (token.kind === 'variable' && stream.isMark('=', 1)) {
    name = token.text;
    stream.next();
    stream.next();
  }
  if (stream.accept('DEFAULT')) return { name, value: { kind: 'default' }, output: false };
  const value = parseLooseValue(stream);
  const output = stream.accept('OUTPUT') || stream.accept('OUT');
  if (output && value.kind !== 'variable') throw stream.refuse();
  return { name, value, output };
}
