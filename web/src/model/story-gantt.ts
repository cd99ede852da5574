/** A transition as bars over time. What was held for long is drawn short, and said to be: minutes of work would vanish beside a night. Pure. */
import type { Gap, SpentPart, StepAccount, Transition } from '../../../src/story/transition.ts';

type Part = SpentPart['part'];

/** Of the width, 0 to 100. */
export interface GanttBar {
  readonly from: number;
  readonly width: number;
  /** `running`: whose time it is will be known when it ends. */
  readonly part: Part | 'running';
}

export interface GanttRow {
  readonly step: StepAccount;
  /** One after the other by their share: when the daemon waited within a step is not recorded. */
  readonly bars: readonly GanttBar[];
}

export interface GanttTick {
  readonly at: number;
  readonly label: string;
}

export interface Gantt {
  readonly rows: readonly GanttRow[];
  readonly between: readonly (GanttBar & {
    readonly says: string;
    readonly ms: number;
    readonly short: boolean;
  })[];
  readonly ticks: readonly GanttTick[];
  readonly wallMs: number;
}

const WHOLE = 100;
/** A wait longer than this share of everything else is drawn as if it were so long. */
const LONGEST_WAIT = 0.15;
const SHORTENED: ReadonlySet<Gap['kind']> = new Set<Gap['kind']>(['held', 'unknown', 'pause']);
const PART_OF_GAP: Readonly<Record<Gap['kind'], Part>> = {
  looks: 'looksMs',
  pause: 'pausesMs',
  held: 'heldMs',
  unknown: 'unknownMs',
};

interface Wait {
  readonly fromMs: number;
  readonly toMs: number;
  /** Drawn as long as this. */
  readonly drawnMs: number;
}

const spanOf = ({ from, to }: Gap): number => Math.max(0, Date.parse(to) - Date.parse(from));

function waitsOf(gaps: readonly Gap[], wallMs: number): readonly Wait[] {
  const waits = gaps.filter(({ kind }) => SHORTENED.has(kind));
  const rest = wallMs - waits.reduce((sum, gap) => sum + spanOf(gap), 0);
  const most = Math.max(1, rest) * LONGEST_WAIT;
  return waits
    .filter((gap) => spanOf(gap) > most)
    .map((gap) => ({ fromMs: Date.parse(gap.from), toMs: Date.parse(gap.to), drawnMs: most }));
}

/** @param nowMs by the daemon's clock; where a step runs the picture goes as far */
export function ganttOf(transition: Transition, nowMs: number): Gantt {
  const { steps, gaps, begunAt, endedAt, state } = transition;
  const startMs = Date.parse(begunAt);
  const ends = steps.flatMap(({ ended }) => (ended === null ? [] : [Date.parse(ended.at)]));
  const endMs = Math.max(startMs + 1, ...ends, ...(state === 'step-runs' ? [nowMs] : []));
  const wallMs = (endedAt === null ? endMs : Math.max(startMs + 1, Date.parse(endedAt))) - startMs;
  const waits = waitsOf(gaps, wallMs);
  const drawn = (atMs: number): number =>
    waits.reduce((sum, { fromMs, toMs, drawnMs }) => {
      const inside = Math.min(Math.max(0, atMs - fromMs), toMs - fromMs);
      return sum - inside + (inside / (toMs - fromMs)) * drawnMs;
    }, atMs - startMs);
  const whole = Math.max(1, drawn(startMs + wallMs));
  const place = (atMs: number): number => Math.min(WHOLE, Math.max(0, (drawn(atMs) / whole) * WHOLE));
  return {
    rows: steps.map((step) => ({ step, bars: barsOf(step, place, nowMs) })),
    between: gaps.map((gap) => {
      const [from, to] = [place(Date.parse(gap.from)), place(Date.parse(gap.to))];
      const ms = spanOf(gap);
      const short = waits.some(({ fromMs }) => fromMs === Date.parse(gap.from));
      return { from, width: to - from, part: PART_OF_GAP[gap.kind], says: gap.says, ms, short };
    }),
    ticks: ticksOf(startMs, wallMs, place, waits),
    wallMs,
  };
}

function barsOf(step: StepAccount, place: (atMs: number) => number, nowMs: number): readonly GanttBar[] {
  const { begun, ended, durationMs, externalMs } = step;
  const from = place(Date.parse(begun.at));
  const to = place(ended === null ? nowMs : Date.parse(ended.at));
  const width = Math.max(0, to - from);
  if (ended === null) return [{ from, width, part: 'running' }];
  if (durationMs === null || externalMs === null) return [{ from, width, part: 'unknownMs' }];
  const share = durationMs === 0 ? 0 : Math.min(1, externalMs / durationMs);
  return [
    { from, width: width * share, part: 'workMs' },
    { from: from + width * share, width: width * (1 - share), part: 'ownMs' },
  ];
}

const STEPS_OF_AXIS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400];
const MOST_TICKS = 6;
const SECOND = 1_000;
/** Of the width: labels that are closer would lie upon each other. */
const LEAST_APART = 9;

/** Every few seconds or minutes since the first step; within a shortened wait there is none. */
function ticksOf(
  startMs: number,
  wallMs: number,
  place: (atMs: number) => number,
  waits: readonly Wait[],
): readonly GanttTick[] {
  const drawnMs = waits.reduce((sum, wait) => sum - (wait.toMs - wait.fromMs) + wait.drawnMs, wallMs);
  const every =
    STEPS_OF_AXIS_S.find((seconds) => drawnMs / (seconds * SECOND) <= MOST_TICKS) ?? wallMs / SECOND;
  const ticks: GanttTick[] = [];
  const last = Math.floor(wallMs / (every * SECOND));
  for (let index = 0; index <= Math.min(last, STEPS_OF_AXIS_S.length * MOST_TICKS); index += 1) {
    const seconds = index * every;
    const atMs = startMs + seconds * SECOND;
    const at = place(atMs);
    const hidden = waits.some(({ fromMs, toMs }) => atMs > fromMs && atMs < toMs);
    if (hidden || at > WHOLE - LEAST_APART || at - (ticks.at(-1)?.at ?? -WHOLE) < LEAST_APART) continue;
    ticks.push({ at, label: tickWords(seconds) });
  }
  return ticks;
}

const MINUTE_S = 60;
const HOUR_S = 3_600;
function tickWords(seconds: number): string {
  if (seconds < 2 * MINUTE_S) return `+${String(seconds)} s`;
  return seconds < 2 * HOUR_S
    ? `+${String(Math.round(seconds / MINUTE_S))} min`
    : `+${String(Math.round(seconds / HOUR_S))} h`;
}
