/**
 * When a schedule fires next, in the instance's local time. Daily schedules with a step in seconds, minutes or hours (what log
 * shipping uses) and one-time ones; other frequencies never fire here.
 */
import type { Schedule } from '../msdb/msdb-state.ts';

const DAY_MS = 86_400_000;
const DAILY = 4;
const ONCE = 1;
const SUBDAY_UNIT_MS: Readonly<Record<number, number>> = { 2: 1_000, 4: 60_000, 8: 3_600_000 };

/** hhmmss -> ms since midnight. */
const timeOfDayMs = (hhmmss: number): number =>
  (Math.floor(hhmmss / 10_000) * 3_600 + (Math.floor(hhmmss / 100) % 100) * 60 + (hhmmss % 100)) * 1_000;

/** yyyymmdd -> ms of its midnight, as if local were UTC. */
const dateMs = (yyyymmdd: number): number =>
  Date.UTC(Math.floor(yyyymmdd / 10_000), (Math.floor(yyyymmdd / 100) % 100) - 1, yyyymmdd % 100);

/** First firing strictly after `afterLocalMs`; undefined: never. */
export function nextFiring(schedule: Schedule, afterLocalMs: number): number | undefined {
  if (!schedule.enabled) return undefined;
  const startOfDay = timeOfDayMs(schedule.activeStartTime);
  const firstDay = dateMs(schedule.activeStartDate);
  if (schedule.freqType === ONCE) {
    const at = firstDay + startOfDay;
    return at > afterLocalMs ? at : undefined;
  }
  if (schedule.freqType !== DAILY) return undefined;
  const unit = SUBDAY_UNIT_MS[schedule.freqSubdayType];
  const stepMs = unit === undefined ? DAY_MS : unit * Math.max(1, schedule.freqSubdayInterval);
  const endOfDay = timeOfDayMs(schedule.activeEndTime);
  const today = Math.max(Math.floor(afterLocalMs / DAY_MS) * DAY_MS, firstDay);
  const passed = afterLocalMs - (today + startOfDay);
  const candidate = passed < 0 ? startOfDay : startOfDay + (Math.floor(passed / stepMs) + 1) * stepMs;
  const next = candidate <= endOfDay ? today + candidate : today + DAY_MS + startOfDay;
  return schedule.activeEndDate >= 99_991_231 || next < dateMs(schedule.activeEndDate) + DAY_MS
    ? next
    : undefined;
}
