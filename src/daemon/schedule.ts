/** The cron line of the settings: each tick only wakes the loop; it decides nothing and carries nothing. */
import { schedule, validate, type ScheduledTask } from 'node-cron';
import { PoolError } from '../topology/pool-error.ts';
import type { Log } from './log.ts';

/** Throws PCO_SETTINGS_INVALID for a line that is no cron expression. @returns stops it */
export function startSchedule(expression: string, wake: () => void, log: Log): () => Promise<void> {
  if (!validate(expression))
    throw new PoolError('PCO_SETTINGS_INVALID', `schedule.resync: ${expression} is no cron expression`);
  const say = (message: string | Error): void => {
    log.debug('schedule', { detail: message instanceof Error ? message.message : message });
  };
  const task: ScheduledTask = schedule(expression, wake, {
    name: 'resync',
    noOverlap: true,
    // The library prints to the console itself unless it is given a logger.
    logger: { info: say, warn: say, error: say, debug: say },
  });
  return async () => {
    await task.destroy();
  };
}
