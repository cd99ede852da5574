/** Situations and messages of a test. */
import type { Notice, Situation } from '../../src/notify/notice.ts';

export const NOW_MS = Date.UTC(2026, 0, 10, 8, 0, 0);

export const situation = (differs: Partial<Situation> = {}): Situation => ({
  event: 'stalled',
  pool: 'chat',
  state: 'on',
  reason: 'StepKeepsFailing',
  message:
    'seed-backup: PCO_SQL_ERROR: A statement was refused by SQL Server; its numbers are in the details.',
  next: 'pchat why chat',
  since: new Date(NOW_MS).toISOString(),
  ...differs,
});

export const notice = (differs: Partial<Notice> = {}): Notice => {
  const { event, pool, reason, message, next, since } = situation();
  const at = new Date(NOW_MS + 5_000).toISOString();
  return {
    id: 'abc123def456',
    kind: 'raised',
    severity: 'critical',
    event,
    pool,
    reason,
    message,
    next,
    since,
    at,
    ...differs,
  };
};
