/** pchat start: a simulated estate with its chat clients and a daemon that works on it, in the foreground, for playing. */
import path from 'node:path';
import type { Command } from 'commander';
import { hostClock } from '../daemon/host/host-clock.ts';
import { PoolError } from '../topology/pool-error.ts';
import { print } from './command-options.ts';
import { DaemonProcess } from './estate-story/daemon-process.ts';
import { Interruption } from './estate-story/interruption.ts';
import { describeRecord, JournalTail } from './estate-story/journal-file.ts';
import { daemonGuide, describePlayground, estateGuide } from './estate-story/play-guide.ts';
import { openFor, withPlayground, type PlaygroundCommandOptions } from './estate-story/playground-options.ts';
import type { Playground } from './estate-story/playground.ts';

const LOOK_MS = 200;
/** A daemon that awaits a BACKUP or RESTORE of the estate needs seconds; this is for one that hangs. */
const END_LIMIT_MS = 15_000;
const HOUR_TO_SECOND = [11, 19] as const;

export function register(program: Command): void {
  withPlayground(program.command('start'))
    .description('a simulated estate and the daemon in the foreground, until Ctrl-C')
    .option('--game-day', 'also a page with buttons that break the estate, a clock and a score')
    .action(start);
}

interface StartOptions extends PlaygroundCommandOptions {
  readonly gameDay?: true;
}

async function start(options: StartOptions): Promise<void> {
  using interruption = new Interruption();
  const playground = await openFor(options);
  try {
    const logFile = path.join(playground.directory, 'daemon.log');
    const daemon = await DaemonProcess.start(playground.documents.settingsFile, logFile, hostClock);
    try {
      await playground.estate.fault('clients on');
      await using game = options.gameDay === true ? await openGameDay(playground) : undefined;
      print(options, { ...describePlayground(playground), ...game?.described }, () =>
        [
          estateGuide(playground),
          daemonGuide(playground),
          ...(game === undefined ? [] : [`Game day: ${game.described.gameDay}`]),
          'Ctrl-C ends both. What the daemon does:',
        ].join('\n'),
      );
      await Promise.all([
        follow(options, playground, daemon, interruption.signal),
        game?.day.run(interruption.signal),
      ]);
    } finally {
      await daemon.endWithin(END_LIMIT_MS, hostClock);
    }
  } finally {
    await playground.stop();
  }
}

/** Loaded only for those who play. */
async function openGameDay(playground: Playground) {
  const { GameDay } = await import('./game-day/game-day.ts');
  const day = new GameDay(playground, hostClock);
  const gameDay = await day.listen();
  return { day, described: { gameDay }, [Symbol.asyncDispose]: () => day.stop() };
}

/** Prints the journal as it grows, until the signal aborts. */
async function follow(
  options: PlaygroundCommandOptions,
  { documents }: Playground,
  daemon: DaemonProcess,
  signal: AbortSignal,
): Promise<void> {
  const journal = new JournalTail(documents.journalDirectory);
  while (!signal.aborted) {
    for (const record of journal.next()) {
      const line = describeRecord(record);
      if (options.output === 'json') print(options, record, () => '');
      else if (line !== undefined)
        print(options, record, () => `${record.at.slice(...HOUR_TO_SECOND)}  ${line}`);
    }
    if (!daemon.running) throw new PoolError('PCO_INTERNAL', 'the daemon ended; its log says why');
    // Interrupted: the loop ends.
    await hostClock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}
