/** Options that most commands share, and how they print: text for people, one JSON value on stdout with --output json. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { Settings, SourceSettings } from '../desired-state/parse-settings.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';

export interface OutputOptions {
  readonly output: 'text' | 'json';
}
export interface SettingsOptions extends OutputOptions {
  readonly settings: string;
}

/** A daemon on another computer, instead of the one of the settings. */
export interface ServerOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
}

const FORMS: readonly string[] = ['text', 'json'];

/** @param more forms of this command beside text and json */
export const withOutput = (command: Command, more: readonly string[] = []): Command => {
  const forms = [...FORMS, ...more];
  return command.addOption(
    new Option('-o, --output <form>', forms.join(', ').replace(/, (?=[^,]*$)/, ' or '))
      .choices(forms)
      .default('text'),
  );
};

export const withSettings = (command: Command, more: readonly string[] = []): Command =>
  withOutput(command, more).addOption(
    new Option('-s, --settings <file>', 'operator settings').env('PCHAT_SETTINGS').default('settings.yaml'),
  );

export const withServer = (command: Command): Command =>
  command
    .option('--server <url>', 'ask the daemon at this address, for example https://pchat.contoso.com:9473')
    .option('--token-file <file>', 'the token that is shown to --server')
    .option('--ca <file>', 'PEM file of the authority of its certificate; default: those of Node.js');

export function print(options: OutputOptions, value: unknown, text: () => string): void {
  process.stdout.write(options.output === 'json' ? `${JSON.stringify(value)}\n` : `${text()}\n`);
}

/** Throws PCO_USAGE when the file cannot be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PoolError('PCO_USAGE', `${file} cannot be read: ${why}`, { cause: error });
  }
}

/** A desired state that a command names by a path: a file, or a directory of files. */
export const sourceAt = (place: string): SourceSettings =>
  statSync(place, { throwIfNoEntry: false })?.isDirectory() === true
    ? { kind: 'directory', directory: place }
    : { kind: 'file', file: place };

export async function loadSettings(options: Pick<SettingsOptions, 'settings'>): Promise<Settings> {
  const { parseSettings } = await import('../desired-state/parse-settings.ts');
  return parseSettings(await readText(options.settings), options.settings);
}

/** Pools that the source of the settings declares now; `name` left out: all. PCO_USAGE where none is called so. */
export async function declaredPools(
  settings: Settings,
  name: string | undefined,
): Promise<readonly DesiredPool[]> {
  const { readDesiredState } = await import('../desired-state/desired-source.ts');
  const { pools } = await readDesiredState(settings.desiredState, new AbortController().signal);
  const found = pools.filter((pool) => name === undefined || pool.topology.name === name);
  if (found.length === 0)
    throw new PoolError('PCO_USAGE', `the desired state declares no pool ${name ?? ''}`);
  return found;
}
