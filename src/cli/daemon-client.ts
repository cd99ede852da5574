/**
 * The running daemon as the commands reach it: address and token lie in owner-only files of its journal folder, or are named by
 * --server and --token-file.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from '../desired-state/parse-settings.ts';
import type {
  BreakGlassRequest,
  DaemonStatus,
  DecisionRequest,
  PoolStatus,
} from '../reconciler/pool-status.ts';
import type { JournalRecord } from '../ports/journal.ts';
import type { Why } from '../reconciler/why/why.ts';
import type { Transition } from '../story/transition.ts';
import { PoolError, ERROR_CODES, type ErrorCode } from '../topology/pool-error.ts';
import { loadSettings, readText, type ServerOptions, type SettingsOptions } from './command-options.ts';
import { movedSince } from './seen-plan.ts';
import { send, serverAddress, type ServerRequest } from './server-request.ts';

/** Written by the daemon at start, see src/daemon/control-files.ts. */
const ADDRESS_FILE = 'control-address';
const TOKEN_FILE = 'control-token';

/** Last part of the path of each decision. */
const PATHS: Readonly<Record<DecisionRequest['decision'], string>> = {
  approve: 'approve',
  'attest-down': 'attest',
  'accept-loss': 'accept-loss',
  keep: 'decide',
  cancel: 'cancel',
  suspend: 'suspend',
  resume: 'resume',
};
/** Records in one answer. */
const PAGE = 500;
interface Page {
  readonly records: readonly JournalRecord[];
  readonly next: number | null;
}

interface Story {
  readonly transition: Transition | null;
  readonly markdown: string | null;
}

const OF_THE_PLAN: ReadonlySet<string> = new Set(['approve', 'accept-loss', 'keep']);

/** What a person decides; `by` left out: whom the token names. */
export type Unsigned<R> = R extends { readonly by: string }
  ? Omit<R, 'by'> & { readonly by?: string | undefined }
  : never;
/** The record in the journal, as far as commands read it. */
export interface SignedRecord {
  readonly by: string;
}

export interface DaemonClient {
  status(): Promise<DaemonStatus>;
  pool(name: string): Promise<PoolStatus>;
  why(name: string): Promise<Why>;
  /** Of the present journal, oldest first. */
  history(name: string): Promise<readonly JournalRecord[]>;
  /** The transition that holds the record, left out: the newest; null: no step was ever begun. */
  story(name: string, record?: number): Promise<Story>;
  decide(request: Unsigned<DecisionRequest>): Promise<SignedRecord>;
  breakGlass(request: Unsigned<BreakGlassRequest>): Promise<SignedRecord>;
}

/** undefined: no daemon has left its address in this folder, or it does not answer. */
export async function findDaemon(directory: string): Promise<DaemonClient | undefined> {
  const address = await textOf(path.join(directory, ADDRESS_FILE));
  if (address === undefined) return undefined;
  const client = new HttpClient({ address, tokenFile: path.join(directory, TOKEN_FILE) });
  return (await client.alive()) === undefined ? client : undefined;
}

/** The daemon that --server names. Throws PCO_USAGE when it does not answer. */
export async function remoteDaemon(
  options: ServerOptions & { readonly server: string },
): Promise<DaemonClient> {
  const { server, tokenFile, ca } = options;
  const address = serverAddress(server);
  if (tokenFile !== undefined) await readText(tokenFile);
  const client = new HttpClient({
    address,
    tokenFile,
    ca: ca === undefined ? undefined : await readText(ca),
  });
  const why = await client.alive();
  if (why === undefined) return client;
  throw new PoolError('PCO_USAGE', `no daemon answers at ${address}: ${why}`);
}

/** Settings are read only where no server is named. Throws PCO_USAGE when no daemon answers. */
export async function daemonOf({
  server,
  ...options
}: Pick<SettingsOptions, 'settings'> & ServerOptions): Promise<DaemonClient> {
  if (server !== undefined) return remoteDaemon({ ...options, server });
  return requireDaemon((await loadSettings(options)).journal.directory);
}

/** Throws PCO_USAGE when there is none. */
export async function requireDaemon(directory: string): Promise<DaemonClient> {
  const client = await findDaemon(directory);
  if (client !== undefined) return client;
  throw new PoolError('PCO_USAGE', `no daemon answers for ${directory}`, { hint: 'start it with pchat run' });
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    // Missing is an answer: no daemon has been here.
    return undefined;
  }
}

interface Reach {
  readonly address: string;
  /** undefined: without a token. */
  readonly tokenFile: string | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
}

export type Reached =
  | { readonly daemon: DaemonClient; readonly settings: Settings | undefined }
  | { readonly daemon: undefined; readonly settings: Settings };

/** The daemon of --server, or the one of the settings where it runs. */
export async function reachedBy({
  server,
  ...options
}: Pick<SettingsOptions, 'settings'> & ServerOptions): Promise<Reached> {
  if (server !== undefined)
    return { daemon: await remoteDaemon({ ...options, server }), settings: undefined };
  const settings = await loadSettings(options);
  const daemon = await findDaemon(settings.journal.directory);
  return daemon === undefined ? { daemon, settings } : { daemon, settings };
}

class HttpClient implements DaemonClient {
  readonly #reach: Reach;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** undefined: it is; otherwise why not. */
  async alive(): Promise<string | undefined> {
    try {
      const { ok, status } = await this.#fetch('/healthz');
      return ok ? undefined : `it answers ${String(status)}`;
    } catch (error) {
      // Refused: the address is left over from a daemon that was killed.
      return error instanceof Error ? error.message : String(error);
    }
  }

  async status(): Promise<DaemonStatus> {
    return (await this.#json(await this.#fetch('/api/v1/pools'))) as DaemonStatus;
  }

  async pool(name: string): Promise<PoolStatus> {
    return (await this.#json(await this.#fetch(`/api/v1/pools/${encodeURIComponent(name)}`))) as PoolStatus;
  }

  async why(name: string): Promise<Why> {
    return (await this.#json(await this.#fetch(`/api/v1/pools/${encodeURIComponent(name)}/why`))) as Why;
  }

  async history(name: string): Promise<readonly JournalRecord[]> {
    const records: JournalRecord[] = [];
    let cursor: number | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${String(cursor)}`;
      const route = `/api/v1/pools/${encodeURIComponent(name)}/history?limit=${String(PAGE)}${query}`;
      const page = (await this.#json(await this.#fetch(route))) as Page;
      records.push(...page.records);
      cursor = page.next;
    } while (cursor !== null);
    return records.reverse();
  }

  async story(name: string, record?: number): Promise<Story> {
    const query = record === undefined ? '' : `?record=${String(record)}`;
    const route = `/api/v1/pools/${encodeURIComponent(name)}/story${query}`;
    return (await this.#json(await this.#fetch(route))) as Story;
  }

  async decide(request: Unsigned<DecisionRequest>): Promise<SignedRecord> {
    const { pool, decision, ...body } = request;
    const route = `/api/v1/pools/${encodeURIComponent(pool)}`;
    const send = (headers?: Readonly<Record<string, string>>): Promise<SignedRecord> =>
      this.#post(`${route}/${PATHS[decision]}`, body, headers);
    if (!OF_THE_PLAN.has(decision)) return send();
    const seen = await this.#tagged(route);
    try {
      return await send({ 'if-match': seen.tag });
    } catch (error) {
      if (!(error instanceof PoolError) || error.code !== 'PCO_PLAN_MOVED') throw error;
      const now = await this.#tagged(route);
      // A saved plan that no longer fits is refused under the tag of the present one: to ask again would change nothing.
      if (now.tag === seen.tag) throw error;
      const moved = movedSince(seen.pool, now.pool);
      if (moved.length > 0)
        throw new PoolError('PCO_PLAN_MOVED', `${pool}: ${moved.join('; ')}; nothing was decided`, {
          cause: error,
          hint: `look at pchat plan ${pool}, and decide again`,
        });
      return send({ 'if-match': now.tag });
    }
  }

  /** The plan is the one that is there while the command runs; one that was saved is compared by the daemon, fact by fact. */
  async #tagged(route: string): Promise<{ readonly pool: PoolStatus; readonly tag: string }> {
    const response = await this.#fetch(route);
    const pool = (await this.#json(response)) as PoolStatus;
    return { pool, tag: response.headers.get('etag') ?? '' };
  }

  breakGlass(request: Unsigned<BreakGlassRequest>): Promise<SignedRecord> {
    return this.#post('/api/v1/break-glass', request);
  }

  async #post(
    route: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<SignedRecord> {
    const { tokenFile } = this.#reach;
    if (tokenFile === undefined)
      throw new PoolError('PCO_NOT_AUTHORISED', 'a decision needs a token', {
        hint: 'name the file that it lies in: --token-file FILE',
      });
    if ((await this.#token()) === undefined)
      throw new PoolError('PCO_NOT_AUTHORISED', `the token in ${tokenFile} cannot be read`, {
        hint: 'only the account that runs the daemon may decide',
      });
    return (await this.#json(
      await this.#fetch(
        route,
        { method: 'POST', body: JSON.stringify(body) },
        { ...headers, 'content-type': 'application/json' },
      ),
    )) as SignedRecord;
  }

  async #token(): Promise<string | undefined> {
    const { tokenFile } = this.#reach;
    return tokenFile === undefined ? undefined : textOf(tokenFile);
  }

  /** Only where tokens are configured does a look need one; who cannot read it here is told so by the daemon. */
  async #fetch(
    route: string,
    init: Partial<Pick<ServerRequest, 'method' | 'body'>> = {},
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const token = await this.#token();
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...more };
    const { address, ca } = this.#reach;
    return send(`${address}${route}`, { method: 'GET', ...init, headers, ca });
  }

  async #json(response: Response): Promise<unknown> {
    const body: unknown = await response.json();
    if (response.ok) return body;
    const { code, detail, hint } = body as { code?: string; detail?: string; hint?: string };
    throw new PoolError(
      code !== undefined && code in ERROR_CODES ? (code as ErrorCode) : 'PCO_INTERNAL',
      detail ?? `the daemon answered ${String(response.status)}`,
      hint === undefined ? {} : { hint },
    );
  }
}
