/** LSN arithmetic and recovery forks: where a copy stands, and on which line of history. Rules: sql-server reference 5.1, 5.2. */
import type { DatabaseDraft } from './instance-state.ts';

/** `fork` is the line of every record after `startLsn`; a position exactly at `startLsn` is still on the line before. */
export interface ForkEntry {
  fork: string;
  startLsn: string;
}

const VLF = 10n ** 15n;
const BLOCK = 10n ** 5n;
/** A log file of the simulated databases changes its VLF after so many 512-byte blocks. */
const BLOCKS_PER_VLF = 65_536n;

export const firstLsn = (vlf: number): string => (BigInt(vlf) * VLF + 16n * BLOCK + 1n).toString();

/** The LSN after a record of `bytes`: every record starts a block of its own, as a commit flushes one. */
export function lsnAfter(lsn: string, bytes: number): string {
  const value = BigInt(lsn);
  const vlf = value / VLF;
  const block = (value % VLF) / BLOCK + BigInt(Math.max(1, Math.ceil(bytes / 512)));
  return (
    block >= BLOCKS_PER_VLF ? (vlf + 1n) * VLF + 16n * BLOCK + 1n : vlf * VLF + block * BLOCK + 1n
  ).toString();
}

/** Decimal texts without leading zeros. */
export function compareLsns(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Bytes of log between two positions of one line; an estimate that is enough for sizes and durations. */
export function bytesBetween(from: string, to: string): number {
  const blocks = (lsn: bigint): bigint => (lsn / VLF) * BLOCKS_PER_VLF + (lsn % VLF) / BLOCK;
  const count = blocks(BigInt(to)) - blocks(BigInt(from));
  return count > 0n ? Number(count) * 512 : 0;
}

/** The line on which a position lies: what redo_start_fork_guid shows and a log backup's first fork must equal. */
export function forkAt(forks: readonly ForkEntry[], lsn: string): string {
  let found = forks[0]?.fork ?? '';
  for (const entry of forks) if (compareLsns(entry.startLsn, lsn) < 0) found = entry.fork;
  return found;
}

export const currentFork = (database: Pick<DatabaseDraft, 'forks'>): ForkEntry =>
  database.forks.at(-1) ?? { fork: '', startLsn: '0' };

/** History up to `lsn`: what a copy at that position knows. */
export const forksUpTo = (forks: readonly ForkEntry[], lsn: string): ForkEntry[] =>
  forks
    .filter((entry, index) => index === 0 || compareLsns(entry.startLsn, lsn) < 0)
    .map((entry) => ({ ...entry }));
