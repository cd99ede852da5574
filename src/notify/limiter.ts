/**
 * What of the present situations a receiver is told now: each reason once until it is resolved, resolved only what was told, and never
 * more than so many messages in any hour. What is held back and still stands is told when there is room again. Pure.
 */
import { NOTICE_EVENTS } from '../topology/notice-event.ts';
import type { Situation } from './notice.ts';
import type { Bounds } from './receiver.ts';

export interface Told {
  readonly reasons: readonly string[];
  /** Since when it is over, ms; undefined: it stands. */
  readonly overSinceMs: number | undefined;
}

export interface LimiterState {
  /** By pool and event. */
  readonly told: ReadonlyMap<string, Told>;
  /** Instants of the messages of the last hour, ms. */
  readonly sentAtMs: readonly number[];
  readonly heldBackAtMs: number | undefined;
}

export type Due =
  | { readonly kind: 'raised' | 'resolved'; readonly situation: Situation }
  | { readonly kind: 'held-back'; readonly situations: readonly Situation[] };

export const nothingTold: LimiterState = { told: new Map(), sentAtMs: [], heldBackAtMs: undefined };

export const HOUR_MS = 3_600_000;

export const keyOf = ({ event, pool }: Pick<Situation, 'event' | 'pool'>): string =>
  JSON.stringify([pool, event]);

type Want = { readonly kind: 'raised' | 'resolved'; readonly situation: Situation } | undefined;

interface Judged {
  readonly told: Told | undefined;
  readonly want: Want;
}

function judge(
  situation: Situation,
  told: Told | undefined,
  nowMs: number,
  { beginAfterMs, endAfterMs }: Bounds,
): Judged {
  if (situation.state === 'unknown') return { told, want: undefined };
  if (situation.state === 'off') {
    if (told === undefined) return { told, want: undefined };
    const overSinceMs = told.overSinceMs ?? nowMs;
    const settled = nowMs - overSinceMs >= endAfterMs;
    return { told: { ...told, overSinceMs }, want: settled ? { kind: 'resolved', situation } : undefined };
  }
  const stands = told && { ...told, overSinceMs: undefined };
  const afterMs = beginAfterMs ?? NOTICE_EVENTS[situation.event].afterMs;
  const early = nowMs - Date.parse(situation.since) < afterMs;
  if (early || told?.reasons.includes(situation.reason) === true) return { told: stands, want: undefined };
  return { told: stands, want: { kind: 'raised', situation } };
}

/**
 * @param situations all that are known, each pool and event once; of what is not among them nothing is told any more
 */
export function limit(
  state: LimiterState,
  situations: readonly Situation[],
  nowMs: number,
  bounds: Bounds,
): { readonly state: LimiterState; readonly due: readonly Due[] } {
  const { maxPerHour } = bounds;
  const sentAtMs = state.sentAtMs.filter((at) => nowMs - at < HOUR_MS);
  const told = new Map<string, Told>();
  const due: Due[] = [];
  const held: Situation[] = [];
  for (const situation of situations) {
    const key = keyOf(situation);
    const judged = judge(situation, state.told.get(key), nowMs, bounds);
    const { want } = judged;
    const room = sentAtMs.length < maxPerHour - 1;
    if (judged.told !== undefined && !(room && want?.kind === 'resolved')) told.set(key, judged.told);
    if (want === undefined) continue;
    if (!room) {
      held.push(situation);
      continue;
    }
    sentAtMs.push(nowMs);
    due.push(want);
    if (want.kind === 'raised') told.set(key, withReason(judged.told, situation.reason));
  }
  const { heldBackAtMs } = state;
  const says =
    held.length > 0 && sentAtMs.length < maxPerHour && nowMs - (heldBackAtMs ?? -HOUR_MS) >= HOUR_MS;
  if (says) {
    sentAtMs.push(nowMs);
    due.push({ kind: 'held-back', situations: held });
  }
  return { state: { told, sentAtMs, heldBackAtMs: says ? nowMs : heldBackAtMs }, due };
}

const withReason = (told: Told | undefined, reason: string): Told => ({
  reasons: [...(told?.reasons ?? []), reason],
  overSinceMs: undefined,
});

/** It did not arrive: what still stands is told again, and what is over is resolved again. The message counts all the same. */
export function undelivered(
  state: LimiterState,
  { kind, situation: { event, pool, reason } }: Extract<Due, { kind: 'raised' | 'resolved' }>,
): LimiterState {
  const told = new Map(state.told);
  const key = keyOf({ event, pool });
  const before = told.get(key);
  if (kind === 'resolved') {
    if (before === undefined) told.set(key, { reasons: [], overSinceMs: undefined });
  } else if (before !== undefined) {
    const reasons = before.reasons.filter((one) => one !== reason);
    if (reasons.length === 0) told.delete(key);
    else told.set(key, { ...before, reasons });
  }
  return { ...state, told };
}
