/** How long to wait after a failed round, and when a repeated failure needs a person. */
import type { ErrorCode } from '../topology/pool-error.ts';

/** 1 s, 2 s, 4 s ... up to 60 s, each times 0.75 to 1.25 so that pools do not knock in step. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
const SPREAD = 0.5;

/**
 * @param failures failures in a row, 1 or more
 * @param random 0 (inclusive) to 1 (exclusive)
 * @returns ms
 */
export function nextBackoffMs(failures: number, random: number): number {
  const steady = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(failures, 1) - 1, 16));
  return Math.round(steady * (1 - SPREAD / 2 + SPREAD * random));
}

export interface Failure {
  /** `restore-home:home`, or null: the observation itself failed. */
  readonly step: string | null;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The same step failing this often in a row with the same code stalls the pool. */
export const STALL_AFTER = 3;

export function isStalled(failures: readonly Failure[]): boolean {
  const last = failures.slice(-STALL_AFTER);
  const [first] = last;
  if (first === undefined || first.step === null || last.length < STALL_AFTER) return false;
  return last.every((failure) => failure.step === first.step && failure.code === first.code);
}
