/** FreeTDS `tsql` as a person uses it on a running estate: statements typed in, text read. Needs `npm run setup`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const TSQL = '/usr/bin/tsql';
/** Missing parts are skipped by name on a person's machine; in CI they are a failure. */
export const tsqlIsAbsent = !existsSync(TSQL) && process.env['CI'] !== 'true';

export interface ServerMessage {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly server: string;
  readonly text: string;
}

export interface TsqlAnswer {
  /** Errors and information, in the order of their arrival. */
  readonly messages: readonly ServerMessage[];
  /** Result sets as tsql prints them. */
  readonly output: string;
}

const MESSAGE = /^Msg (\d+) \(severity (\d+), state (\d+)\) from ([^\s,]+).*:\n\t"(.*)"$/gm;

function messagesIn(text: string): readonly ServerMessage[] {
  return [...text.matchAll(MESSAGE)].map(([, number, severity, state, server = '', said = '']) => ({
    number: Number(number),
    severity: Number(severity),
    state: Number(state),
    server,
    text: said,
  }));
}

/** `folder` of an estate that has a freetds.conf; `alias` as in there. */
export class TsqlLogin {
  /** Everything that the server has said so far. */
  readonly heard: ServerMessage[] = [];
  readonly #folder: string;
  readonly #alias: string;

  constructor(folder: string, alias: string) {
    this.#folder = folder;
    this.#alias = alias;
  }

  start(): ChildProcess {
    const password = readFileSync(path.join(this.#folder, 'sql-password'), 'utf8').trim();
    return spawn(TSQL, ['-S', this.#alias, '-U', 'operator', '-P', password], {
      env: { ...process.env, FREETDSCONF: path.join(this.#folder, 'freetds.conf') },
      stdio: 'pipe',
    });
  }

  /** Every statement a batch of its own, in one session. */
  async type(...statements: readonly string[]): Promise<TsqlAnswer> {
    const child = this.start();
    let output = '';
    let messages = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (messages += chunk.toString()));
    child.stdin?.end(`${statements.map((statement) => `${statement}\ngo\n`).join('')}exit\n`);
    await once(child, 'close');
    const answer = { messages: messagesIn(messages), output };
    this.heard.push(...answer.messages);
    return answer;
  }

  /** The errors that one statement gives: number, severity and state of each. */
  async errorsOf(statement: string): Promise<readonly (readonly [number, number, number])[]> {
    const { messages } = await this.type(statement);
    return messages
      .filter(({ severity }) => severity > 10)
      .map(({ number, severity, state }) => [number, severity, state] as const);
  }
}
