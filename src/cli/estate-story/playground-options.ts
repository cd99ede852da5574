/** Options of the commands that open a playground in a folder that stays, and how they become one. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { hostClock } from '../../daemon/host/host-clock.ts';
import { DEFAULT_ESTATE } from '../../simulator/estate/estate-options.ts';
import { withOutput, type OutputOptions } from '../command-options.ts';
import { openPlayground, type Playground } from './playground.ts';

export const DEFAULT_DIRECTORY = '.estate';

export interface DirectoryOptions extends OutputOptions {
  readonly directory: string;
}

export interface PlaygroundCommandOptions extends DirectoryOptions {
  readonly share: 'home' | 'backup';
  readonly factor: number;
  readonly seed: string;
  readonly closed?: true;
}

export const withDirectory = (command: Command): Command =>
  withOutput(command).option('--directory <folder>', 'folder of the estate', DEFAULT_DIRECTORY);

export const withPlayground = (command: Command): Command =>
  withDirectory(command)
    .addOption(
      new Option('--share <site>', 'where the backup share lives')
        .choices(['home', 'backup'])
        .default('backup'),
    )
    .addOption(
      new Option('--factor <number>', 'estate seconds per real second').argParser(toFactor).default(10),
    )
    .option('--seed <text>', 'seed of the estate', 'start')
    .option('--closed', 'the daemon reaches neither the share nor the copy folder, only SQL Server does');

function toFactor(text: string): number {
  const factor = Number(text);
  if (!Number.isFinite(factor) || factor < 1) throw new InvalidArgumentError('It is a number of 1 or more.');
  return factor;
}

const { share, copyFolder } = DEFAULT_ESTATE;

export const openFor = (options: PlaygroundCommandOptions): Promise<Playground> =>
  openPlayground({
    directory: options.directory,
    factor: options.factor,
    seed: options.seed,
    shareSite: options.share,
    nowMs: hostClock.now(),
    overrides: options.closed === true ? { closedToDaemon: [share, copyFolder] } : {},
  });
