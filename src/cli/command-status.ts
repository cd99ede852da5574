/** pchat status and pchat why: what the running daemon sees and does. */
import type { Command } from 'commander';
import { loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { requireDaemon } from './daemon-client.ts';
import { renderStatus, renderWhy } from './render-status.ts';

interface StatusOptions extends SettingsOptions {
  readonly watch?: boolean;
}

/** ms between two looks of --watch. */
const WATCH_MS = 1_000;

export function register(program: Command): void {
  withSettings(program.command('status'))
    .description('one line per pool: state, plan, loss, conditions')
    .option('-w, --watch', 'look again every second until interrupted')
    .action(status);
  withSettings(program.command('why'))
    .description('everything that a pool waits for: needs, gates, evidence, variables')
    .argument('[pool]', 'default: every pool')
    .action(why);
}

async function status(options: StatusOptions): Promise<void> {
  const settings = await loadSettings(options);
  const daemon = await requireDaemon(settings.journal.directory);
  const { hostClock } = await import('../daemon/host/host-clock.ts');
  const forever = new AbortController().signal;
  do {
    const now = await daemon.status();
    if (options.watch === true && options.output === 'text') process.stdout.write('\u001b[H\u001b[2J');
    print(options, now, () => renderStatus(now));
    if (options.watch === true) await hostClock.sleep(WATCH_MS, forever);
  } while (options.watch === true);
}

async function why(name: string | undefined, options: SettingsOptions): Promise<void> {
  const settings = await loadSettings(options);
  const daemon = await requireDaemon(settings.journal.directory);
  const pools = name === undefined ? (await daemon.status()).pools : [await daemon.pool(name)];
  const [only] = pools;
  print(options, pools.length === 1 ? only : pools, () => pools.map(renderWhy).join('\n\n'));
}
