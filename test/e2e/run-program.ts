/** The program as a person runs it: npm, the launcher, Node. Ended together, by its process group, when it takes too long. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export interface ProgramRun {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
}

/** `args` as after `npm`. Rejects, with the end of what it printed, when it has not ended after `limitMs`. */
export async function runProgram(args: readonly string[], limitMs: number): Promise<ProgramRun> {
  const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  }, limitMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  if (late.signal.aborted)
    throw new Error(
      `npm ${args.join(' ')} did not end within ${String(limitMs)} ms: ${stdout.slice(-2_000)}`,
    );
  return { code, stdout };
}

/** The last line, which a program with `--output json` ends with. */
export function lastLine({ stdout }: ProgramRun): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
