/** A simulated estate with its documents in a folder: what demo, start and estate have in common. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { hostClock } from '../../daemon/host/host-clock.ts';
import type { DesiredDocumentOptions } from '../../simulator/estate/desired-document.ts';
import type { EstateOverrides } from '../../simulator/estate/estate-options.ts';
import { startWireEstate, type WireEstate } from '../../simulator/wire/wire-estate.ts';
import { PoolError } from '../../topology/pool-error.ts';
import { writeEstateDocuments, type EstateDocuments } from './estate-documents.ts';
import { writeFreetdsConf } from './freetds-conf.ts';
import { estateAnswers, removeControlPort, writeControlPort } from './running-estate.ts';

export interface Playground {
  readonly directory: string;
  readonly estate: WireEstate;
  readonly documents: EstateDocuments;
  /** Estate seconds per real second. */
  readonly factor: number;
  /** Ends the estate; the folder stays. */
  stop(): Promise<void>;
}

export interface PlaygroundOptions {
  readonly directory: string;
  /** Estate seconds per real second. */
  readonly factor: number;
  readonly seed: string;
  readonly shareSite: 'home' | 'backup';
  /** The clock on the wall, ms since 1970; the estate begins early on its day. */
  readonly nowMs: number;
  /** Minute of the day at which the estate begins; left out: half an hour before a copy. */
  readonly startMinute?: number;
  readonly document?: Partial<DesiredDocumentOptions>;
  readonly overrides?: EstateOverrides;
  readonly onNote?: (text: string) => void;
}

/**
 * Log backups every three minutes, copied every two hours, restored every four: soon after a copy two files are not copied, several
 * not applied, and for two hours no job changes that.
 */
export const PLAYGROUND_SHIPPING: EstateOverrides = {
  backupEveryMinutes: 3,
  copyEveryMinutes: 120,
  restoreEveryMinutes: 240,
};
/** Agent schedules count from midnight: copies at 02:00, 04:00 ... */
export const FIRST_COPY_MINUTE = 120;
/** Written first by every estate, see src/simulator/wire/wire-secrets.ts. */
const PASSWORD_FILE = 'sql-password';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Empties only what an estate has left: a mistyped --directory must not cost anybody's files. */
async function emptyFolder(directory: string): Promise<void> {
  const entries = existsSync(directory) ? readdirSync(directory) : [];
  if (entries.length > 0 && !entries.includes(PASSWORD_FILE))
    throw new PoolError('PCO_USAGE', `${directory} is not empty and holds no estate`);
  if (await estateAnswers(directory, hostClock))
    throw new PoolError('PCO_USAGE', `an estate runs in ${directory} already`, {
      hint: 'end it, or choose another folder with --directory',
    });
  rmSync(directory, { recursive: true, force: true });
}

/** Begins with an empty folder. Throws PCO_USAGE when there is something else in it, or an estate that runs. */
export async function openPlayground(options: PlaygroundOptions): Promise<Playground> {
  const directory = path.resolve(options.directory);
  const { startMinute = FIRST_COPY_MINUTE - 30 } = options;
  await emptyFolder(directory);
  mkdirSync(directory, { recursive: true });
  const estate = await startWireEstate({
    directory,
    factor: options.factor,
    seed: options.seed,
    options: {
      ...PLAYGROUND_SHIPPING,
      startAtMs: Math.floor(options.nowMs / DAY_MS) * DAY_MS + startMinute * MINUTE_MS,
      shareSite: options.shareSite,
      ...options.overrides,
    },
    ...(options.onNote === undefined ? {} : { onNote: options.onNote }),
  });
  const documents = writeEstateDocuments(estate, directory, {
    silentAfter: '5s',
    maxDataLoss: '4h',
    drainTimeout: '2s',
    stepTimeout: '1m',
    ...options.document,
  });
  writeFreetdsConf(estate, directory);
  writeControlPort(directory, estate.controlPort);
  return {
    directory,
    estate,
    documents,
    factor: options.factor,
    stop: async () => {
      removeControlPort(directory);
      await estate.stop();
    },
  };
}
