/** pchat validate: is the desired state (and, when given, the settings file) valid? Opens no connection. */
import type { Command } from 'commander';
import type { ReadDesiredState } from '../desired-state/desired-source.ts';
import { PoolError } from '../topology/pool-error.ts';
import { print, readText, sourceAt, withOutput, type OutputOptions } from './command-options.ts';
import { EXIT } from './exit-codes.ts';
import { textTable } from './text-table.ts';

interface Options extends OutputOptions {
  readonly settings?: string;
}

export function register(program: Command): void {
  withOutput(program.command('validate'))
    .description('check desired-state files or directories, and settings; errors name file, line and column')
    .argument('[paths...]', 'desired-state files or directories', ['desired-state.yaml'])
    .option('-s, --settings <file>', 'check this settings file too')
    .action(validate);
}

async function validate(files: readonly string[], options: Options): Promise<void> {
  const { readDesiredState } = await import('../desired-state/desired-source.ts');
  const findings: string[] = [];
  const pools: { pool: string; generation: string; primary: string; mode: string }[] = [];
  for (const file of files) {
    const read = await readDesiredState(sourceAt(file), new AbortController().signal).catch(refusal);
    findings.push(...read.findings);
    for (const { topology, generation, primarySite, policy } of read.pools)
      pools.push({
        pool: topology.name,
        generation: generation.hash,
        primary: topology.sites[primarySite].datacenter,
        mode: policy.mode,
      });
  }
  if (options.settings !== undefined) findings.push(...(await settingsFindings(options.settings)));
  if (findings.length > 0) process.exitCode = EXIT.usage;
  print(options, { valid: findings.length === 0, findings, pools }, () =>
    findings.length > 0
      ? findings.join('\n')
      : textTable(
          ['pool', 'lives in', 'mode', 'generation'],
          pools.map((p) => [p.pool, p.primary, p.mode, p.generation]),
        ),
  );
}

/** A file that is not valid is this command's answer; one that cannot be read is not. */
function refusal(error: unknown): ReadDesiredState {
  if (error instanceof PoolError && error.code === 'PCO_DESIRED_INVALID')
    return { pools: [], findings: error.message.split('\n') };
  throw error;
}

async function settingsFindings(file: string): Promise<string[]> {
  const { parseSettings } = await import('../desired-state/parse-settings.ts');
  const text = await readText(file);
  try {
    parseSettings(text, file);
    return [];
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n');
  }
}
