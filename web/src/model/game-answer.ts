/** What the game day of a demo tells its page; src/cli/game-day/game-score.ts has the same. Types and words. */
import { spanWords } from './age.ts';

export interface GameAnswer {
  readonly state: 'quiet' | 'running' | 'safe';
  readonly seconds: number;
  readonly lost: number;
  readonly mistakes: {
    readonly refusedDecisions: number;
    readonly refusedEdits: number;
    readonly twoWritersMs: number;
  };
  readonly converged: boolean;
  readonly serving: boolean;
  readonly open: readonly string[];
  /** Address of the daemon's page; empty: it does not run. */
  readonly daemon: string;
  readonly troubles: readonly { readonly id: string; readonly label: string; readonly means: string }[];
}

export const STATE_WORDS: Readonly<Record<GameAnswer['state'], string>> = {
  quiet: 'Nothing is broken. Break something.',
  running: 'The clock runs until users chat again and the pool is as declared.',
  safe: 'Safe again. The next trouble begins a new game.',
};

/** `4:07`, as a stopwatch shows it. */
export function stopwatch(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`;
}

/** While nobody serves, what only a copy out of reach holds may still be saved. */
export const lostWords = ({ lost, serving }: Pick<GameAnswer, 'lost' | 'serving'>): string =>
  serving || lost === 0 ? String(lost) : `${String(lost)}, unless they are saved`;

export function mistakeLines({ mistakes }: Pick<GameAnswer, 'mistakes'>): readonly string[] {
  const { refusedDecisions, refusedEdits, twoWritersMs } = mistakes;
  return [
    refusedDecisions > 0 && `${counted(refusedDecisions, 'decision')} that the daemon refused`,
    refusedEdits > 0 && `${counted(refusedEdits, 'edit')} of the desired state that it refused`,
    twoWritersMs > 0 && `two sites could be written for ${spanWords(twoWritersMs)}`,
  ].filter((line) => line !== false);
}

const counted = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;
