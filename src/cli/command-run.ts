/** pchat run: the daemon in the foreground, until SIGINT or SIGTERM. */
import { Option, type Command } from 'commander';
import { LOG_FORMATS, type LogFormat } from '../daemon/log-text.ts';
import { loadSettings, withSettings, type SettingsOptions } from './command-options.ts';
import { packageVersion } from './package-version.ts';

interface Options extends SettingsOptions {
  readonly logFormat?: LogFormat;
}

export function register(program: Command): void {
  withSettings(program.command('run'))
    .description('the daemon in the foreground; logs to stderr')
    .addOption(
      new Option('--log-format <form>', 'default: text where stderr is a terminal, else json').choices(
        LOG_FORMATS,
      ),
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { keepHeapSmall } = await import('../daemon/host/small-heap.ts');
  keepHeapSmall();
  const settings = await loadSettings(options);
  const { startHostDaemon } = await import('../daemon/compose-host.ts');
  const { createLogger } = await import('../daemon/logger.ts');
  const terminal = process.stderr.isTTY;
  const log = createLogger(settings.log.level, {
    format: options.logFormat ?? (terminal ? 'text' : 'json'),
    colour: terminal && process.stderr.hasColors(),
  });
  const host = await startHostDaemon({ settings, version: packageVersion(), log });
  process.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify({ address: host.address })}\n`
      : `pchat listens on ${host.address}\n`,
  );
  await host.done;
}
