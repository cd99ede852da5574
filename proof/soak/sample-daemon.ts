/** What a running daemon holds, seen from outside (Linux: /proc) and by its own metrics. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export interface DaemonSample {
  /** Seconds since the soak began. */
  readonly at: number;
  readonly rssMb: number;
  readonly descriptors: number;
  /** Event-loop delay since the last look, 99th percentile. */
  readonly lagP99Ms: number;
  /** Of the journal's file, and how many archives stand beside it. */
  readonly journalMb: number;
  readonly archives: number;
}

const KB_PER_MB = 1_024;
const BYTES_PER_MB = 1_048_576;
const MS = 1_000;

function rssMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return Number(line?.[1]) / KB_PER_MB;
}

async function lagP99Ms(journal: string): Promise<number> {
  const address = readFileSync(path.join(journal, 'control-address'), 'utf8').trim();
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]) * MS;
}

/** @param journal its folder */
export async function sampleDaemon(pid: number, journal: string, at: number): Promise<DaemonSample> {
  return {
    at,
    rssMb: rssMb(pid),
    descriptors: readdirSync(`/proc/${String(pid)}/fd`).length,
    lagP99Ms: await lagP99Ms(journal),
    journalMb: statSync(path.join(journal, 'journal.ndjson')).size / BYTES_PER_MB,
    archives: readdirSync(journal).filter((name) => /^journal\.\d+\.ndjson$/.test(name)).length,
  };
}
