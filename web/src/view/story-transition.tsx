/** One transition: what it cost, what asked for it, on what evidence, who decided, and every step over time. */
import type { DecisionNote, Transition } from '../../../src/story/transition.ts';
import { lossWords } from '../model/age.ts';
import { MomentLink } from './story-links.tsx';
import { pastHash } from '../model/story-place.ts';
import { dayAndTime, foretold, inSeconds, shortSpan, STATES, timeOf } from '../model/story-words.ts';
import { GenerationCard } from './story-change.tsx';
import { StoryGantt } from './story-gantt.tsx';

export interface Story {
  /** null: no step was ever begun. */
  readonly transition: Transition | null;
  readonly markdown: string | null;
  readonly left: readonly string[];
}

export function StoryTransition({
  transition,
  markdown,
}: {
  readonly transition: Transition;
  readonly markdown: string;
}) {
  return (
    <>
      <StoryHead transition={transition} markdown={markdown} />
      <section className="card" aria-labelledby="time-line-head">
        <h2 id="time-line-head">Time line</h2>
        <StoryGantt transition={transition} />
      </section>
      <Foretold transition={transition} />
      <section className="card" aria-labelledby="asked-head">
        <h2 id="asked-head">What asked for it</h2>
        <p>{transition.cause.says}</p>
        {transition.generations.map((one) => (
          <GenerationCard key={one.seq} change={one} />
        ))}
      </section>
      <Evidence transition={transition} />
      <Decided pool={transition.pool} notes={transition.decisions} />
      <Records transition={transition} />
    </>
  );
}

function StoryHead({ transition, markdown }: { readonly transition: Transition; readonly markdown: string }) {
  const { pool, cause, state, begunAt, endedAt, beforeMs, headline, first, cut } = transition;
  return (
    <section className="card story-head" aria-labelledby="story-head">
      <h2 id="story-head">{cause.says}</h2>
      <p className="big overhead">{headline}</p>
      {state === 'step-runs' && <p className="quiet">A running step is counted once it has ended.</p>}
      {cut && <p className="refusal">Its beginning is no longer kept. Times and causes may be missing.</p>}
      <dl className="inline">
        <Pair name="state" value={STATES[state]} />
        <Pair name="asked for" value={`${dayAndTime(cause.at)}, first step ${shortSpan(beforeMs)} later`} />
        <Pair name="first step" value={dayAndTime(begunAt)} />
        <Pair name="last step ended" value={endedAt === null ? 'it goes on' : dayAndTime(endedAt)} />
      </dl>
      <p className="buttons">
        <button type="button" onClick={() => download(`${pool}-transition-${String(first)}.md`, markdown)}>
          Download the report (Markdown)
        </button>
        <a className="button" href={pastHash(pool, first)}>
          Open the moment it began
        </a>
      </p>
    </section>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The text is the one of `pchat history --transition`; nothing leaves the browser. */
function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

function Foretold({ transition: { predicted, actual } }: { readonly transition: Transition }) {
  const named = predicted.lines.filter(({ kind }) => kind === 'at-risk' || kind === 'unreachable-file');
  const loss =
    actual.lossMinutes === null
      ? actual.lossBecause
      : `${lossWords(actual.lossMinutes)}: ${actual.lossBecause}`;
  return (
    <section className="card" aria-labelledby="foretold-head">
      <h2 id="foretold-head">Predicted and actual</h2>
      <table className="foretold">
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">predicted</th>
            <th scope="col">was</th>
          </tr>
        </thead>
        <tbody>
          <Row
            what="duration"
            predicted={foretold(predicted.duration)}
            was={inSeconds(actual.durationSeconds)}
          />
          <Row
            what="clients out"
            predicted={foretold(predicted.outage)}
            was={inSeconds(actual.outageSeconds)}
          />
          <Row what="loss" predicted={lossWords(predicted.lossMinutes)} was={loss} />
          <Row
            what="log backups lost"
            predicted={predicted.lostFiles === null ? 'not recorded' : String(predicted.lostFiles)}
            was="not recorded"
          />
        </tbody>
      </table>
      {named.length > 0 && (
        <ul className="plain">
          {named.map(({ file, note, from }) => (
            <li key={`${file ?? ''} ${from ?? ''} ${note}`}>
              <span className="chip ledger-at-risk">named beforehand</span> {file ?? 'content in no file'}{' '}
              <span className="quiet">{note}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({
  what,
  predicted,
  was,
}: {
  readonly what: string;
  readonly predicted: string;
  readonly was: string;
}) {
  return (
    <tr>
      <th scope="row">{what}</th>
      <td>{predicted}</td>
      <td>{was}</td>
    </tr>
  );
}

function Evidence({ transition }: { readonly transition: Transition }) {
  const { pool, evidence: notes, evidenceCut } = transition;
  return (
    <section className="card" aria-labelledby="story-evidence-head">
      <h2 id="story-evidence-head">Evidence</h2>
      {evidenceCut && (
        <p className="quiet">
          What the verdicts were before the first step may be older than the records that were read.
        </p>
      )}
      {notes.length === 0 && !evidenceCut && (
        <p className="quiet">
          No verdict was written: both sites were alive, or had not been judged by this daemon.
        </p>
      )}
      <ul className="plain">
        {notes.map(({ seq, at, site, verdict, signs, before }) => (
          <li key={seq}>
            <details>
              <summary>
                <strong>{site}</strong> {verdict}{' '}
                <span className="quiet">
                  since {dayAndTime(at)}
                  {before ? ', before the first step' : ''}
                </span>
              </summary>
              <ul className="plain lines">
                {signs.map((sign) => (
                  <li key={sign}>{sign}</li>
                ))}
              </ul>
              <MomentLink pool={pool} seq={seq} />
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decided({ pool, notes }: { readonly pool: string; readonly notes: readonly DecisionNote[] }) {
  return (
    <section className="card" aria-labelledby="decided-head">
      <h2 id="decided-head">Who decided</h2>
      {notes.length === 0 && <p className="quiet">No decision was made.</p>}
      <ul className="plain">
        {notes.map((note) => (
          <li key={note.seq}>
            <strong>{note.decision}</strong> by {note.by}: {note.reason}{' '}
            <span className="quiet">
              {dayAndTime(note.at)}
              {note.via === undefined ? '' : `, came by ${note.via}`}
              {'steps' in note
                ? `, of ${String(note.steps.length)} steps and a loss of ${lossWords(note.lossMinutes)}`
                : ''}
              {note.expiresAt === null ? '' : `, ends ${dayAndTime(note.expiresAt)}`}
            </span>{' '}
            <MomentLink pool={pool} seq={note.seq} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Records({ transition: { pool, marks } }: { readonly transition: Transition }) {
  return (
    <section className="card" aria-labelledby="records-head">
      <h2 id="records-head">Records</h2>
      <details>
        <summary>{marks.length} records of the journal; each opens the moment that it was written</summary>
        <ol className="plain marks">
          {marks.map(({ seq, at, says }) => (
            <li key={seq}>
              <MomentLink pool={pool} seq={seq} /> <time>{timeOf(at)}</time> <span>{says}</span>
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}
