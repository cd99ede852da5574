/** Windows paths and the names of backup files. A name carries a UTC stamp for people; order is decided by LSN, never by it. */
import type { ActuatorPorts } from './step-context.ts';

/** `yyyymmddhhmmss` in UTC, as LSBackup stamps its files. */
export function utcStamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 'yyyymmddhhmmss'.length);
}

/** `<database>_<purpose>_<stamp>_<id>.<extension>`: never taken twice, not even after a cut within the same second. */
export const uniqueName = (
  ports: ActuatorPorts,
  database: string,
  purpose: string,
  extension: 'bak' | 'trn',
): string => `${safe(database)}_${purpose}_${utcStamp(ports.clock.now())}_${ports.random.id()}.${extension}`;

const SECOND_MS = 1_000;

/**
 * Name in the shipping folder, as the copy and restore jobs expect it: `nowMs` is by the clock of the instance that backs up, or
 * the jobs would pass over what its own job writes afterwards. The stamp has seconds only and BACKUP overwrites, so a
 * name that the folder holds already is passed over: overwriting a log backup would tear the chain. The database keeps its own
 * name, as LSBackup writes it.
 */
export function shippingName(nowMs: number, database: string, taken: readonly string[]): string {
  const names = new Set(taken.map((name) => name.toLowerCase()));
  for (let atMs = nowMs; ; atMs += SECOND_MS) {
    const name = `${possible(database)}_${utcStamp(atMs)}.trn`;
    if (!names.has(name.toLowerCase())) return name;
  }
}

/** A database may be called anything; a file may not. The desired state refuses such names, so this changes none. */
// eslint-disable-next-line no-control-regex -- exactly what Windows refuses in a name
const possible = (database: string): string => database.replace(/[<>:"/\\|?*\u0000-\u001f]/g, '_');

/** Nobody looks for our own files by a pattern, so their names stay plain. */
const safe = (database: string): string => database.replace(/[^\p{L}\p{N}._-]/gu, '_');

export const joinPath = (folder: string, name: string): string => `${folder.replace(/[\\/]+$/, '')}\\${name}`;

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
/** Names of files and folders compare without case. */
export const samePath = (a: string, b: string): boolean =>
  sameText(a.replace(/[\\/]+$/, ''), b.replace(/[\\/]+$/, ''));
