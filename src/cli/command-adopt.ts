/** pchat adopt: the first desired state, written from what an estate says of itself. Changes nothing there, and overwrites no file. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import type { AdoptedPool, NamedStore } from '../adoption/adopt-pool.ts';
import type { AdoptedDocument, OpenLine } from '../adoption/render-adopted-pool.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { Interruption } from './estate-story/interruption.ts';
import { EXIT } from './exit-codes.ts';

interface Options extends SettingsOptions {
  readonly out?: string;
  readonly poolFqdn?: string;
  readonly name?: string;
  readonly chatDatabase: string;
  readonly home: NamedStore;
  readonly backup: NamedStore;
  readonly homeName: string;
  readonly backupName: string;
  readonly homeQuarantine?: string;
  readonly backupQuarantine?: string;
  readonly mirroringShare?: string;
}

const PARTS = 3;

function instances(text: string): NamedStore {
  const names = text.split(',').map((part) => part.trim());
  if (names.length > PARTS || names[0] === '')
    throw new InvalidArgumentError('instances as primary[,mirror[,witness]]');
  return names.map((name) => (name === '' ? undefined : (name as InstanceName)));
}

export function register(program: Command): void {
  withSettings(program.command('adopt'))
    .description(
      'write a first desired state from the estate; exit code 0: complete, 2: lines are left to fill in',
    )
    .option('--out <file>', 'where to write, must not exist; default: the file that the settings name')
    .option('--pool-fqdn <fqdn>', 'the Persistent Chat pool; needed when the topology has several')
    .option('--name <name>', 'name of the pool here; default: the first part of its FQDN')
    .option('--chat-database <name>', 'the chat database', 'mgc')
    .option(
      '--home <instances>',
      'primary[,mirror[,witness]] where the topology does not say it',
      instances,
      [],
    )
    .option('--backup <instances>', 'the same of the backup store', instances, [])
    .option('--home-name <name>', 'name of the datacenter with the primary store', 'home')
    .option('--backup-name <name>', 'name of the datacenter with the backup store', 'backup')
    .option('--home-quarantine <folder>', 'quarantineFolder of the primary store')
    .option('--backup-quarantine <folder>', 'quarantineFolder of the backup store')
    .option('--mirroring-share <folder>', 'share for the backups of Install-CsMirrorDatabase')
    .action(adopt);
}

async function adopt(options: Options): Promise<void> {
  const settings = await loadSettings(options);
  const file = outFile(options, settings);
  requireNew(file);
  const { renderAdoptedPool } = await import('../adoption/render-adopted-pool.ts');
  const pool = await adopted(settings, options);
  const document = renderAdoptedPool(pool, options.chatDatabase);
  await write(file, document);
  await report(file, document, options);
}

async function adopted(settings: Settings, options: Options): Promise<AdoptedPool> {
  const { adoptEstate } = await import('./adopt-estate.ts');
  const { composePorts } = await import('../daemon/compose-ports.ts');
  const { createLogger } = await import('../daemon/logger.ts');
  const host = composePorts(settings, createLogger('error'));
  using interruption = new Interruption();
  try {
    const pool = await adoptEstate(host.ports, settings.deadlines, {
      named: { home: options.home, backup: options.backup },
      choices: {
        name: options.name,
        poolFqdn: options.poolFqdn,
        datacenters: { home: options.homeName, backup: options.backupName },
        quarantine: { home: options.homeQuarantine, backup: options.backupQuarantine },
        mirroringShare: options.mirroringShare,
      },
      chatDatabase: options.chatDatabase,
      signal: interruption.signal,
      onNote: (text) => process.stderr.write(`pchat: ${text}\n`),
    });
    interruption.signal.throwIfAborted();
    return pool;
  } finally {
    await host.close();
  }
}

function outFile({ out }: Options, { desiredState }: Settings): string {
  if (out !== undefined) return out;
  if (desiredState.kind === 'file') return desiredState.file;
  throw new PoolError('PCO_USAGE', 'the settings name no single file for the desired state', {
    hint: 'say where to write with --out FILE',
  });
}

const taken = (file: string, cause?: unknown): PoolError =>
  new PoolError('PCO_USAGE', `${file} is there already`, {
    cause,
    hint: 'name another file with --out; nothing is written over',
  });

/** Before anybody is asked anything. */
function requireNew(file: string): void {
  if (existsSync(file)) throw taken(file);
}

async function write(file: string, { text }: AdoptedDocument): Promise<void> {
  await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(file, error);
    const why = error instanceof Error ? error.message : String(error);
    throw new PoolError('PCO_USAGE', `${file} cannot be written: ${why}`, { cause: error });
  });
}

/** Open lines and findings go to stderr, where they stand in the way of nothing; stdout says whether the file is complete. */
async function report(file: string, { text, open }: AdoptedDocument, options: Options): Promise<void> {
  const { parseDesiredState } = await import('../desired-state/parse-desired-state.ts');
  const { formatFinding } = await import('../desired-state/yaml-document.ts');
  const gaps = open.filter(({ kind }) => kind === 'fill-in');
  const parsed = parseDesiredState(text, file);
  // Where lines are missing, what else is wrong follows from them.
  const findings = parsed.kind === 'invalid' && gaps.length === 0 ? parsed.findings.map(formatFinding) : [];
  for (const line of open) process.stderr.write(`${openWords(file, line)}\n`);
  for (const finding of findings) process.stderr.write(`${finding}\n`);
  const complete = parsed.kind === 'ok';
  if (!complete) process.exitCode = EXIT.changes;
  print(options, { file, complete, open, findings }, () =>
    complete
      ? `${file} is complete; pchat plan says how the estate differs from it`
      : `${file}: ${String(gaps.length + findings.length)} lines are left to mend; then pchat validate ${file}`,
  );
}

const openWords = (file: string, { line, path, kind, what }: OpenLine): string =>
  `${file}:${String(line)}: ${path}: ${kind === 'fill-in' ? 'fill in' : 'check'}: ${what}`;
