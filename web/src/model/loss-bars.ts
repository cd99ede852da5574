/** The loss as bars: how far each copy holds what users wrote, and what each deed buys back of what would be lost. Pure. */
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { CopyHolding } from '../../../src/topology/forecast.ts';
import { stepsOf } from './pool-tone.ts';

const MINUTE_MS = 60_000;

export interface CopyBar {
  readonly copy: string;
  readonly where: string;
  readonly state: string;
  /** Minutes of chat history that the fullest copy has and this one lacks; null: nobody knows what it holds. */
  readonly behindMinutes: number | null;
  /** A folder without a file. */
  readonly empty: boolean;
  /** 0 to 1 of the track, whose beginning lies before the emptiest copy; null: not known. */
  readonly share: number | null;
  readonly because: string;
}

/** Part of the track that even the emptiest copy fills: an empty track would say that it holds nothing. */
const LEAST = 0.25;
/** Minutes: below it copies differ by the age of one log backup, and a full track would make a drama of it. */
const SHORTEST_TRACK = 15;

export function copyBars({ forecast }: Pick<PoolStatus, 'forecast'>): readonly CopyBar[] {
  const copies = forecast?.copies ?? [];
  const instants = copies.flatMap(({ until }) => (until === null ? [] : [Date.parse(until)]));
  const newest = Math.max(...instants);
  const span = Math.max(SHORTEST_TRACK * MINUTE_MS, newest - Math.min(...instants));
  return copies.map(({ copy, where, state, until, files, because }: CopyHolding) => {
    const behind = until === null ? null : newest - Date.parse(until);
    return {
      copy,
      where,
      state,
      behindMinutes: behind === null ? null : behind / MINUTE_MS,
      empty: files === 0,
      share: behind === null ? null : LEAST + (1 - LEAST) * (1 - behind / span),
      because,
    };
  });
}

export interface LossPart {
  /** `lost`: what nobody saves. */
  readonly kind: 'plan' | 'person' | 'lost';
  readonly what: string;
  /** null: not known. */
  readonly minutes: number | null;
  /** 0 to 1 of the whole; 0 where it is not known. */
  readonly share: number;
}

export interface LossBar {
  /** false: no step of the plan saves any of it; it is what a loss of the site would come to. */
  readonly moves: boolean;
  /** Were the backup copy opened as it is now; null: not known. */
  readonly nowMinutes: number | null;
  readonly parts: readonly LossPart[];
}

/** null: nothing would be saved, and nothing is to be drawn. */
export function lossBar(pool: Pick<PoolStatus, 'forecast' | 'ledger' | 'plan'>): LossBar | null {
  const { forecast, ledger, plan } = pool;
  if (forecast === null || ledger === null || forecast.salvage.length === 0) return null;
  // A plan that only repairs a mirror saves nothing of the log, and must not be told to.
  const moves = stepsOf(plan).some(({ action }) =>
    forecast.salvage.some(({ by, what }) => by === 'plan' && what === action),
  );
  const { answer, lossMinutes: ifLost } = forecast.readiness;
  const whole = moves ? ledger.lossMinutes : answer === 'yes' ? ifLost : null;
  const saved = forecast.salvage.map(({ by, what, minutes }) => ({ kind: by, what, minutes }));
  const lost = whole === null ? null : Math.max(0, whole - minutesOf(saved, 'person'));
  const parts: readonly Omit<LossPart, 'share'>[] = [...saved, { kind: 'lost', what: '', minutes: lost }];
  const total = parts.reduce((sum, { minutes }) => sum + (minutes ?? 0), 0);
  return {
    moves,
    nowMinutes: parts.some(({ minutes }) => minutes === null) ? null : total,
    parts: parts.map((part) => ({ ...part, share: total === 0 ? 0 : (part.minutes ?? 0) / total })),
  };
}

/** What a person could save is part of what the course of the plan loses. */
const minutesOf = (parts: readonly Omit<LossPart, 'share'>[], of: LossPart['kind']): number =>
  parts.reduce((sum, { kind, minutes }) => sum + (kind === of ? (minutes ?? 0) : 0), 0);
