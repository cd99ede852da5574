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

/** Written by the daemon at start, see src/daemon/control-files.ts. */
const ADDRESS_FILE = 'control-address';
const TOKEN_FILE = 'control-token';

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

  decide(request: DecisionRequest): Promise<unknown> {
    const { pool, ...body } = request;
    return this.#post(`/api/v1/pools/${encodeURIComponent(pool)}/decisions`, body);
  }

  breakGlass(request: BreakGlassRequest): Promise<unknown> {
    return this.#post('/api/v1/break-glass', request);
  }

  async #post(route: string, body: unknown): Promise<unknown> {
    const token = await textOf(this.#tokenFile);
    if (token === undefined)
      throw new PoolError('PCO_NOT_AUTHORISED', `the token in ${this.#tokenFile} cannot be read`, {
        hint: 'only the account that runs the daemon may decide',
      });
    return this.#json(
      await this.#fetch(route, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  }

  #fetch(route: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#address}${route}`, { ...init, redirect: 'error' });
  }

  async #json(response: Response): Promise<unknown> {
    const body: unknown = await response.json();
    if (response.ok) return body;
    const { error } = body as { error?: { code?: string; message?: string; hint?: string } };
    const code =
      error?.code !== undefined && error.code in ERROR_CODES ? (error.code as ErrorCode) : 'PCO_INTERNAL';
    throw new PoolError(
      code,
      error?.message ?? `the daemon answered ${String(response.status)}`,
      error?.hint === undefined ? {} : { hint: error.hint },
    );
  }
}
