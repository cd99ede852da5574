/** Time as one instance tells it: its own clock (which may be skewed) and its own time zone. Text forms of msdb's columns. */

const MS_PER_MINUTE = 60_000;

export interface InstanceClock {
  /** The instance's idea of UTC, ms since 1970. */
  readonly utcMs: number;
  /** Minutes east of UTC. */
  readonly timeZoneMinutes: number;
}

/** `datetime` text without zone: `2026-11-23T22:29:00.123`. */
export const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 23);

export const localMs = (clock: InstanceClock): number => clock.utcMs + clock.timeZoneMinutes * MS_PER_MINUTE;
export const localText = (clock: InstanceClock): string => dateText(localMs(clock));
export const utcText = (clock: InstanceClock): string => dateText(clock.utcMs);

/** sysjobhistory.run_date and friends: yyyymmdd. */
export const dateNumber = (localTimeMs: number): number =>
  Number(new Date(localTimeMs).toISOString().slice(0, 10).replaceAll('-', ''));

/** hhmmss of a time of day, and of a duration. */
export const timeNumber = (localTimeMs: number): number =>
  Number(new Date(localTimeMs).toISOString().slice(11, 19).replaceAll(':', ''));

/** `mgc_20261123222900.trn`: log shipping names its files in UTC (sql-server reference 5.3). */
export const fileStamp = (utcMs: number): string =>
  new Date(utcMs).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
