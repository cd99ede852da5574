/** T-SQL text to tokens: names, strings, numbers, variables, punctuation. Comments vanish; it knows keywords only as names. */
import { syntaxError } from './sql-error.ts';

export type TokenKind = 'name' | 'string' | 'number' | 'binary' | 'variable' | 'punctuation' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Name without brackets, string without quotes, otherwise as typed. */
  readonly text: string;
  /** Upper case for bare names, so that keywords compare; '' for [quoted] names. */
  readonly keyword: string;
  /** N'...': Unicode string. */
  readonly unicode: boolean;
  readonly line: number;
}

const NAME_START = /[\p{L}_#]/u;
const NAME_PART = /[\p{L}\p{Nd}_#@$]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d*)?/y;
const BINARY = /0[xX][0-9a-fA-F]*/y;
const BLANK = /[\s\u00a0\ufeff]+/uy;
const TWO_CHARACTERS = new Set(['<>', '<=', '>=', '!=', '!<', '!>', '+=', '-=', '*=', '/=', '::']);

interface Scanner {
  readonly text: string;
  readonly tokens: Token[];
  at: number;
  line: number;
}

export function tokenize(text: string): readonly Token[] {
  const scanner: Scanner = { text, tokens: [], at: 0, line: 1 };
  while (scanner.at < text.length) scanOne(scanner);
  push(scanner, 'end', '', '');
  return scanner.tokens;
}

function scanOne(scanner: Scanner): void {
  const { text, at } = scanner;
  const character = text.charAt(at);
  const pair = text.slice(at, at + 2);
  if (character === ' ' || character === '\n' || character === '\r' || character === '\t')
    skipBlanks(scanner);
  else if (pair === '--') skipLine(scanner);
  else if (pair === '/*') skipComment(scanner);
  else if (character === "'") quoted(scanner, 'string', "'", at, false);
  else if ((character === 'N' || character === 'n') && text.charAt(at + 1) === "'")
    quoted(scanner, 'string', "'", at + 1, true);
  else if (character === '[') quoted(scanner, 'name', ']', at, true);
  else if (character === '"') quoted(scanner, 'name', '"', at, true);
  else if (character === '@') variable(scanner);
  else if (pair === '0x' || pair === '0X') take(scanner, 'binary', match(BINARY, text, at));
  else if (isDigit(character) || (character === '.' && isDigit(text.charAt(at + 1))))
    take(scanner, 'number', match(NUMBER, text, at));
  else scanWord(scanner, character, pair);
}

function scanWord(scanner: Scanner, character: string, pair: string): void {
  const { text, at } = scanner;
  const letter = text.codePointAt(at) ?? 0;
  const whole = String.fromCodePoint(letter);
  if (NAME_START.test(whole)) {
    const word = whole + match(NAME_PART, text, at + whole.length);
    scanner.at += word.length;
    push(scanner, 'name', word, word.toUpperCase());
    return;
  }
  if (match(BLANK, text, at) !== '') skipBlanks(scanner);
  else take(scanner, 'punctuation', TWO_CHARACTERS.has(pair) ? pair : character);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function push(scanner: Scanner, kind: TokenKind, text: string, keyword: string, unicode = false): void {
  scanner.tokens.push({ kind, text, keyword, unicode, line: scanner.line });
}

function take(scanner: Scanner, kind: TokenKind, text: string): void {
  push(scanner, kind, text, '');
  scanner.at += text.length;
}

function advance(scanner: Scanner, to: number): void {
  // Character by character: indexOf would run to the next line end, which may be far away.
  for (let i = scanner.at; i < to; i += 1) if (scanner.text.charCodeAt(i) === 10) scanner.line += 1;
  scanner.at = to;
}

function skipBlanks(scanner: Scanner): void {
  advance(scanner, scanner.at + match(BLANK, scanner.text, scanner.at).length);
}

function skipLine(scanner: Scanner): void {
  const end = scanner.text.indexOf('\n', scanner.at);
  advance(scanner, end === -1 ? scanner.text.length : end);
}

/** Comments nest. */
function skipComment(scanner: Scanner): void {
  const opener = /\/\*|\*\//g;
  opener.lastIndex = scanner.at;
  const startLine = scanner.line;
  let depth = 0;
  for (let found = opener.exec(scanner.text); found !== null; found = opener.exec(scanner.text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) {
      advance(scanner, opener.lastIndex);
      return;
    }
  }
  throw syntaxError(113, startLine);
}

/** `start` is the opening quote; the closing one is doubled to stand for itself. */
function quoted(scanner: Scanner, kind: TokenKind, close: string, start: number, flag: boolean): void {
  const { text } = scanner;
  let content = '';
  let from = start + 1;
  for (;;) {
    const end = text.indexOf(close, from);
    if (end === -1) throw syntaxError(105, scanner.line, (content + text.slice(from)).slice(0, 128));
    content += text.slice(from, end);
    from = end + 1;
    if (text.charAt(from) !== close) break;
    content += close;
    from += 1;
  }
  push(scanner, kind, content, '', kind === 'string' && flag);
  advance(scanner, from);
}

function variable(scanner: Scanner): void {
  const { text, at } = scanner;
  const prefix = text.charAt(at + 1) === '@' ? '@@' : '@';
  const rest = match(NAME_PART, text, at + prefix.length);
  if (rest === '') take(scanner, 'punctuation', '@');
  else take(scanner, 'variable', prefix + rest);
}
