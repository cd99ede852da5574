/** The parser's reading head: look, accept, expect, refuse. Counts nesting, and remembers which variables are declared. */
import type { SqlType } from '../sql-tokens.ts';
import { tokenize } from './lexer.ts';
import type { Token } from './lexer.ts';
import { RESERVED } from './reserved-words.ts';
import { syntaxError } from './sql-error.ts';
import type { SqlError } from './sql-error.ts';

/** Parentheses, CASE, BEGIN, subqueries inside one another; far above sane texts, far below the stack. */
const MAX_DEPTH = 128;
/** Terms in one chain such as a + b + c ...; evaluation goes down one call per term. */
export const MAX_CHAIN = 1000;

const END: Token = { kind: 'end', text: '', keyword: '', unicode: false, line: 1 };

export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  /** By lower-case name. */
  readonly declared: Map<string, SqlType>;
  /** First 137 or 134, reported only when the whole text is free of syntax errors. */
  bindingError: SqlError | undefined = undefined;

  constructor(text: string, declared: ReadonlyMap<string, SqlType>) {
    this.#tokens = tokenize(text);
    this.declared = new Map(declared);
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1) ?? END;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  get atEnd(): boolean {
    return this.peek().kind === 'end';
  }

  is(keyword: string, ahead = 0): boolean {
    return this.peek(ahead).keyword === keyword;
  }

  isAny(keywords: ReadonlySet<string>, ahead = 0): boolean {
    return keywords.has(this.peek(ahead).keyword);
  }

  isMark(mark: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'punctuation' && token.text === mark;
  }

  /** Takes all keywords in order, or none. */
  accept(...keywords: readonly string[]): boolean {
    for (let i = 0; i < keywords.length; i += 1) if (!this.is(keywords[i] ?? '', i)) return false;
    this.#at += keywords.length;
    return true;
  }

  acceptMark(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.#at += 1;
    return true;
  }

  expect(...keywords: readonly string[]): void {
    for (const keyword of keywords) if (!this.accept(keyword)) throw this.refuse();
  }

  expectMark(mark: string): void {
    if (!this.acceptMark(mark)) throw this.refuse();
  }

  /** 102 near the next token. At the end of the text SQL Server names the last token. */
  refuse(): SqlError {
    const token = this.atEnd && this.#at > 0 ? this.peek(-1) : this.peek();
    return syntaxError(102, token.line, token.text.slice(0, 128));
  }

  /** Anything that may name an object, a column or an alias: [quoted], or bare and not reserved. */
  isName(ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && !RESERVED.has(token.keyword);
  }

  name(): string {
    if (!this.isName()) throw this.refuse();
    return this.next().text;
  }

  /** One of the words; a bare name that is none of them is refused. */
  oneOf<const W extends string>(words: readonly W[]): W {
    const found = words.find((word) => this.is(word));
    if (found === undefined) throw this.refuse();
    this.#at += 1;
    return found;
  }

  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw syntaxError(191, this.peek().line);
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  /** A chain of operators has grown to `length` terms. */
  chain(length: number): void {
    if (length > MAX_CHAIN) throw syntaxError(191, this.peek().line);
  }

  declare(name: string, type: SqlType, line: number): void {
    const key = name.toLowerCase();
    if (this.declared.has(key)) this.bindingError ??= syntaxError(134, line, name);
    this.declared.set(key, type);
  }

  /** Takes a local variable; undeclared ones are remembered for 137. */
  variable(): string {
    const token = this.peek();
    if (token.kind !== 'variable' || token.text.startsWith('@@')) throw this.refuse();
    this.#at += 1;
    const key = token.text.toLowerCase();
    if (!this.declared.has(key)) this.bindingError ??= syntaxError(137, token.line, token.text);
    return key;
  }
}
