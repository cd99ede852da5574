/** pchat doctor: does this site fit, before the daemon is trusted with it? Asks and looks; nothing on the estate is changed. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { ReadDesiredState } from '../desired-state/desired-source.ts';
import type { CheckId } from '../doctor/check-table.ts';
import { CHECK_IDS, diagnose, isCheckId } from '../doctor/check-table.ts';
import { error, worstOf, type Finding, type Level } from '../doctor/finding.ts';
import type { Clock } from '../ports/clock.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { Interruption } from './estate-story/interruption.ts';
import { NAGIOS } from './exit-codes.ts';
import { renderFindings } from './render-doctor.ts';

export interface DoctorOptions extends SettingsOptions {
  readonly pool?: string;
  readonly only?: readonly CheckId[];
}

export interface PoolFindings {
  readonly pool: string;
  readonly level: Level;
  readonly findings: readonly Finding[];
}

function checkIds(text: string, before: readonly CheckId[] = []): readonly CheckId[] {
  const ids = text.split(',').map((part) => part.trim());
  const known = ids.filter(isCheckId);
  if (known.length < ids.length) throw new InvalidArgumentError(`one of ${CHECK_IDS.join(', ')}`);
  return [...before, ...known];
}

/** @param clock what instances' clocks are compared with; left out: this computer's */
export function register(program: Command, clock?: Clock): void {
  withSettings(program.command('doctor'))
    .description(
      'does the site fit what the settings and the desired state say? exit code 0: ok, 1: warnings, 2: errors, 3: unknown',
    )
    .option('--pool <name>', 'default: every pool')
    .option('--only <checks>', 'ids of checks, separated by commas', checkIds)
    .action((options: DoctorOptions) => doctor(options, clock));
}

async function doctor(options: DoctorOptions, clock: Clock | undefined): Promise<void> {
  const results = await examine(options, clock);
  const level = worstOf(results.flatMap(({ findings }) => findings));
  process.exitCode = NAGIOS[level];
  print(options, { level, pools: results }, () =>
    results.map(({ pool, findings }) => renderFindings(pool, findings)).join('\n\n'),
  );
}

const resultOf = (pool: string, findings: readonly Finding[]): PoolFindings => ({
  pool,
  level: worstOf(findings),
  findings,
});

/** A file that cannot be read or is not valid is a finding of its own: there is nothing else to ask then. */
const refusal = (check: string, party: string, command: string, caught: unknown): PoolFindings => {
  const { code, message } = toPoolError(caught);
  return resultOf('-', [{ check, ...error(party, `${code}: ${message}`, { on: 'this computer', command }) }]);
};

/** One entry for each pool; a settings file or desired state that cannot be used is one of its own. */
export async function examine(
  options: DoctorOptions,
  clock: Clock | undefined,
): Promise<readonly PoolFindings[]> {
  let settings: Settings;
  let declared: ReadDesiredState;
  try {
    settings = await loadSettings(options);
  } catch (caught) {
    return [refusal('settings', 'settings', `"$EDITOR" ${options.settings}`, caught)];
  }
  using interruption = new Interruption();
  const { signal } = interruption;
  try {
    const { readDesiredState } = await import('../desired-state/desired-source.ts');
    declared = await readDesiredState(settings.desiredState, signal);
  } catch (caught) {
    signal.throwIfAborted();
    return [refusal('desired-state', 'desired state', 'pchat validate FILE', caught)];
  }
  const pools = declared.pools.filter(({ topology }) => [undefined, topology.name].includes(options.pool));
  if (pools.length === 0)
    throw new PoolError('PCO_USAGE', `the desired state declares no pool ${options.pool ?? ''}`);
  return await examinePools(settings, pools, declared.findings, { ...options, clock, signal });
}

interface Examination extends DoctorOptions {
  readonly clock: Clock | undefined;
  readonly signal: AbortSignal;
}

async function examinePools(
  settings: Settings,
  pools: readonly DesiredPool[],
  refused: readonly string[],
  { only, clock, signal }: Examination,
): Promise<readonly PoolFindings[]> {
  const { composeObserver, composePorts } = await import('../daemon/compose-ports.ts');
  const { createLogger } = await import('../daemon/logger.ts');
  const { gatherDoctor } = await import('./gather-doctor.ts');
  const host = composePorts(settings, createLogger('error'));
  const ports = { ...host.ports, ...(clock === undefined ? {} : { clock }) };
  const observer = composeObserver(settings, ports);
  try {
    return await Promise.all(
      pools.map(async (pool) => {
        const { name } = pool.topology;
        const onProgress = (text: string): void => void process.stderr.write(`pchat: ${name}: ${text}\n`);
        const evidence = await gatherDoctor(
          settings,
          pool,
          { ...ports, observer },
          { signal, refused, onProgress },
        );
        return resultOf(name, diagnose(evidence, only));
      }),
    );
  } finally {
    observer.close();
    await host.close();
  }
}
