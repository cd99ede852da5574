/** The product's own driver as one of the three clients. */
import { readFileSync } from 'node:fs';
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type {
  SqlAnswer,
  SqlConnection,
  SqlInfo,
  SqlStatement,
  SqlValue,
} from '../../src/ports/sql-connection.ts';
import { PoolError, type SqlErrorDetail } from '../../src/topology/pool-error.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';
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

interface Held {
  readonly connection: SqlConnection & AsyncDisposable;
  readonly instances: DriverInstances;
  running: AbortController | undefined;
}

const NAME = 'asked' as InstanceName;

const error = ({ number, state, class: severity, message: text }: SqlErrorDetail): Said => ({
  number,
  severity,
  state,
  text,
});
/** The port has no severity and state of information. */
const info = ({ number, message: text }: SqlInfo): Said => ({ number, severity: 0, state: 0, text });

const instancesFor = (login: Login): DriverInstances =>
  new DriverInstances(
    () => ({
      host: '127.0.0.1',
      port: login.port,
      serverName: login.certificateName,
      user: login.user,
      password: () => login.password,
      ...(login.domain === undefined ? {} : { domain: login.domain }),
      caPem: readFileSync(login.caFile, 'utf8'),
      encrypt: login.encrypt === 'strict' ? 'strict' : true,
      connectDeadlineMs: 10_000,
      queryDeadlineMs: 60_000,
    }),
    hostClock,
  );

function whyNot({ code, sqlErrors, message }: PoolError): Opened {
  if (code === 'PCO_LOGIN_FAILED') return refusedWith(sqlErrors.map(error));
  if (code === 'PCO_CERTIFICATE_REFUSED')
    return message.includes('answers without TLS') ? 'no TLS' : 'no trust';
  return 'unreachable';
}

const text = (value: SqlValue): string | null =>
  value === null ? null : typeof value === 'string' ? value.replace(/Z$/, '') : String(value);

function rowsOf({ resultSets }: SqlAnswer, countOnly: boolean): readonly Rows[] {
  return resultSets.map(({ columns, rows }) => {
    const values = rows.map((row) => columns.map((column) => text(row[column] ?? null)));
    const characters = values.flat().reduce((sum, value) => sum + (value?.length ?? 0), 0);
    return countOnly ? { columns, rows: [], characters } : { columns, rows: values };
  });
}

export class ProductClient implements Client {
  readonly name = 'product';
  readonly #held = new Map<string, Held>();

  async open(session: string, login: Login, heard?: Heard): Promise<Opened> {
    const instances = instancesFor(login);
    try {
      const connection = await instances.open(NAME, new AbortController().signal);
      this.#held.set(session, { connection, instances, running: undefined });
      return 'open';
    } catch (caught) {
      if (!(caught instanceof PoolError)) throw caught;
      heard?.(caught.sqlErrors.map(error));
      return whyNot(caught);
    }
  }

  async batch(session: string, { sql, parameters = {}, countOnly }: Batch): Promise<Answer> {
    const held = this.#held.get(session);
    if (held === undefined) throw new Error(`no session ${session}`);
    const running = new AbortController();
    held.running = running;
    const hasParameters = Object.keys(parameters).length > 0;
    const statement = { name: session, text: sql, parameters, mode: hasParameters ? 'rpc' : 'batch' };
    try {
      const options = { signal: running.signal, deadlineMs: undefined };
      const answer = await held.connection.run(statement as SqlStatement, options);
      const infos = answer.infos.map(info).filter((said) => !isChatter(said));
      const errors = answer.errors.map(error);
      const end = errors.some(({ severity }) => severity >= 20) ? 'closed' : 'complete';
      return { sets: rowsOf(answer, countOnly === true), errors, infos, end };
    } catch (caught) {
      if (!(caught instanceof PoolError)) throw caught;
      const end = running.signal.aborted ? 'cancelled' : 'closed';
      return { sets: [], errors: caught.sqlErrors.map(error), infos: [], end };
    }
  }

  readonly cancel = (session: string): void => {
    this.#held.get(session)?.running?.abort();
  };

  async close(session: string): Promise<void> {
    await this.#held.get(session)?.connection[Symbol.asyncDispose]();
    this.#held.delete(session);
  }

  async stop(): Promise<void> {
    for (const session of [...this.#held.keys()]) await this.close(session);
  }
}
