/** The frame: where one is, how the connection is, and the one view that is open. */
import { useEffect, useRef } from 'react';
import type { LiveStore } from '../live/live-store.ts';
import { Banner } from './banner.tsx';
import { Fleet } from './fleet.tsx';
import { LinkSign } from './link-sign.tsx';
import { PoolViews } from './story.tsx';
import { TokenForm } from './token-form.tsx';
import { StoreContext, useLive, useOpenPool, useStore } from './use-live.ts';

export function App({ store }: { readonly store: LiveStore }) {
  return (
    <StoreContext value={store}>
      <Frame />
    </StoreContext>
  );
}

function Frame() {
  const store = useStore();
  const { link, daemon } = useLive();
  const open = useOpenPool();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    store.watch(open);
    if (open === null) document.title = 'pchat: fleet';
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [store, open]);
  const stale = link.kind !== 'live';
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <header className="bar">
        <nav aria-label="Where you are">
          <a href="#/" aria-current={open === null ? 'page' : undefined}>
            <span className="logo" aria-hidden="true" /> Fleet
          </a>
          {open !== null && (
            <>
              <span aria-hidden="true" className="slash">
                /
              </span>
              <span className="here" aria-current="page" title={open}>
                {open}
              </span>
            </>
          )}
        </nav>
        <LinkSign />
      </header>
      <Banner />
      <main id="main" ref={main} tabIndex={-1} className={stale ? 'stale' : ''}>
        {link.kind === 'token' ? (
          <TokenForm refused={link.refused} />
        ) : open === null ? (
          <Fleet />
        ) : (
          <PoolViews name={open} />
        )}
      </main>
      <footer>
        {daemon === null
          ? 'pchat'
          : `pchat ${daemon.version} · epoch ${String(daemon.epoch)} · times are UTC`}
      </footer>
    </>
  );
}
