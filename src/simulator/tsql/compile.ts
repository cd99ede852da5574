/**
 * Statements to a flat list of instructions, so that a run is a position and not a call stack and can wait anywhere.
 * Programs are kept by text: the same observing batch is sent thousands of times.
 */
import type { SqlType } from '../sql-tokens.ts';
import { parseBatch } from './parse-statements.ts';
import { parseType } from './parse-types.ts';
import type { Expression, PlainStatement, Statement } from './syntax.ts';
import { TokenStream } from './token-stream.ts';

export type Instruction =
  | { readonly op: 'run'; readonly statement: PlainStatement; readonly line: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'jump-unless'; readonly condition: Expression; readonly to: number; readonly line: number }
  | { readonly op: 'try'; readonly handler: number }
  | { readonly op: 'end-try'; readonly to: number }
  | { readonly op: 'end-catch' }
  | { readonly op: 'return' };

export interface ProgramParameter {
  /** lower case */
  readonly name: string;
  readonly type: SqlType;
  readonly output: boolean;
}

export interface Program {
  readonly parameters: readonly ProgramParameter[];
  /** Parameters included. */
  readonly variables: readonly { readonly name: string; readonly type: SqlType }[];
  readonly instructions: readonly Instruction[];
}

const CACHE_LIMIT = 512;
/** Longer texts are one-off; keeping them would only hold memory. */
const CACHED_TEXT_LIMIT = 64 * 1024;
/** By text as it came, so that the hash of a text that comes again is known; then by declarations. */
const cache = new Map<string, Map<string, Program>>();

/** Throws SqlError with reach `text`. `declarations`: `@p int, @q nvarchar(30) OUTPUT`, or empty. */
export function programOf(text: string, declarations: string): Program {
  const known = cache.get(text)?.get(declarations);
  if (known !== undefined) return known;
  const program = compileText(text, declarations);
  if (text.length + declarations.length <= CACHED_TEXT_LIMIT) remember(text, declarations, program);
  return program;
}

function remember(text: string, declarations: string, program: Program): void {
  const oldest = cache.size >= CACHE_LIMIT ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  const programs = cache.get(text) ?? new Map<string, Program>();
  cache.set(text, programs.set(declarations, program));
}

function compileText(text: string, declarations: string): Program {
  const parameters = parseParameters(declarations);
  const declared = new Map(parameters.map((parameter) => [parameter.name, parameter.type]));
  const instructions: Instruction[] = [];
  const parsed = parseBatch(text, declared);
  for (const statement of parsed.statements) emit(instructions, statement);
  const variables = [...parsed.variables].map(([name, type]) => ({ name, type }));
  return { parameters, variables, instructions };
}

function parseParameters(declarations: string): readonly ProgramParameter[] {
  const stream = new TokenStream(declarations, new Map());
  const found: ProgramParameter[] = [];
  if (declarations.trim() === '') return found;
  do {
    const token = stream.peek();
    if (token.kind !== 'variable') throw stream.refuse();
    stream.next();
    stream.accept('AS');
    const type = parseType(stream, 1);
    const output = stream.accept('OUTPUT') || stream.accept('OUT');
    stream.declare(token.text, type, token.line);
    found.push({ name: token.text.toLowerCase(), type, output });
  } while (stream.acceptMark(','));
  if (!stream.atEnd) throw stream.refuse();
  if (stream.bindingError !== undefined) throw stream.bindingError;
  return found;
}

function emit(out: Instruction[], { line, body }: Statement): void {
  switch (body.kind) {
    case 'if': {
      emitIf(out, body, line);
      return;
    }
    case 'while': {
      emitWhile(out, body, line);
      return;
    }
    case 'block':
      for (const statement of body.statements) emit(out, statement);
      return;
    case 'try': {
      emitTry(out, body);
      return;
    }
    case 'return':
      out.push({ op: 'return' });
      return;
    default:
      out.push({ op: 'run', statement: body, line });
  }
}

function emitIf(out: Instruction[], body: Extract<Statement['body'], { kind: 'if' }>, line: number): void {
  const test = out.push({ op: 'return' }) - 1;
  emit(out, body.then);
  const skip = body.otherwise === undefined ? undefined : out.push({ op: 'return' }) - 1;
  out[test] = { op: 'jump-unless', condition: body.condition, to: out.length, line };
  if (body.otherwise === undefined || skip === undefined) return;
  emit(out, body.otherwise);
  out[skip] = { op: 'jump', to: out.length };
}

function emitWhile(
  out: Instruction[],
  body: Extract<Statement['body'], { kind: 'while' }>,
  line: number,
): void {
  const test = out.push({ op: 'return' }) - 1;
  emit(out, body.body);
  out.push({ op: 'jump', to: test });
  out[test] = { op: 'jump-unless', condition: body.condition, to: out.length, line };
}

function emitTry(out: Instruction[], body: Extract<Statement['body'], { kind: 'try' }>): void {
  const enter = out.push({ op: 'return' }) - 1;
  for (const statement of body.statements) emit(out, statement);
  const leave = out.push({ op: 'return' }) - 1;
  out[enter] = { op: 'try', handler: out.length };
  for (const statement of body.handler) emit(out, statement);
  out.push({ op: 'end-catch' });
  out[leave] = { op: 'end-try', to: out.length };
}
