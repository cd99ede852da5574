/** The log of one pool: every line carries the round, the generation and the fingerprint of the plan that it belongs to. */
import { createHash } from 'node:crypto';
import type { Log, LogFields } from './log.ts';

const FINGERPRINT_LENGTH = 12;

/** Short, for finding the lines of one plan. @param planKey what makes a plan another plan */
export const planFingerprint = (planKey: string): string =>
  createHash('sha256').update(planKey).digest('hex').slice(0, FINGERPRINT_LENGTH);

export class RoundLog implements Log {
  readonly #log: Log;
  #present: LogFields = {};

  constructor(log: Log) {
    this.#log = log;
  }

  /** From now on in every line, until they are others. */
  now(fields: LogFields): void {
    this.#present = { ...this.#present, ...fields };
  }

  debug(message: string, fields?: LogFields): void {
    this.#log.debug(message, { ...this.#present, ...fields });
  }
  info(message: string, fields?: LogFields): void {
    this.#log.info(message, { ...this.#present, ...fields });
  }
  warn(message: string, fields?: LogFields): void {
    this.#log.warn(message, { ...this.#present, ...fields });
  }
  error(message: string, fields?: LogFields): void {
    this.#log.error(message, { ...this.#present, ...fields });
  }

  /** Keeps what it carries now, whatever round comes. */
  with(fields: LogFields): Log {
    return this.#log.with({ ...this.#present, ...fields });
  }
}
