/** Starts the page: the browser's own clock, chance and storage are given to the parts here and nowhere else. */
import { createRoot } from 'react-dom/client';
import { LiveStore } from './live/live-store.ts';
import { App } from './view/app.tsx';
import './style/base.css';
import './style/fleet.css';
import './style/pool.css';
import './style/plan.css';
import './style/story.css';

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(new Error('ended'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

const store = new LiveStore({
  fetch: (path, init) => fetch(path, init),
  now: () => Date.now(),
  sleep,
  uniqueKey: () => crypto.randomUUID(),
  storage: sessionStorage,
});
const root = document.getElementById('page');
if (root !== null) createRoot(root).render(<App store={store} />);
void store.run(new AbortController().signal);
