/** Microsoft.Data.SqlClient in a child process; see programs/SqlClient. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  isChatter,
  refusedWith,
  type Answer,
  type Batch,
  type Client,
  type Heard,
  type Login,
  type Opened,
  type Rows,
  type Said,
} from './client.ts';
import { DOTNET_ENV, dotnetProgram } from './dotnet-program.ts';

interface Reply {
  readonly id: number;
  readonly failure?: string;
  /** ConnectionState of a failed batch. */
  readonly open?: string;
  readonly messages?: readonly Said[];
  readonly sets?: readonly (Rows & { readonly characters: number })[];
}

/** Fixed severity and state of what is information only: SQL Server sends 10 as 0. */
const said = ({ number, severity, state, text }: Said): Said => ({ number, severity, state, text });

/** "Operation cancelled by user": number 0, severity 11. */
const OWN_SEVERITY = 11;
/** Numbers below 100 with severity 20 are those of the driver's transport. */
const FIRST_OF_SERVER = 100;

/** What the driver says of itself is left out. */
const isServers = ({ number, severity, text }: Said): boolean =>
  number >= FIRST_OF_SERVER || (number === 0 && severity !== OWN_SEVERITY && !/transport-level/.test(text));

const ENCRYPT = { off: 'Optional', tds7: 'Mandatory', strict: 'Strict' } as const;
const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

function connectionString(login: Login): string {
  const account = login.domain === undefined ? { 'User ID': login.user, Password: login.password } : {};
  const keys = {
    'Data Source': `tcp:127.0.0.1,${String(login.port)}`,
    'Initial Catalog': login.database ?? 'master',
    Encrypt: ENCRYPT[login.encrypt],
    'Host Name In Certificate': login.certificateName,
    'Trust Server Certificate': 'false',
    'Connect Timeout': '10',
    'Integrated Security': login.domain === undefined ? 'false' : 'true',
    ...(login.packetSize === undefined ? {} : { 'Packet Size': String(login.packetSize) }),
    ...account,
  };
  return Object.entries(keys)
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(';');
}

export class SqlClient implements Client {
  readonly name = 'SqlClient';
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  /** Sessions whose running batch got an attention. */
  readonly #cancelled = new Set<string>();
  #count = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error('the program has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply;
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  /** @param caFile the authority that its process trusts; .NET asks OpenSSL's environment */
  static async start(caFile: string): Promise<SqlClient> {
    const program = await dotnetProgram('SqlClient');
    const env = { ...DOTNET_ENV, SSL_CERT_FILE: caFile, SSL_CERT_DIR: '/nonexistent' };
    return new SqlClient(spawn('dotnet', [program], { env, stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  #ask(request: Readonly<Record<string, unknown>>): Promise<Reply> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null) reject(new Error('the program has ended'));
      this.#waiting.set(id, resolve);
      this.#child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  async open(session: string, login: Login, heard?: Heard): Promise<Opened> {
    const { domain, user, password } = login;
    const ntlm = domain === undefined ? {} : { ntlm: { domain, user, password } };
    const reply = await this.#ask({ op: 'open', session, connection: connectionString(login), ...ntlm });
    if (reply.failure === undefined) return 'open';
    const numbers = (reply.messages ?? []).filter(isServers).map(said);
    heard?.(numbers);
    if (numbers.length > 0) return refusedWith(numbers);
    if (/certificate/i.test(reply.failure)) return 'no trust';
    if (/does not support encryption|encryption/i.test(reply.failure)) return 'no TLS';
    return 'unreachable';
  }

  async batch(session: string, { sql, parameters, countOnly }: Batch): Promise<Answer> {
    this.#cancelled.delete(session);
    const reply = await this.#ask({ op: 'batch', session, sql, parameters, countOnly });
    const heard = (reply.messages ?? []).filter((one) => isServers(one) && !isChatter(one)).map(said);
    // Not by its words: in some of a hundred attentions the driver leaves "Operation cancelled by user" out.
    const isCancelled = this.#cancelled.has(session) && reply.failure !== undefined && reply.open === 'Open';
    const isClosed = reply.failure !== undefined && !isCancelled;
    return {
      sets: (reply.sets ?? []).map(({ columns, rows, characters }) =>
        countOnly === true ? { columns, rows, characters } : { columns, rows },
      ),
      errors: heard.filter(({ severity }) => severity > 10),
      infos: heard.filter(({ severity }) => severity <= 10),
      inOrder: heard,
      end: isCancelled ? 'cancelled' : isClosed ? 'closed' : 'complete',
    };
  }

  readonly cancel = (session: string): void => {
    this.#cancelled.add(session);
    void this.#ask({ op: 'cancel', session });
  };

  async close(session: string): Promise<void> {
    await this.#ask({ op: 'close', session });
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}
