/** Whether what is on the screen is live, always in the same corner. */
import { clockWords } from '../model/age.ts';
import { useLive, useNow } from './use-live.ts';

const WORDS = { live: 'live', connecting: 'connecting', lost: 'not live', token: 'locked' } as const;

export function LinkSign() {
  const { link } = useLive();
  const now = useNow();
  return (
    <p className={`link link-${link.kind}`}>
      <span className="lamp" aria-hidden="true" />
      <span role="status">{WORDS[link.kind]}</span>
      <time>{clockWords(now)}</time>
    </p>
  );
}
