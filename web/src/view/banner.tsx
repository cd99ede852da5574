/** What must not be missed about the screen itself: it is not live, the daemon is another one, the desired state was refused. */
import { clockWords, spanWords } from '../model/age.ts';
import { useLive, useNow } from './use-live.ts';

export function Banner() {
  const { link, daemon, restartedAt } = useLive();
  return (
    <div className="banners">
      {link.kind === 'lost' && <LostBanner sinceMs={link.sinceMs} because={link.because} />}
      {link.kind === 'connecting' && <p className="banner">Connecting to the daemon …</p>}
      {link.kind === 'live' && restartedAt !== null && (
        <p className="banner">
          The daemon was started again at {clockWords(Date.parse(restartedAt))}. Everything here was read
          anew.
        </p>
      )}
      {daemon?.desiredStateProblems.map((problem) => (
        <p className="banner banner-bad" key={problem}>
          <strong>
            Desired state{' '}
            {daemon.desiredStateReachable ? 'rejected' : 'out of reach, the last good one stays in force'}:
          </strong>{' '}
          {problem}
        </p>
      ))}
    </div>
  );
}

function LostBanner({ sinceMs, because }: { readonly sinceMs: number; readonly because: string }) {
  const now = useNow();
  return (
    <div className="banner banner-bad banner-lost" role="alert">
      <strong>The connection to the daemon is lost since {clockWords(sinceMs)}.</strong>
      <span aria-hidden="true"> What you see is {spanWords(now - sinceMs)} old, or older.</span> Nothing can
      be decided from here. <span className="quiet">{because}</span>
    </div>
  );
}
