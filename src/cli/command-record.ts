/** pchat record: looks at the pools round after round and writes down what was seen and what was decided. Changes nothing. */
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { durationMs } from '../desired-state/duration-text.ts';
import { Pseudonyms } from '../recording/pseudonyms.ts';
import { RecordingWriter, type WrittenRound } from '../recording/write-recording.ts';
import { loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { Interruption } from './estate-story/interruption.ts';
import { packageVersion } from './package-version.ts';

interface Options extends SettingsOptions {
  readonly pool?: string;
  readonly rounds?: number;
  readonly for?: number;
  readonly every?: number;
  readonly pseudonymise?: boolean;
}

const KEY_BYTES = 32;

function duration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('a duration such as 30s, 15m or 4h');
  return ms;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number of 1 or more');
  return value;
}

export function register(program: Command): void {
  withSettings(program.command('record'))
    .description(
      'facts and decisions, round after round, into a new file; Ctrl-C ends it; pchat replay reads it',
    )
    .argument('<file>', 'where to write; must not exist')
    .option('-p, --pool <name>', 'only this pool')
    .option('-n, --rounds <number>', 'end after so many rounds', count)
    .option('--for <duration>', 'end after this time', duration)
    .option('--every <duration>', 'pause between two rounds; default: pollInterval of the settings', duration)
    .option('--pseudonymise', 'replace every name, consistently; nobody can turn them back')
    .action(record);
}

async function record(file: string, options: Options): Promise<void> {
  const settings = await loadSettings(options);
  const names = options.pseudonymise === true ? new Pseudonyms(randomBytes(KEY_BYTES)) : undefined;
  const writer = new RecordingWriter(packageVersion(), names);
  using interruption = new Interruption();
  const { recordRounds } = await import('./record-rounds.ts');
  const rounds = await recordRounds(settings, file, {
    pool: options.pool,
    rounds: options.rounds,
    forMs: options.for,
    everyMs: options.every ?? settings.schedule.pollInterval,
    writer,
    signal: interruption.signal,
    onRound: tell,
  });
  const pseudonymised = names !== undefined;
  print(options, { file, rounds, pseudonymised }, () =>
    [
      `${file}: ${String(rounds)} rounds`,
      pseudonymised ? 'under pseudonyms' : 'with the names of the site; --pseudonymise hides them',
    ].join(', '),
  );
}

/** Progress for people; stdout belongs to the answer. */
function tell(round: number, pool: string, { judgement, distorted }: WrittenRound): void {
  const { plan, conditions } = judgement;
  const on = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
  process.stderr.write(`round ${String(round)}: ${pool}: ${plan.kind}; ${on.join(', ')}\n`);
  if (distorted.length > 0)
    process.stderr.write(
      `  under pseudonyms this round decides otherwise (${distorted.map(({ what }) => what).join(', ')}): they break a relation between names\n`,
    );
}
