/** pchat status and pchat why: what the running daemon sees and does. */
import type { Command } from 'commander';
import {
  print,
  withServer,
  withSettings,
  type ServerOptions,
  type SettingsOptions,
} from './command-options.ts';
import { daemonOf } from './daemon-client.ts';
import { renderStatus, renderWhole } from './render-status.ts';
import { renderWhy } from './render-why.ts';

interface StatusOptions extends SettingsOptions, ServerOptions {
  readonly watch?: boolean;
}

interface WhyOptions extends SettingsOptions, ServerOptions {
  readonly all?: boolean;
}

/** ms between two looks of --watch. */
const WATCH_MS = 1_000;

export function register(program: Command): void {
  withServer(withSettings(program.command('status')))
    .description('one line per pool: state, plan, loss, conditions')
    .option('-w, --watch', 'look again every second until interrupted')
    .action(status);
  withServer(withSettings(program.command('why')))
    .description(
      'why a pool moves or does not: every need and gate with its facts, and what would change the answer',
    )
    .argument('[pool]', 'default: every pool')
    .option('-a, --all', 'also plan, ledger, evidence, conditions and variables')
    .action(why);
}

async function status(options: StatusOptions): Promise<void> {
  const daemon = await daemonOf(options);
  const { hostClock } = await import('../daemon/host/host-clock.ts');
  const forever = new AbortController().signal;
  do {
    const now = await daemon.status();
    if (options.watch === true && options.output === 'text') process.stdout.write('\u001b[H\u001b[2J');
    print(options, now, () => renderStatus(now));
    if (options.watch === true) await hostClock.sleep(WATCH_MS, forever);
  } while (options.watch === true);
}

async function why(name: string | undefined, options: WhyOptions): Promise<void> {
  const daemon = await daemonOf(options);
  const pools = name === undefined ? (await daemon.status()).pools : [await daemon.pool(name)];
  const answers = await Promise.all(pools.map(({ pool }) => daemon.why(pool)));
  const whole = options.all === true ? pools.map(renderWhole) : [];
  print(options, answers.length === 1 ? answers[0] : answers, () =>
    answers
      .map((answer, index) => [renderWhy(answer), ...whole.slice(index, index + 1)].join('\n\n'))
      .join('\n\n'),
  );
}
