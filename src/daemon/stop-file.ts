/**
 * The stop switch of a fleet: while the stop file is there, no step of any pool starts. A file, so that it works while no daemon runs and
 * is in force before the next one starts; what it says is the reason, for people.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { PoolError } from '../topology/pool-error.ts';

const OWNER_ONLY = 0o600;
const LONGEST = 500;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** What it says, one line; undefined: there is none. One that cannot be read stops as well. */
export function readStopFile(file: string): string | undefined {
  try {
    const said = readFileSync(file, 'utf8').replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST);
    return said === '' ? `${file} is there` : said;
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `${file} cannot be read (${code})`;
  }
}

/** On disk when this returns. Throws PCO_USAGE where it cannot be written. */
export function writeStopFile(file: string, by: string, reason: string, at: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const descriptor = openSync(file, 'w', OWNER_ONLY);
    try {
      writeSync(descriptor, `${by} at ${at}: ${reason}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new PoolError('PCO_USAGE', `${file} cannot be written (${codeOf(error)})`, { cause: error });
  }
}

/** Throws PCO_USAGE where it cannot be removed; one that is gone already is none. */
export function removeStopFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    throw new PoolError('PCO_USAGE', `${file} cannot be removed (${codeOf(error)})`, { cause: error });
  }
}
