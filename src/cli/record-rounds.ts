/** Looks round after round and appends each to the recording before the next; ends whole when its time is over or its signal comes. */
import { hostClock } from '../daemon/host/host-clock.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { RecordingWriter, WrittenRound } from '../recording/write-recording.ts';
import { PoolError } from '../topology/pool-error.ts';
import { openLooker, type Looker } from './look-once.ts';
import { DesiredFollower, type PoolInForce } from './pools-in-force.ts';
import { RecordingFile } from './recording-file.ts';

export interface RecordWork {
  /** undefined: every pool. */
  readonly pool: string | undefined;
  /** undefined: until the time is over or the signal comes. */
  readonly rounds: number | undefined;
  readonly forMs: number | undefined;
  readonly everyMs: number;
  readonly writer: RecordingWriter;
  readonly signal: AbortSignal;
  /** The round is on disk. */
  readonly onRound: (round: number, pool: string, written: WrittenRound) => void;
}

const ENDLESS = Number.MAX_SAFE_INTEGER;

/** @returns rounds that are in the file. Throws PCO_USAGE when the file exists or no such pool is declared. */
export async function recordRounds(settings: Settings, file: string, work: RecordWork): Promise<number> {
  const done = new AbortController();
  const until = AbortSignal.any([work.signal, done.signal]);
  using limit = hostClock.deadline(work.forMs ?? ENDLESS, until);
  const looker = openLooker(settings);
  let rounds = 0;
  try {
    const desired = await DesiredFollower.start(settings, limit.signal);
    requirePools(await desired.pools(), work.pool, desired.findings);
    await using recording = await RecordingFile.begin(file, work.writer.header(hostClock.now()));
    while (rounds < (work.rounds ?? ENDLESS)) {
      if (rounds > 0) await hostClock.sleep(work.everyMs, limit.signal);
      const written = await lookAt(
        wanted(await desired.pools(), work.pool),
        looker,
        work.writer,
        limit.signal,
      );
      await recording.append(written.map(({ text }) => text).join(''));
      rounds += 1;
      for (const one of written) work.onRound(rounds, one.pool, one);
    }
  } catch (error) {
    // The time is over, or somebody pressed Ctrl-C: the round under way is left out, and the file is whole.
    if (!limit.signal.aborted) throw error;
  } finally {
    // Ends the watch of the desired state.
    done.abort();
    await looker.close();
  }
  return rounds;
}

async function lookAt(
  inForce: readonly PoolInForce[],
  looker: Looker,
  writer: RecordingWriter,
  signal: AbortSignal,
): Promise<readonly (WrittenRound & { readonly pool: string })[]> {
  const decisions = new Map(inForce.map((one) => [one.pool.topology.name, one.decisions]));
  const pools = inForce.map(({ pool }) => pool);
  return (await looker.look(pools, signal)).map((look) => {
    const { name } = look.pool.topology;
    return { pool: name, ...writer.round({ ...look, decisions: decisions.get(name) ?? [] }) };
  });
}

const wanted = (pools: readonly PoolInForce[], name: string | undefined): readonly PoolInForce[] =>
  pools.filter(({ pool }) => name === undefined || pool.topology.name === name);

function requirePools(
  pools: readonly PoolInForce[],
  name: string | undefined,
  findings: readonly string[],
): void {
  if (wanted(pools, name).length > 0) return;
  const what = `the desired state declares no pool${name === undefined ? '' : ` ${name}`}`;
  throw new PoolError('PCO_USAGE', [what, ...findings].join('\n'));
}
