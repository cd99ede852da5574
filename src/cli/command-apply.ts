/**
 * pchat apply --desired FILE: break-glass. A local desired state for the time in which its source cannot be read; it ends by itself
 * and when the source is back. Sent to the daemon; without one the command writes the journal that the next daemon reads.
 */
import type { Command } from 'commander';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { BreakGlassRequest } from '../reconciler/pool-status.ts';
import { PoolError } from '../topology/pool-error.ts';
import { byPerson, expiryOf, type PersonOptions } from './by-person.ts';
import { loadSettings, print, readText } from './command-options.ts';
import { findDaemon } from './daemon-client.ts';

interface ApplyOptions extends PersonOptions {
  readonly desired?: string;
}

const IN_FORCE_FOR = '24h';

export function register(program: Command): void {
  byPerson(
    program
      .command('apply')
      .description(
        `break-glass: follow this desired state while its source cannot be read, for ${IN_FORCE_FOR} unless --expires says otherwise`,
      )
      .option(
        '-d, --desired <file>',
        'the desired state to follow; its pools replace those of the same name',
      ),
  ).action(apply);
}

async function apply(options: ApplyOptions): Promise<void> {
  const { desired: file, as: by, reason } = options;
  if (file === undefined)
    throw new PoolError('PCO_USAGE', 'pchat apply needs --desired FILE', {
      hint: 'it is for a source of the desired state that cannot be read; what the source says is followed by pchat run without a command',
    });
  const settings = await loadSettings(options);
  const text = await readText(file);
  const expiresAt = await expiryOf({ ...options, expires: options.expires ?? IN_FORCE_FOR });
  if (expiresAt === null) throw new TypeError('a break-glass always ends');
  const request = { by, reason, expiresAt, file, text };
  const daemon = await findDaemon(settings.journal.directory);
  const record = await (daemon === undefined ? applyAlone(settings, request) : daemon.breakGlass(request));
  const names = await namesOf(request);
  const who = daemon === undefined ? 'the next pchat run follows' : 'the daemon follows';
  print(
    options,
    record,
    () =>
      `${names.join(', ')}: ${who} ${file} until ${expiresAt} or until the desired state can be read again`,
  );
}

async function applyAlone(settings: Settings, request: BreakGlassRequest): Promise<unknown> {
  const { withoutDaemon } = await import('./without-daemon.ts');
  const { toBreakGlass } = await import('../daemon/break-glass.ts');
  const { hostClock } = await import('../daemon/host/host-clock.ts');
  return withoutDaemon(settings, ({ journal, desired }) =>
    journal.append(toBreakGlass(request, desired, hostClock.now())),
  );
}

async function namesOf({ text, file }: BreakGlassRequest): Promise<readonly string[]> {
  const { parseDesiredState } = await import('../desired-state/parse-desired-state.ts');
  const parsed = parseDesiredState(text, file);
  return parsed.kind === 'invalid' ? [] : parsed.pools.map(({ topology }) => topology.name);
}
