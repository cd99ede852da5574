/** The views of one pool: how it is now, its story, its past; and the list of its transitions. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { TransitionSummary } from '../../../src/story/transition.ts';
import { storyKey } from '../model/story-key.ts';
import { pastHash, placeIn, storyHash, storyQuery, type StoryPlace } from '../model/story-place.ts';
import { dayAndTime, inSeconds, STATES } from '../model/story-words.ts';
import { Pool } from './pool.tsx';
import { useAsked } from './story-ask.ts';
import { Trouble } from './story-links.tsx';
import { Past } from './story-past.tsx';
import { StoryTransition, type Story as StoryAnswer } from './story-transition.tsx';
import { hashOf, useLive } from './use-live.ts';

function useStoryPlace(): StoryPlace {
  const subscribe = (listener: () => void): (() => void) => {
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  };
  return placeIn(useSyncExternalStore(subscribe, () => location.hash));
}

const TITLES = { now: '', story: 'story of ', past: 'PAST of ' } as const;

export function PoolViews({ name }: { readonly name: string }) {
  const place = useStoryPlace();
  const before = useRef(place.kind);
  useEffect(() => {
    document.title = `${TITLES[place.kind]}${name}: pchat`;
    if (before.current === place.kind) return;
    before.current = place.kind;
    document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [name, place.kind]);
  return (
    <>
      <nav className="views" aria-label="Views of the pool">
        <ViewLink href={hashOf(name)} open={place.kind === 'now'} text="Now" />
        <ViewLink href={storyHash(name)} open={place.kind === 'story'} text="Story" />
        <ViewLink href={pastHash(name)} open={place.kind === 'past'} text="Past" />
      </nav>
      {place.kind === 'now' && <Pool />}
      {place.kind === 'story' && <Story name={name} record={place.record} />}
      {place.kind === 'past' && <Past key={name} name={name} place={place} />}
    </>
  );
}

function ViewLink({
  href,
  open,
  text,
}: {
  readonly href: string;
  readonly open: boolean;
  readonly text: string;
}) {
  return (
    <a href={href} aria-current={open ? 'page' : undefined}>
      {text}
    </a>
  );
}

const goesOn = (one: Pick<TransitionSummary, 'state'> | null): boolean =>
  one !== null && (one.state === 'step-runs' || one.state === 'not-at-rest');

interface Transitions {
  readonly transitions: readonly TransitionSummary[];
  readonly next: number | null;
  readonly left: readonly string[];
}

function Story({ name, record }: { readonly name: string; readonly record: number | null }) {
  const { watched } = useLive();
  const pool = watched?.pool ?? null;
  const moved = pool === null || pool === 'gone' ? pool : storyKey(pool);
  const told = useAsked<StoryAnswer>(name, storyQuery(record), moved, ({ transition: one }) => goesOn(one));
  const list = useAsked<Transitions>(name, 'transitions', moved, ({ transitions }) =>
    goesOn(transitions[0] ?? null),
  );
  const transition = told.body?.transition ?? null;
  return (
    <>
      <h1 className="story-title">Story of {name}</h1>
      <Trouble problem={told.problem ?? list.problem} />
      <div className="columns story">
        <div className="side">
          {told.body === null && told.problem === null && <p className="empty">Reading the journal …</p>}
          {told.body !== null && transition === null && (
            <p className="empty">The journal that is kept has no step of this pool: there is no story yet.</p>
          )}
          {told.body !== null && transition !== null && (
            <StoryTransition transition={transition} markdown={told.body.markdown ?? ''} />
          )}
        </div>
        <TransitionList name={name} told={list.body} open={transition?.first ?? null} />
      </div>
    </>
  );
}

interface TransitionListProps {
  readonly name: string;
  readonly told: Transitions | null;
  readonly open: number | null;
}

function TransitionList({ name, told, open }: TransitionListProps) {
  return (
    <section className="card" aria-labelledby="transitions-head">
      <h2 id="transitions-head">Transitions</h2>
      {told?.transitions.length === 0 && <p className="quiet">None is kept.</p>}
      <ol className="plain transitions">
        {told?.transitions.map((one) => (
          <TransitionLink key={one.first} name={name} one={one} open={one.first === open} />
        ))}
      </ol>
      {told !== null && told.next !== null && (
        <Older key={told.next} name={name} before={told.next} open={open} />
      )}
      <Left left={told?.left ?? []} />
    </section>
  );
}

function TransitionLink({
  name,
  one,
  open,
}: {
  readonly name: string;
  readonly one: TransitionSummary;
  readonly open: boolean;
}) {
  const { first, state, cause, begunAt, steps, notDone, actual, cut } = one;
  return (
    <li className={open ? 'open' : ''}>
      <a href={storyHash(name, first)} aria-current={open ? 'true' : undefined}>
        {dayAndTime(begunAt)}
      </a>{' '}
      <span className="chip">{STATES[state]}</span>
      <p>{cause.says}</p>
      <p className="quiet">
        {steps} step{steps === 1 ? '' : 's'}
        {notDone > 0 && `, ${String(notDone)} not done`} · {inSeconds(actual.durationSeconds)}
        {cut && ' · its beginning is no longer kept'}
      </p>
    </li>
  );
}

interface OlderProps {
  readonly name: string;
  readonly before: number;
  readonly open: number | null;
}

/** The daemon may have to read files for those: only where somebody wants them. */
function Older(props: OlderProps) {
  const [wanted, setWanted] = useState(false);
  if (wanted) return <OlderList {...props} />;
  return (
    <button type="button" onClick={() => setWanted(true)}>
      Show older ones
    </button>
  );
}

function OlderList({ name, before, open }: OlderProps) {
  const told = useAsked<Transitions>(name, `transitions?cursor=${String(before)}`, before);
  if (told.body === null) return <p className="quiet">{told.problem ?? 'Reading what is older …'}</p>;
  const { transitions, next, left } = told.body;
  return (
    <>
      <ol className="plain transitions">
        {transitions.map((one) => (
          <TransitionLink key={one.first} name={name} one={one} open={one.first === open} />
        ))}
      </ol>
      {transitions.length === 0 && <p className="quiet">There are no older ones.</p>}
      {next !== null && <Older key={next} name={name} before={next} open={open} />}
      <Left left={left} />
    </>
  );
}

function Left({ left }: { readonly left: readonly string[] }) {
  if (left.length === 0) return null;
  return (
    <p className="quiet">
      Not read: {left.join('; ')}. On the daemon's computer <code>pchat history</code> reads all files.
    </p>
  );
}
