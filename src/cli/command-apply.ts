/**
 * pchat apply PLAN: approves a plan that was saved by pchat plan --out, if no fact that it used has moved. pchat apply --desired FILE:
 * break-glass, a local desired state for the time in which its source cannot be read. Both go to the daemon; without one the command
 * takes the lease and writes the journal that the next daemon reads.
 */
import type { Command } from 'commander';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { BreakGlassRequest } from '../reconciler/pool-status.ts';
import { PoolError } from '../topology/pool-error.ts';
import { byPerson, expiryOf, namedPerson, personOf, type PersonOptions } from './by-person.ts';
import { print, readText } from './command-options.ts';
import { reachedBy } from './daemon-client.ts';

interface ApplyOptions extends PersonOptions {
  readonly desired?: string;
}

const IN_FORCE_FOR = '24h';

export function register(program: Command): void {
  byPerson(
    program
      .command('apply')
      .description(
        'approve a saved plan, if no fact that it used has moved; with --desired instead: break-glass, follow this desired state ' +
          `while its source cannot be read, for ${IN_FORCE_FOR} unless --expires says otherwise`,
      )
      .argument('[plan]', 'a plan that pchat plan --out has saved')
      .option(
        '-d, --desired <file>',
        'the desired state to follow; its pools replace those of the same name',
      ),
  ).action(apply);
}

async function apply(planFile: string | undefined, options: ApplyOptions): Promise<void> {
  const { desired } = options;
  if (planFile !== undefined && desired !== undefined)
    throw new PoolError('PCO_USAGE', 'pchat apply takes a saved plan or --desired FILE, not both');
  if (planFile !== undefined) {
    const { applySavedPlan } = await import('./apply-saved-plan.ts');
    return applySavedPlan(planFile, options);
  }
  if (desired !== undefined) return breakGlass(desired, options);
  throw new PoolError('PCO_USAGE', 'pchat apply needs a saved plan or --desired FILE', {
    hint: 'a plan is saved by pchat plan POOL --out FILE; --desired is for a source of the desired state that cannot be read. What the source says is followed by pchat run without a command',
  });
}

async function breakGlass(file: string, options: ApplyOptions): Promise<void> {
  const by = personOf(options);
  const text = await readText(file);
  const expiresAt = await expiryOf({ ...options, expires: options.expires ?? IN_FORCE_FOR });
  if (expiresAt === null) throw new TypeError('a break-glass always ends');
  const request = { reason: options.reason, expiresAt, file, text };
  const { daemon, settings } = await reachedBy(options);
  const record = await (daemon === undefined
    ? applyAlone(settings, { ...request, by: namedPerson(options) })
    : daemon.breakGlass({ ...request, by }));
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

async function namesOf({ text, file }: Pick<BreakGlassRequest, 'text' | 'file'>): Promise<readonly string[]> {
  const { parseDesiredState } = await import('../desired-state/parse-desired-state.ts');
  const parsed = parseDesiredState(text, file);
  return parsed.kind === 'invalid' ? [] : parsed.pools.map(({ topology }) => topology.name);
}
