/**
 * pchat stop and pchat go: the stop switch of every pool. Written and removed as a file, with or without a daemon; a running daemon
 * looks at it before every step and before every effect that re-reads the world.
 */
import type { Command } from 'commander';
import { loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';

interface StopOptions extends SettingsOptions {
  readonly as: string;
  readonly reason: string;
}

export function register(program: Command): void {
  withSettings(program.command('stop'))
    .description('start no step of any pool, also no fence, until pchat go; works without a daemon')
    .requiredOption('--as <name>', 'who stops')
    .requiredOption('--reason <text>', 'why; it stands in the stop file and in pchat why')
    .action(stop);
  withSettings(program.command('go')).description('take the stop of every pool away').action(go);
}

async function stop(options: StopOptions): Promise<void> {
  const { stopFile } = await loadSettings(options);
  const { readStopFile, writeStopFile } = await import('../daemon/stop-file.ts');
  const { hostClock } = await import('../daemon/host/host-clock.ts');
  writeStopFile(stopFile, options.as, options.reason, new Date(hostClock.now()).toISOString());
  const says = readStopFile(stopFile) ?? null;
  print(
    options,
    { stopFile, stopped: says },
    () => `every pool is stopped: ${String(says)}\npchat go takes it away`,
  );
}

async function go(options: SettingsOptions): Promise<void> {
  const { stopFile } = await loadSettings(options);
  const { readStopFile, removeStopFile } = await import('../daemon/stop-file.ts');
  const said = readStopFile(stopFile) ?? null;
  removeStopFile(stopFile);
  print(options, { stopFile, stopped: null, before: said }, () =>
    said === null ? 'no pool was stopped' : `no pool is stopped any longer; it said: ${said}`,
  );
}
