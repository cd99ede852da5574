/** The running daemon as the commands reach it: address and token lie in owner-only files of its journal folder. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type {
  BreakGlassRequest,
  DaemonStatus,
  DecisionRequest,
  PoolStatus,
} from '../reconciler/pool-status.ts';
import type { Why } from '../reconciler/why/why.ts';
import { PoolError, ERROR_CODES, type ErrorCode } from '../topology/pool-error.ts';
import { movedSince } from './seen-plan.ts';

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
const OF_THE_PLAN: ReadonlySet<string> = new Set(['approve', 'accept-loss', 'keep']);

export interface DaemonClient {
  status(): Promise<DaemonStatus>;
  pool(name: string): Promise<PoolStatus>;
  why(name: string): Promise<Why>;
  decide(request: DecisionRequest): Promise<unknown>;
  breakGlass(request: BreakGlassRequest): Promise<unknown>;
}

/** undefined: no daemon has left its address in this folder, or it does not answer. */
export async function findDaemon(directory: string): Promise<DaemonClient | undefined> {
  const address = await textOf(path.join(directory, ADDRESS_FILE));
  if (address === undefined) return undefined;
  const client = new HttpClient(address, path.join(directory, TOKEN_FILE));
  return (await client.alive()) ? client : undefined;
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

class HttpClient implements DaemonClient {
  readonly #address: string;
  readonly #tokenFile: string;

  constructor(address: string, tokenFile: string) {
    this.#address = address;
    this.#tokenFile = tokenFile;
  }

  async alive(): Promise<boolean> {
    try {
      return (await this.#fetch('/healthz')).ok;
    } catch {
      // Refused: the address is left over from a daemon that was killed.
      return false;
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

  async decide(request: DecisionRequest): Promise<unknown> {
    const { pool, decision, ...body } = request;
    const route = `/api/v1/pools/${encodeURIComponent(pool)}`;
    const send = (headers?: Readonly<Record<string, string>>): Promise<unknown> =>
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

  breakGlass(request: BreakGlassRequest): Promise<unknown> {
    return this.#post('/api/v1/break-glass', request);
  }

  async #post(
    route: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const token = await textOf(this.#tokenFile);
    if (token === undefined)
      throw new PoolError('PCO_NOT_AUTHORISED', `the token in ${this.#tokenFile} cannot be read`, {
        hint: 'only the account that runs the daemon may decide',
      });
    return this.#json(
      await this.#fetch(
        route,
        { method: 'POST', body: JSON.stringify(body) },
        { ...headers, 'content-type': 'application/json' },
      ),
    );
  }

  /** Only where tokens are configured does a look need one; who cannot read it here is told so by the daemon. */
  async #fetch(
    route: string,
    init: Omit<RequestInit, 'headers'> = {},
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const token = await textOf(this.#tokenFile);
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...more };
    return fetch(`${this.#address}${route}`, { ...init, headers, redirect: 'error' });
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
