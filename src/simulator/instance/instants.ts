/** The instance's own clock and how instants look in its answers. */
import type { InstanceDraft } from './instance-state.ts';

const MINUTE_MS = 60_000;

/** UTC as this instance believes it, ms. */
export const instanceUtcMs = (instance: InstanceDraft, nowMs: number): number =>
  nowMs + instance.clockOffsetMs;

/** Local wall time as if it were UTC, ms: what getdate() and msdb show. */
export const instanceLocalMs = (instance: InstanceDraft, nowMs: number): number =>
  instanceUtcMs(instance, nowMs) + instance.timeZoneMinutes * MINUTE_MS;

/** ISO text without zone, for datetime columns. */
export function datetimeText(ms: number): string {
  if (ms !== lastText.ms) lastText = { ms, text: new Date(ms).toISOString().slice(0, -1) };
  return lastText.text;
}

/** One instant is shown many times in a row: by every table of an answer. */
let lastText = { ms: 0, text: '1970-01-01T00:00:00.000' };

/** Local datetime of an instant that is true UTC. */
export const localText = (instance: InstanceDraft, trueUtcMs: number): string =>
  datetimeText(instanceLocalMs(instance, trueUtcMs));

/** datetimeoffset in the instance's zone. */
export function offsetText(instance: InstanceDraft, trueUtcMs: number): string {
  const minutes = Math.abs(instance.timeZoneMinutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  const sign = instance.timeZoneMinutes < 0 ? '-' : '+';
  return `${localText(instance, trueUtcMs)}0000${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
