/** A past moment of a pool: marked as past in every corner, for nothing on it is so now. */
import { useEffect, useState, type SubmitEvent } from 'react';
import type { PastMoment, PlanMoment, RunningMoment } from '../../../src/story/moment.ts';
import { lossWords, since, spanWords } from '../model/age.ts';
import { pastHash, pastHashAt, pastQuery, storyHash, type StoryPlace } from '../model/story-place.ts';
import { dayAndTime, instantOf, timeOf } from '../model/story-words.ts';
import { useAsked } from './story-ask.ts';
import { GenerationCard } from './story-change.tsx';
import { Trouble } from './story-links.tsx';
import { MomentSlider } from './story-slider.tsx';
import { hashOf, useNow } from './use-live.ts';

interface PastAnswer {
  readonly moment: PastMoment | null;
  readonly left: readonly string[];
}

interface PastProps {
  readonly name: string;
  readonly place: Extract<StoryPlace, { readonly kind: 'past' }>;
}

export function Past({ name, place }: PastProps) {
  const { body, problem } = useAsked<PastAnswer>(name, pastQuery(place), '');
  const [shown, setShown] = useState<PastMoment | null>(null);
  const found = body?.moment ?? null;
  useEffect(() => {
    if (found !== null) setShown(found);
  }, [found]);
  // While the next one is read the one before it stays: it is as past as the other.
  const moment = found ?? shown;
  return (
    <div className="past">
      <PastBar name={name} moment={moment} />
      <Trouble problem={problem} />
      {body !== null && moment === null && (
        <p className="empty">The journal that is kept tells nothing of it.</p>
      )}
      {moment === null && body === null && problem === null && <p className="empty">Reading the journal …</p>}
      {moment !== null && (
        <>
          <Way name={name} moment={moment} />
          <Moment moment={moment} />
        </>
      )}
    </div>
  );
}

function PastBar({ name, moment }: { readonly name: string; readonly moment: PastMoment | null }) {
  const age = since(moment?.record.at ?? null, useNow());
  return (
    <div className="past-bar" role="status">
      <p>
        <strong className="past-word">PAST</strong>{' '}
        {moment === null ? (
          'No moment is open.'
        ) : (
          <>
            <span className="past-when">{dayAndTime(moment.record.at)} UTC</span>
            <span aria-hidden="true">{age === null ? '' : `, ${spanWords(age)} ago`}</span>. Nothing here is
            so now.
          </>
        )}
      </p>
      <p className="buttons">
        <a className="button" href={hashOf(name)}>
          Back to now
        </a>
        <a className="button" href={storyHash(name, moment?.record.seq ?? null)}>
          Its story
        </a>
      </p>
    </div>
  );
}

function Way({ name, moment }: { readonly name: string; readonly moment: PastMoment }) {
  const { record, earlier, later, oldest, newest } = moment;
  return (
    <section className="card" aria-labelledby="way-head">
      <h1 id="way-head">
        {name} at record {record.seq}
      </h1>
      <p>
        <time>{timeOf(record.at)}</time> {record.says}
      </p>
      <MomentSlider name={name} moment={moment} />
      <p className="buttons">
        <StepLink name={name} seq={earlier} text="Earlier record" />
        <StepLink name={name} seq={later} text="Later record" />
      </p>
      <JumpForm key={record.seq} name={name} at={record.at} oldest={oldest.at} newest={newest.at} />
    </section>
  );
}

function StepLink({
  name,
  seq,
  text,
}: {
  readonly name: string;
  readonly seq: number | null;
  readonly text: string;
}) {
  if (seq === null) return <span className="quiet">{text}: none is kept</span>;
  return (
    <a className="button" href={pastHash(name, seq)}>
      {text}
    </a>
  );
}

interface JumpProps {
  readonly name: string;
  readonly at: string;
  readonly oldest: string;
  readonly newest: string;
}

function JumpForm({ name, at, oldest, newest }: JumpProps) {
  const [wanted, setWanted] = useState(dayAndTime(at));
  const chosen = instantOf(wanted);
  const jump = (event: SubmitEvent): void => {
    event.preventDefault();
    // Before the oldest record nothing is kept.
    if (chosen !== null)
      location.hash = pastHashAt(name, new Date(Math.max(chosen, Date.parse(oldest))).toISOString());
  };
  return (
    <form className="jump" onSubmit={jump}>
      <label>
        Another moment, UTC
        <input
          value={wanted}
          aria-describedby="kept-from"
          aria-invalid={chosen === null}
          onChange={(event) => setWanted(event.target.value)}
        />
      </label>
      <button type="submit" disabled={chosen === null}>
        Open it
      </button>
      <p className="quiet" id="kept-from">
        {chosen === null
          ? 'As 2026-11-28 02:07:12.'
          : `Read from ${dayAndTime(oldest)} to ${dayAndTime(newest)}.`}
      </p>
    </form>
  );
}

function Moment({ moment }: { readonly moment: PastMoment }) {
  const { generation, plan, running, notKept } = moment;
  return (
    <div className="columns">
      <div className="side">
        <section className="card" aria-labelledby="then-plan">
          <h2 id="then-plan">Planned then</h2>
          <PlanThen plan={plan} />
          <RunningThen running={running} />
        </section>
        <section className="card" aria-labelledby="then-declared">
          <h2 id="then-declared">Declared then</h2>
          {generation === null ? (
            <p className="quiet">No generation of it was in force, or it is no longer kept.</p>
          ) : (
            <>
              <p>
                wanted in <strong>{generation.primaryDatacenter}</strong>
              </p>
              <GenerationCard change={generation} />
              <Declared declared={generation.declared} />
            </>
          )}
        </section>
      </div>
      <div className="side">
        <Judged moment={moment} />
        <Decided moment={moment} />
        <section className="card" aria-labelledby="then-missing">
          <h2 id="then-missing">What the journal does not keep</h2>
          <ul className="plain">
            {notKept.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}

function PlanThen({ plan }: { readonly plan: PlanMoment | null }) {
  if (plan === null) return <p className="quiet">The daemon of then had made no plan yet.</p>;
  const { kind, steps, obstacles, reason, ledger, generation, at } = plan;
  return (
    <>
      <p>
        <strong>{kind}</strong>{' '}
        <span className="quiet">
          since {timeOf(at)}, of generation {generation.counter}
        </span>
      </p>
      {reason !== null && <p>{reason}</p>}
      {obstacles.map((one) => (
        <p key={one.variable}>
          {one.variable} was {one.actual}, wanted {one.wanted}
        </p>
      ))}
      <ol className="then-steps">
        {steps.map((step) => (
          <li key={`${step.action}:${step.target}`}>
            <strong>{step.action}</strong> on {step.target} <span className="quiet">{step.risk}</span>
          </li>
        ))}
      </ol>
      {ledger !== null && steps.length > 0 && (
        <p>
          On that course: <strong>{lossWords(ledger.lossMinutes)}</strong> of chat history,{' '}
          {ledger.lostFiles === 0 ? 'no' : ledger.lostFiles} log backup{ledger.lostFiles === 1 ? '' : 's'}
        </p>
      )}
    </>
  );
}

function RunningThen({ running }: { readonly running: readonly RunningMoment[] }) {
  if (running.length === 0) return <p className="quiet">No step ran.</p>;
  return (
    <ul className="plain">
      {running.map(({ seq, at, action, target, lastEffect }) => (
        <li key={seq} className="then-running">
          <strong>
            {action} on {target}
          </strong>{' '}
          ran since {timeOf(at)}
          {lastEffect !== null && (
            <p className="quiet">
              sent last, {timeOf(lastEffect.at)}: {lastEffect.where}: <code>{lastEffect.what}</code>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Declared({ declared }: Pick<NonNullable<PastMoment['generation']>, 'declared'>) {
  if (declared === null) return <p className="quiet">The whole document is not kept.</p>;
  return (
    <details>
      <summary>All of it, {declared.length} values</summary>
      <ul className="plain declared">
        {declared.map(({ path, value }) => (
          <li key={path}>
            <code>
              {path}: {value}
            </code>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Judged({ moment: { conditions, evidence, cut } }: { readonly moment: PastMoment }) {
  return (
    <section className="card" aria-labelledby="then-judged">
      <h2 id="then-judged">Judged then</h2>
      {cut && (
        <p className="refusal">
          What this daemon had judged earlier is older than the records that were read: more may have counted.
        </p>
      )}
      {(['home', 'backup'] as const).map((site) => (
        <div key={site}>
          <p>
            <strong>{site}</strong> {evidence[site]?.verdict ?? 'alive, or not judged yet'}{' '}
            {evidence[site] !== null && <span className="quiet">since {timeOf(evidence[site].at)}</span>}
          </p>
          {evidence[site] !== null && (
            <details>
              <summary className="quiet">{evidence[site].signs.length} signs</summary>
              <ul className="plain lines">
                {evidence[site].signs.map((sign) => (
                  <li key={sign}>{sign}</li>
                ))}
              </ul>
            </details>
          )}
        </div>
      ))}
      <ul className="plain">
        {conditions.map(({ type, status, reason, message, at }) => (
          <li key={type}>
            <strong>{type}</strong> {status} <code>{reason}</code>{' '}
            <span className="quiet">since {timeOf(at)}</span>
            {message !== '' && <p className="quiet">{message}</p>}
          </li>
        ))}
      </ul>
      {conditions.length === 0 && (
        <p className="quiet">No condition was written by the daemon of then yet.</p>
      )}
    </section>
  );
}

function Decided({ moment: { decisions, breakGlass } }: { readonly moment: PastMoment }) {
  return (
    <section className="card" aria-labelledby="then-decided">
      <h2 id="then-decided">Decisions that counted then</h2>
      {decisions.length === 0 && breakGlass === null && <p className="quiet">None.</p>}
      <ul className="plain">
        {decisions.map(({ seq, at, decision, by, reason, expiresAt }) => (
          <li key={seq}>
            <strong>{decision}</strong> by {by}: {reason}{' '}
            <span className="quiet">
              {dayAndTime(at)}
              {expiresAt === null ? '' : `, until ${dayAndTime(expiresAt)}`}
            </span>
          </li>
        ))}
        {breakGlass !== null && (
          <li>
            <strong>break-glass</strong> by {breakGlass.by}: {breakGlass.reason}{' '}
            <span className="quiet">
              {breakGlass.file}, {dayAndTime(breakGlass.at)}, until {dayAndTime(breakGlass.expiresAt)}
            </span>
          </li>
        )}
      </ul>
    </section>
  );
}
