/** pchat replay: today's code on recorded facts. Exit code 0: every round is decided as it was recorded, 2: some are not. Offline. */
import type { Command } from 'commander';
import type { RecordingHeader } from '../recording/recording-lines.ts';
import { replayRound, type ReplayedRound } from '../recording/replay.ts';
import { print, withOutput, type OutputOptions } from './command-options.ts';
import { EXIT } from './exit-codes.ts';
import { readRecordingFile } from './recording-file.ts';
import { textTable } from './text-table.ts';

export interface Replayed {
  readonly file: string;
  readonly recording: RecordingHeader;
  readonly rounds: readonly ReplayedRound[];
  /** Rounds that are decided otherwise. */
  readonly different: number;
  /** What is odd about the file and harms nothing. */
  readonly warnings: readonly string[];
}

export function register(program: Command): void {
  withOutput(program.command('replay'))
    .description('decide recorded rounds anew; exit code 0: as recorded, 2: otherwise')
    .argument('<files...>', 'what pchat record wrote')
    .action(replay);
}

async function replay(files: readonly string[], options: OutputOptions): Promise<void> {
  const replayed: Replayed[] = [];
  for (const file of files) replayed.push(await replayFile(file));
  for (const { warnings } of replayed)
    for (const warning of warnings) process.stderr.write(`pchat: ${warning}\n`);
  if (replayed.some(({ different }) => different > 0)) process.exitCode = EXIT.changes;
  const [only] = replayed;
  print(options, replayed.length === 1 ? only : replayed, () => replayed.map(describe).join('\n'));
}

/** Throws PCO_USAGE naming file and line. */
export async function replayFile(file: string): Promise<Replayed> {
  const { header, rounds, tornBytes } = await readRecordingFile(file);
  const replayed = rounds.map(replayRound);
  const different = replayed.filter(({ differences }) => differences.length > 0).length;
  const warnings =
    tornBytes === 0
      ? []
      : [`${file}: the last line was never finished and is left out (${String(tornBytes)} bytes)`];
  return { file, recording: header, rounds: replayed, different, warnings };
}

function describe({ file, recording, rounds, different }: Replayed): string {
  const rows = rounds.flatMap(({ line, pool, at, differences }) =>
    differences.map((one, index) =>
      index === 0
        ? [String(line), at, pool, one.what, `${one.recorded} -> ${one.today}`]
        : ['', '', '', one.what, `${one.recorded} -> ${one.today}`],
    ),
  );
  const table = textTable(['line', 'at', 'pool', 'what', 'recorded -> today'], rows);
  const count = `${file}: ${String(rounds.length)} rounds of ${recording.product}`;
  return different === 0
    ? `${count}, all decided as recorded`
    : `${table}\n${count}, ${String(different)} decided otherwise`;
}
