/** pchat run: the daemon in the foreground, until SIGINT or SIGTERM. */
import type { Command } from 'commander';
import { loadSettings, withSettings, type SettingsOptions } from './command-options.ts';
import { packageVersion } from './package-version.ts';

export function register(program: Command): void {
  withSettings(program.command('run'))
    .description('the daemon in the foreground; logs JSON lines to stderr')
    .action(run);
}

async function run(options: SettingsOptions): Promise<void> {
  const { keepHeapSmall } = await import('../daemon/host/small-heap.ts');
  keepHeapSmall();
  const settings = await loadSettings(options);
  const { startHostDaemon } = await import('../daemon/compose-host.ts');
  const host = await startHostDaemon({ settings, version: packageVersion() });
  process.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify({ address: host.address })}\n`
      : `pchat listens on ${host.address}\n`,
  );
  await host.done;
}
