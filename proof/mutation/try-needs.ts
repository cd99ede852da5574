/** Broken needs, tried on some threads: each has all worlds, and takes the next name when it is done with one. */
import { Worker } from 'node:worker_threads';
import type { Told } from './need-thread.ts';
import type { Verdict } from './verdict.ts';

export interface NeedTrial {
  readonly names: readonly string[];
  readonly threads: number;
  readonly progress: (line: string) => void;
  readonly tell: (verdict: Verdict) => void;
}

async function serve(
  waiting: string[],
  progress: (line: string) => void,
  tell: (verdict: Verdict) => void,
): Promise<void> {
  const worker = new Worker(new URL('./need-thread.ts', import.meta.url));
  const ended = Promise.withResolvers<undefined>();
  const next = (): void => {
    const name = waiting.shift();
    if (name === undefined) ended.resolve(undefined);
    else worker.postMessage(name);
  };
  worker.on('message', (told: Told) => {
    if ('progress' in told) {
      progress(told.progress);
      return;
    }
    if ('verdict' in told) tell(told.verdict);
    next();
  });
  worker.on('error', ended.reject);
  worker.on('exit', (code) => {
    ended.reject(new Error(`a thread ended with ${String(code)} before its names were tried`));
  });
  try {
    await ended.promise;
  } finally {
    await worker.terminate();
  }
}

export async function tryNeeds({ names, threads, progress, tell }: NeedTrial): Promise<void> {
  const waiting = [...names];
  const count = Math.min(threads, names.length);
  const quiet = (): void => undefined;
  await Promise.all(
    Array.from({ length: count }, (_, index) => serve(waiting, index === 0 ? progress : quiet, tell)),
  );
}
