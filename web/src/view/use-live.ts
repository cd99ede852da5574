/** What views need of the world outside of React: the state, a clock that ticks, the address. */
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { LiveState } from '../live/live-state.ts';
import type { LiveStore } from '../live/live-store.ts';

export const StoreContext = createContext<LiveStore | null>(null);

export function useStore(): LiveStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('no store is given to this view');
  return store;
}

export function useLive(): LiveState {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.state);
}

const TICK_MS = 1_000;

/** The daemon's clock, once a second: ages on the screen must not stand still. */
export function useNow(): number {
  const { client } = useStore();
  const [now, setNow] = useState(() => client.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(client.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [client]);
  return now;
}

const poolIn = (hash: string): string | null => {
  const [, name] = /^#\/pools\/([^/]+)(?:\/.*)?$/.exec(hash) ?? [];
  return name === undefined ? null : decodeURIComponent(name);
};
export const hashOf = (pool: string): string => `#/pools/${encodeURIComponent(pool)}`;

/** null: the fleet. */
export function useOpenPool(): string | null {
  const subscribe = (listener: () => void): (() => void) => {
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  };
  return poolIn(useSyncExternalStore(subscribe, () => location.hash));
}
