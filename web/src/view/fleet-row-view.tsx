/** One pool of the fleet. */
import { memo } from 'react';
import { lossWords, secondsWords, since, spanWords } from '../model/age.ts';
import type { FleetRow } from '../model/fleet-row.ts';
import { verdictTone } from '../model/pool-tone.ts';
import { ToneWord } from './tone.tsx';
import { hashOf, useNow } from './use-live.ts';

interface Props {
  readonly row: FleetRow;
  readonly index: number;
  readonly top: number;
}

export const FleetRowView = memo(function FleetRowView({ row, index, top }: Props) {
  const { pool, headline, drift, runsIn, verdict, wantedIn, generation, considered, asked } = row;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={`row pool tone-edge-${headline.tone}`}
      style={{ top }}
    >
      <div role="rowheader">
        <a href={hashOf(pool)}>{pool}</a>
        <Seen at={row.observedAt} />
      </div>
      <div role="cell" className="condition">
        <ToneWord tone={headline.tone} word={headline.word} />
        <span className="says" title={headline.says}>
          {headline.says}
        </span>
      </div>
      <div role="cell" data-label="drift" className={drift === 0 ? 'quiet' : ''}>
        {drift}
      </div>
      <div role="cell" data-label="runs in">
        {runsIn === null || verdict === null || verdict === 'alive' ? (
          (runsIn ?? <span className="unknown-word">unknown</span>)
        ) : (
          <ToneWord tone={verdictTone(verdict)} word={`${runsIn}, ${verdict}`} />
        )}
        {runsIn !== wantedIn && <span className="wanted">wanted in {wantedIn}</span>}
      </div>
      <div role="cell" data-label="to move">
        <Readiness readiness={row.readiness} />
      </div>
      <div role="cell" data-label="generation">
        {generation}
        {!considered && <span className="wanted">not planned yet</span>}
      </div>
      <div role="cell" data-label="asked of you" className="asked">
        {asked === null ? <span className="quiet">nothing</span> : <code title={asked}>{asked}</code>}
      </div>
    </div>
  );
});

/** Many rounds long, whatever the interval of the polls: what the row says is no longer what is. */
const OLD_MS = 300_000;

function Seen({ at }: { readonly at: string | null }) {
  const age = since(at, useNow());
  if (at === null || age === null) return <span className="quiet">not seen yet</span>;
  return (
    <time dateTime={at} className="quiet">
      {age > OLD_MS ? (
        <ToneWord tone="unknown" word={`not seen for ${spanWords(age)}`} />
      ) : (
        `seen ${spanWords(age)} ago`
      )}
    </time>
  );
}

function Readiness({ readiness }: Pick<FleetRow, 'readiness'>) {
  if (readiness === null) return <span className="unknown-word">unknown</span>;
  const { answer, because, outage, lossMinutes } = readiness;
  if (answer !== 'yes')
    return (
      <span title={because}>
        <ToneWord
          tone={answer === 'no' ? 'bad' : 'unknown'}
          word={answer === 'no' ? 'could not' : 'unknown'}
        />
      </span>
    );
  return (
    <span title={because}>
      {outage === null ? 'time not known' : `${secondsWords(outage.p50)} out`}
      <span className="wanted">loses {lossWords(lossMinutes)}</span>
    </span>
  );
}
