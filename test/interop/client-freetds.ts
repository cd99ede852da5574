/** FreeTDS `tsql` as a client that keeps sessions: each is a child process that is typed at, and a mark ends every answer. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  isChatter,
  refusedWith,
  type Answer,
  type Batch,
  type Client,
  type Heard,
  type Kind,
  type Login,
  type Opened,
  type Parameter,
  type Rows,
  type Said,
} from './client.ts';
import { TSQL } from './tsql-client.ts';

const COLUMN_END = '\x1f';
const ROW_END = '\x1e';
const ENCRYPTION = { off: 'off', tds7: 'require', strict: 'strict' } as const;
const FOOTER = /^(\(\d+ rows? affected\)\n|\(return status = -?\d+\)\n)+/;
const PROMPTS = /^(\d+> |\n)*/;

function configuration({ port, caFile, encrypt, packetSize }: Login): string {
  const lines = [
    '[server]',
    'host = 127.0.0.1',
    `port = ${String(port)}`,
    'tds version = 7.4',
    `encryption = ${ENCRYPTION[encrypt]}`,
    ...(encrypt === 'off' ? [] : [`ca file = ${caFile}`, 'check certificate hostname = yes']),
    'client charset = UTF-8',
    'text size = 2147483647',
    'use ntlmv2 = yes',
    ...(packetSize === undefined ? [] : [`initial block size = ${String(packetSize)}`]),
  ];
  return `${lines.join('\n\t')}\n`;
}

/** Lines of tsql: `Msg n (severity s, state t) from SERVER ...` and the text below, and the bare texts of PRINT. */
function messagesIn(text: string): readonly Said[] {
  const pattern =
    /^Msg (\d+) \(severity (\d+), state (\d+)\) from .*\n\t"([\s\S]*?)"$|^(?!Error |\t|Msg |tds_)(.+)$/gm;
  return [...text.matchAll(pattern)].map(([, number, severity, state, said, printed]) => ({
    number: Number(number ?? 0),
    severity: Number(severity ?? 0),
    state: Number(state ?? (printed === undefined ? 0 : 1)),
    text: said ?? printed ?? '',
  }));
}

function value(text: string, kind: Kind | undefined): string | null {
  if (text === 'NULL') return null;
  if (kind === 'bit') return text === '1' ? 'true' : 'false';
  return kind === 'bytes' || kind === 'guid' ? text.toUpperCase() : text;
}

function setsIn(text: string, kinds: readonly Kind[] = []): readonly Rows[] {
  const sets: { columns: string[]; rows: (string | null)[][] }[] = [];
  let isHeader = true;
  for (const piece of text.split(ROW_END)) {
    const line = piece.replace(FOOTER, '');
    isHeader ||= line !== piece;
    if (line === '') continue;
    const cells = line.split(COLUMN_END);
    if (isHeader) sets.push({ columns: cells, rows: [] });
    else sets.at(-1)?.rows.push(cells.map((cell, index) => value(cell, kinds[index])));
    isHeader = false;
  }
  return sets;
}

const TYPES = { nvarchar: 'nvarchar(4000)', int: 'int', bigint: 'bigint', bit: 'bit' };

function literal({ value: given }: Parameter): string {
  if (given === null) return 'NULL';
  if (typeof given === 'boolean') return given ? '1' : '0';
  return typeof given === 'number' ? String(given) : `N'${given.replaceAll("'", "''")}'`;
}

/** tsql sends batches only, so parameters go as those of sp_executesql written out. */
function written({ sql, parameters = {} }: Batch): string {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return sql;
  const declared = entries.map(
    ([name, { type }]) => `@${name} ${type === 'uniqueidentifier' ? type : TYPES[type]}`,
  );
  const values = entries.map(([name, parameter]) => `@${name} = ${literal(parameter)}`);
  return `exec sp_executesql N'${sql.replaceAll("'", "''")}', N'${declared.join(', ')}', ${values.join(', ')}`;
}

/** How tsql says that its connection is gone; severity 20 ends it, and 596 alone is followed by a line of number 0. */
const LOST =
  /^Error 200(03|04|06|47)|^tds_submit_query\(\) failed|^Msg 596 .*\n\t".*"\n.+$|^Msg (?!596 )\d+ \(severity 2\d.*\n\t".*"$/m;

class Typed {
  readonly child: ChildProcess;
  #parts: string[] = [];
  #said = '';
  #count = 0;
  #heard: () => void = () => undefined;
  closed = false;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#parts.push(chunk);
      this.#heard();
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#said += chunk;
      this.#heard();
    });
    // A write to a child that has ended; 'close' says so.
    child.stdin?.on('error', () => undefined);
    child.on('close', () => {
      this.closed = true;
      this.#heard();
    });
  }

  /** Lost, it neither ends nor prints the mark: "Read from the server failed", "DBPROCESS is dead or not enabled". */
  #isDead(): boolean {
    if (!LOST.test(this.#said)) return false;
    this.child.kill();
    return true;
  }

  /** What it prints up to the mark, or to its end. */
  async type(sql: string): Promise<{ readonly out: string; readonly said: string }> {
    this.#count += 1;
    const mark = `#mark ${String(this.#count)}#`;
    this.child.stdin?.write(`${sql}\ngo\nprint '${mark}' select '${mark}' as mark\ngo\n`);
    // Only the last pieces are looked at: an answer may be very long.
    const ends = () =>
      this.#said.includes(mark) &&
      this.#parts.slice(-3).join('').includes(`${mark}${ROW_END}(1 row affected)\n`);
    while (!this.closed && !this.#isDead() && !ends())
      await new Promise<void>((resolve) => (this.#heard = resolve));
    const out = this.#parts
      .join('')
      .replace(new RegExp(`(\\d+> )*mark${ROW_END}${mark}${ROW_END}[\\s\\S]*$`), '');
    const said = this.#said.replace(`${mark}\n`, '');
    this.#parts = [];
    this.#said = '';
    return { out: out.replace(PROMPTS, ''), said };
  }
}

export class FreeTds implements Client {
  readonly name = 'FreeTDS';
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-freetds-'));
  readonly #sessions = new Map<string, Typed>();
  /** Neither a signal nor a command of tsql sends an attention. */
  readonly cancel = undefined;

  async open(session: string, login: Login, heard?: Heard): Promise<Opened> {
    const file = path.join(this.#folder, `${session}.conf`);
    writeFileSync(file, configuration(login));
    const user = login.domain === undefined ? login.user : `${login.domain}\\${login.user}`;
    const database = login.database === undefined ? [] : ['-D', login.database];
    const args = ['-S', 'server', '-U', user, '-P', login.password, ...database];
    const env = { ...process.env, FREETDSCONF: file };
    // Into a pipe, tsql keeps what it prints until its end.
    const command = ['-oL', TSQL, ...args, '-t', COLUMN_END, '-r', ROW_END];
    const child = spawn('stdbuf', command, { env, stdio: 'pipe' });
    const typed = new Typed(child);
    const { said } = await typed.type('select 1');
    if (!typed.closed) {
      this.#sessions.set(session, typed);
      return 'open';
    }
    const numbers = messagesIn(said).filter(({ severity }) => severity > 10);
    heard?.(numbers);
    if (numbers.length > 0) return refusedWith(numbers);
    return said.includes('TLS') || said.includes('20002') ? 'no TLS' : 'unreachable';
  }

  async batch(session: string, batch: Batch): Promise<Answer> {
    const typed = this.#sessions.get(session);
    if (typed === undefined) throw new Error(`no session ${session}`);
    const { out, said } = await typed.type(written(batch));
    const heard = messagesIn(said).filter((one) => !isChatter(one));
    const sets = setsIn(out, batch.kinds);
    const characters = sets
      .flatMap(({ rows }) => rows.flat())
      .reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
    return {
      sets: batch.countOnly === true ? sets.map(({ columns }) => ({ columns, rows: [], characters })) : sets,
      errors: heard.filter(({ severity }) => severity > 10),
      infos: heard.filter(({ severity }) => severity <= 10),
      inOrder: heard,
      end: typed.closed || LOST.test(said) ? 'closed' : 'complete',
    };
  }

  async close(session: string): Promise<void> {
    const typed = this.#sessions.get(session);
    this.#sessions.delete(session);
    typed?.child.stdin?.end('exit\n');
    if (typed !== undefined && !typed.closed) await once(typed.child, 'close');
  }

  async stop(): Promise<void> {
    for (const session of [...this.#sessions.keys()]) await this.close(session);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
