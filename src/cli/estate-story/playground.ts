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
  /** Ends the estate; the folder stays. */
  stop(): Promise<void>;
}

export interface PlaygroundOptions {
  readonly directory: string;
  /** Estate seconds per real second. */
  readonly factor: number;
  readonly seed: string;
  readonly shareSite: 'home' | 'backup';
  /** The clock on the wall, ms since 1970; the estate begins in the first hour of its day. */
  readonly nowMs: number;
  readonly document?: Partial<DesiredDocumentOptions>;
  readonly overrides?: EstateOverrides;
  readonly onNote?: (text: string) => void;
}

/**
 * Log backups every five minutes, copied every 45, restored every hour, and a clock that starts half an hour after midnight: ten
 * minutes after the first copy two files are not copied, several not applied, and no job is near.
 */
export const PLAYGROUND_SHIPPING: EstateOverrides = {
  backupEveryMinutes: 5,
  copyEveryMinutes: 45,
  restoreEveryMinutes: 60,
};
/** Written first by every estate, see src/simulator/wire/wire-secrets.ts. */
const PASSWORD_FILE = 'sql-password';
const DAY_MS = 86_400_000;
const HALF_HOUR_MS = 1_800_000;

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
  await emptyFolder(directory);
  mkdirSync(directory, { recursive: true });
  const estate = await startWireEstate({
    directory,
    factor: options.factor,
    seed: options.seed,
    options: {
      ...PLAYGROUND_SHIPPING,
      startAtMs: Math.floor(options.nowMs / DAY_MS) * DAY_MS + HALF_HOUR_MS,
      shareSite: options.shareSite,
      ...options.overrides,
    },
    ...(options.onNote === undefined ? {} : { onNote: options.onNote }),
  });
  const documents = writeEstateDocuments(estate, directory, {
    silentAfter: '5s',
    maxDataLoss: '4h',
    drainTimeout: '5s',
    stepTimeout: '1m',
    ...options.document,
  });
  writeFreetdsConf(estate, directory);
  writeControlPort(directory, estate.controlPort);
  return {
    directory,
    estate,
    documents,
    stop: async () => {
      removeControlPort(directory);
      await estate.stop();
    },
  };
}
