/** A question to the API whose answer is asked for again when the pool moves: one at a time, and at most once a second. */
import { useEffect, useRef, useState } from 'react';
import type { ApiClient } from '../live/api-client.ts';
import { poolPath } from '../live/live-store.ts';
import { useStore } from './use-live.ts';

export interface Asked<T> {
  /** Of this question; null: no answer yet. */
  readonly body: T | null;
  /** Why the newest try brought none; what is in `body` is older then. */
  readonly problem: string | null;
}

interface Question {
  again: () => void;
  end: () => void;
}

const LEAST_MS = 1_000;
const UNSETTLED_MS = 3_000;

/**
 * @param query below the pool
 * @param moved another value whenever the answer may have become another one
 * @param unsettled it may move without a sign: ask every few seconds
 */
export function useAsked<T>(
  pool: string,
  query: string,
  moved: unknown,
  unsettled: (answer: T) => boolean = () => false,
): Asked<T> {
  const { client } = useStore();
  const path = `${poolPath(pool)}/${query}`;
  const [told, setTold] = useState<Asked<T> & { readonly path: string }>({ path, body: null, problem: null });
  const question = useRef<Question | null>(null);
  useEffect(() => {
    const asked = ask<T>(client, path, (answer) =>
      setTold((before) => ({
        path,
        body: answer.body ?? (before.path === path ? before.body : null),
        problem: answer.problem,
      })),
    );
    question.current = asked;
    return asked.end;
  }, [client, path]);
  useEffect(() => question.current?.again(), [path, moved]);
  const ticks = told.path === path && told.body !== null && unsettled(told.body);
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => question.current?.again(), UNSETTLED_MS);
    return () => clearInterval(timer);
  }, [ticks]);
  return told.path === path ? told : { body: null, problem: null };
}

function ask<T>(client: ApiClient, path: string, tell: (answer: Asked<T>) => void): Question {
  const stop = new AbortController();
  let asking = false;
  let wanted = false;
  const isOver = (): boolean => stop.signal.aborted;
  const once = async (): Promise<Asked<T>> => {
    try {
      return { body: (await client.get<T>(path, stop.signal)).body, problem: null };
    } catch (error) {
      return { body: null, problem: error instanceof Error ? error.message : String(error) };
    }
  };
  const run = async (): Promise<void> => {
    asking = true;
    while (wanted && !isOver()) {
      wanted = false;
      const answer = await once();
      if (isOver()) return;
      tell(answer);
      await new Promise((resolve) => setTimeout(resolve, LEAST_MS));
    }
    asking = false;
  };
  return {
    again: () => {
      wanted = true;
      if (!asking) void run();
    },
    end: () => stop.abort(new Error('another question')),
  };
}
