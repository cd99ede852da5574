/** An estate that another process runs: found by the file `control-port` in its folder, asked through that port. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import { askEstate } from '../../simulator/wire/control-client.ts';
import { PoolError, type ErrorCode } from '../../topology/pool-error.ts';

type Request = Parameters<typeof askEstate>[1];

/** The estate answers from memory; longer means that it hangs. */
const ANSWER_LIMIT_MS = 5_000;
const OWNER_ONLY = 0o600;

const portFile = (directory: string): string => path.join(directory, 'control-port');

export function writeControlPort(directory: string, port: number): void {
  writeFileSync(portFile(directory), `${String(port)}\n`, { mode: OWNER_ONLY });
}

export function removeControlPort(directory: string): void {
  rmSync(portFile(directory), { force: true });
}

/** Throws PCO_USAGE when no estate runs there or it refuses the request. */
export async function askRunningEstate(directory: string, request: Request, clock: Clock): Promise<unknown> {
  const hint = 'start one with npm start, or name its folder with --directory';
  if (!existsSync(portFile(directory)))
    throw new PoolError('PCO_USAGE', `no estate runs in ${directory}`, { hint });
  const port = Number(readFileSync(portFile(directory), 'utf8'));
  using deadline = clock.deadline(ANSWER_LIMIT_MS, new AbortController().signal);
  try {
    return await askEstate(port, request, deadline.signal);
  } catch (error) {
    const code: ErrorCode = deadline.expired ? 'PCO_INSTANCE_TIMEOUT' : 'PCO_USAGE';
    const message = error instanceof Error ? error.message : String(error);
    throw new PoolError(code, message, { cause: error });
  }
}

export async function estateAnswers(directory: string, clock: Clock): Promise<boolean> {
  try {
    await askRunningEstate(directory, { kind: 'status' }, clock);
    return true;
  } catch {
    // No file, nobody listens, or no answer: for the question whether one runs there, all the same.
    return false;
  }
}
