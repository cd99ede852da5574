/** Content of an open chat database as facts: newest message, heartbeats with ages by the instance's own clock. */
import type { ContentFacts } from '../topology/pool-facts.ts';
import type { Known } from '../topology/known.ts';
import type { AnswerParts } from './answer-parts.ts';

/** .NET ticks (100 ns) at 1970-01-01; that chatDate counts UTC is unverified. */
const TICKS_AT_1970 = 621_355_968_000_000_000n;
const TICKS_PER_MS = 10_000n;
/** A heartbeat this far ahead of a clock was not written by that clock. */
const AHEAD_MS = 60_000;

export function instantOfTicks(ticks: string): string {
  const ms = Number((BigInt(ticks) - TICKS_AT_1970) / TICKS_PER_MS);
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15
    ? new Date(ms).toISOString()
    : new Date(0).toISOString();
}

/** `net.tcp://chat1.contoso.com:8011/x` -> `chat1.contoso.com`; a bare name stays as it is. */
export function hostOf(serverAddress: string): string {
  const withoutScheme = serverAddress.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  return (/^[^:/\\]+/.exec(withoutScheme)?.[0] ?? serverAddress).trim().toLowerCase();
}

export interface Heartbeat {
  readonly server: string;
  /** The column as if it were UTC, ms. */
  readonly pingMs: number;
}

/**
 * serverLastPingTime has an unverified zone. All rows of one database are written in one zone, so it is taken for UTC unless
 * that would put the newest of them into the future; then it is the instance's local time. West of UTC a local column
 * therefore looks old, never fresh: the error is on the safe side.
 */
export function heartbeatAges(
  heartbeats: readonly Heartbeat[],
  utcMs: number,
  localMs: number,
): ContentFacts['heartbeats'] {
  const newest = Math.max(...heartbeats.map((heartbeat) => heartbeat.pingMs));
  const clockMs = newest > utcMs + AHEAD_MS ? localMs : utcMs;
  return heartbeats
    .map(({ server, pingMs }) => ({ server, ageMs: Math.max(0, clockMs - pingMs) }))
    .sort((a, b) => (a.server < b.server ? -1 : 1));
}

/** 'unknown' when the database is not open or any of its three reads failed. */
export function readContent(parts: AnswerParts, database: string): Known<ContentFacts> {
  const [summary] = parts.optional(parts.of('content', database)) ?? [];
  const newestRows = parts.optional(parts.of('newest', database));
  const beats = parts.optional(parts.of('heartbeats', database));
  if (summary === undefined || newestRows === undefined || beats === undefined) return 'unknown';
  const [newest] = newestRows;
  const [clock] = beats;
  const chatDate = newest?.text('chat_date');
  return {
    configPoolId: summary.guidOrNull('config_pool_id'),
    messages: summary.integer('messages'),
    newest:
      newest === undefined || chatDate === undefined
        ? null
        : {
            channelId: newest.text('channel_id'),
            chatId: newest.text('chat_id'),
            chatDate,
            at: instantOfTicks(chatDate),
          },
    revision: summary.textOrNull('revision'),
    heartbeats:
      clock === undefined
        ? []
        : heartbeatAges(
            beats.map((row) => ({
              server: hostOf(row.text('serverAddress')),
              pingMs: row.clockMs('serverLastPingTime'),
            })),
            clock.clockMs('utc_now'),
            clock.clockMs('local_now'),
          ),
  };
}
