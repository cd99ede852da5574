/** Options of the commands that a person answers for: who, why, until when. */
import { Option, type Command } from 'commander';
import { PoolError } from '../topology/pool-error.ts';
import { withServer, withSettings, type ServerOptions, type SettingsOptions } from './command-options.ts';

export interface PersonOptions extends SettingsOptions, ServerOptions {
  readonly as?: string;
  readonly reason: string;
  readonly expires?: string;
}

export const byPerson = (command: Command): Command =>
  withServer(withSettings(command))
    .option('--as <name>', 'who decides; with --server it may be left out: the token names the person')
    .requiredOption('--reason <text>', 'why; it is kept in the journal')
    .addOption(new Option('--expires <duration>', 'it ends after this long, for example 4h'));

/** Where no token names the person. Throws PCO_USAGE without --as. */
export function namedPerson({ as }: PersonOptions): string {
  if (as !== undefined) return as;
  throw new PoolError('PCO_USAGE', 'who decides? --as NAME is missing', {
    hint: 'the name is kept in the journal; it may be left out with --server only, where the token names the person',
  });
}

/** undefined: whom the token of --server names. Throws PCO_USAGE where nothing names anybody. */
export const personOf = (options: PersonOptions): string | undefined =>
  options.server === undefined ? namedPerson(options) : options.as;

/** ISO 8601 UTC; null: without --expires. Throws PCO_USAGE when that is no duration. */
export async function expiryOf({ expires }: PersonOptions): Promise<string | null> {
  if (expires === undefined) return null;
  const { durationMs } = await import('../desired-state/duration-text.ts');
  const { hostClock } = await import('../daemon/host/host-clock.ts');
  const ms = durationMs(expires);
  if (ms === undefined)
    throw new PoolError('PCO_USAGE', `--expires ${expires}: expected a duration such as 4h`);
  return new Date(hostClock.now() + ms).toISOString();
}
