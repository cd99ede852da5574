/** How long a part is likely to take: by the durations that msdb tells of this pool, else by an assumption that says so. */
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { Part } from './part.ts';

export interface Prediction {
  readonly seconds: number;
  /** `assumed`: nothing of this pool says how long it takes. */
  readonly from: 'measured' | 'assumed';
}

/** Seconds; choices of ours, for a pool of which nothing is known. */
const ASSUMED = { full: 600, log: 10, statement: 1, wait: 30, cmdlet: 60, mirror: 1_200 } as const;
const BYTES_PER_SECOND = 50_000_000;
const MS = 1_000;

const least = (seconds: number): number => Math.max(1, Math.ceil(seconds));

function measured(facts: PoolFacts, type: 'full' | 'log'): number | undefined {
  const taken = Object.values(facts.instances).flatMap((observed) =>
    observed.kind === 'value' ? observed.value.backups.filter((one) => one.type === type) : [],
  );
  const last = taken.at(-1);
  return last === undefined ? undefined : (Date.parse(last.finishedAt) - Date.parse(last.startedAt)) / MS;
}

const sum = (predictions: readonly Prediction[]): Prediction => ({
  seconds: predictions.reduce((total, { seconds }) => total + seconds, 0),
  from: predictions.some(({ from }) => from === 'assumed') ? 'assumed' : 'measured',
});

function ofStatement(name: string, facts: PoolFacts): Prediction {
  const whole = ['backup-database', 'restore-database', 'verify-backup'].includes(name);
  const log = ['restore-log', 'backup-log', 'backup-tail', 'backup-damaged-tail', 'await-outcome'].includes(
    name,
  );
  const seconds = whole ? measured(facts, 'full') : log ? measured(facts, 'log') : undefined;
  if (seconds !== undefined) return { seconds: least(seconds), from: 'measured' };
  if (whole || log) return { seconds: whole ? ASSUMED.full : ASSUMED.log, from: 'assumed' };
  if (name.startsWith('await-')) return { seconds: ASSUMED.wait, from: 'assumed' };
  return { seconds: 0, from: 'measured' };
}

function ofPart(part: Part, facts: PoolFacts): Prediction {
  switch (part.kind) {
    case 'stop':
      return { seconds: 0, from: 'measured' };
    case 'files':
      return { seconds: least((part.bytes ?? 0) / BYTES_PER_SECOND), from: 'assumed' };
    case 'shell': {
      const mirrors = part.lines.some((line) => line.startsWith('Install-CsMirrorDatabase'));
      return { seconds: mirrors ? ASSUMED.mirror : ASSUMED.cmdlet, from: 'assumed' };
    }
    default:
      return sum([
        { seconds: ASSUMED.statement, from: 'measured' },
        ...part.statements.map(({ name }) => ofStatement(name, facts)),
      ]);
  }
}

export const predict = (parts: readonly Part[], facts: PoolFacts): Prediction =>
  sum(parts.map((part) => ofPart(part, facts)));
