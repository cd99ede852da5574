/** The two datacenters. Home stands left and backup right, wherever the service is: the words never move. */
import { useId, type KeyboardEvent } from 'react';
import { spanWords } from '../model/age.ts';
import { poolPicture } from '../model/pool-picture.ts';
import type { Part } from '../model/part.ts';
import type { SitePicture } from '../model/site-picture.ts';
import { verdictTone } from '../model/pool-tone.ts';
import { trafficWords } from '../model/traffic.ts';
import type { Verdict } from '../../../src/topology/evidence.ts';
import type { Drift } from '../../../src/topology/drift.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import { Mark, ToneWord } from './tone.tsx';
import { useNow } from './use-live.ts';

export function Picture({ pool }: { readonly pool: PoolStatus }) {
  const picture = poolPicture(pool);
  const elapsed = Math.max(0, useNow() - Date.parse(pool.observedAt ?? ''));
  if (picture === null) return <p className="empty">Nothing was observed yet: there is nothing to draw.</p>;
  const { home, backup, shipping, share, shareIn, poolState, drift } = picture;
  return (
    <section className="picture" aria-label="The two datacenters">
      <Datacenter picture={home} elapsed={elapsed} />
      <div className="between">
        <Card part={poolState} elapsed={elapsed} />
        <Arrow part={shipping} />
        <Card
          part={shipping}
          elapsed={elapsed}
          lead={['backup copy lacks', 'not copied yet', 'not restored yet']}
        />
        <Card part={share} elapsed={elapsed} note={shareIn === null ? undefined : `stands in ${shareIn}`} />
        <DriftList drift={drift} />
      </div>
      <Datacenter picture={backup} elapsed={elapsed} />
    </section>
  );
}

function Datacenter({ picture, elapsed }: { readonly picture: SitePicture; readonly elapsed: number }) {
  const { site, datacenter, serves, wanted, traffic, evidence, instances } = picture;
  const { mirroring, witness, servers } = picture;
  const verdict = evidence?.verdict ?? 'unknown';
  const lost = verdict === 'down' ? 'lost' : '';
  return (
    <article
      className={`dc dc-${site} ${lost} tone-edge-${verdictTone(verdict)}`}
      aria-label={`${datacenter}, ${site}`}
    >
      <header>
        <h2>{datacenter}</h2>
        <span className="quiet">{site}</span>
        <ToneWord tone={verdictTone(verdict)} word={verdict} />
      </header>
      <p className="chips">
        {serves === true && <Serving verdict={verdict} />}
        {serves === null && <span className="chip not-told">who serves is not seen</span>}
        {wanted && <span className={`chip ${serves === false ? 'wanted-here' : ''}`}>wanted here</span>}
        {serves === false && !wanted && <span className="chip">standby</span>}
        {traffic !== null && (serves !== false || traffic.sessions > 0) && (
          <span className={serves === false ? 'chip stray' : 'quiet'}>{trafficWords(traffic, elapsed)}</span>
        )}
      </p>
      <div className="pair">
        {instances[0] && <Card part={instances[0]} elapsed={elapsed} />}
        {mirroring && <Card part={mirroring} elapsed={elapsed} />}
        {instances[1] && <Card part={instances[1]} elapsed={elapsed} />}
      </div>
      {witness && (
        <div className="witness">
          <h3>Witness</h3>
          <Card part={witness} elapsed={elapsed} />
        </div>
      )}
      <h3>Chat servers</h3>
      <div className="servers">
        {servers.map((part) => (
          <Card
            key={part.key}
            part={part}
            elapsed={elapsed}
            lead={part.tone === 'good' ? ['sessions'] : []}
          />
        ))}
      </div>
      {evidence !== null && verdict !== 'alive' && <p className="quiet">{evidence.changes}</p>}
      <DriftList drift={picture.drift} />
    </article>
  );
}

/** Active servers in a datacenter that is down serve nobody, and in one that is not seen nobody knows. */
function Serving({ verdict }: { readonly verdict: Verdict }) {
  if (verdict === 'alive') return <span className="chip serves">chat is served here</span>;
  return verdict === 'down' ? (
    <span className="chip served">chat was served here</span>
  ) : (
    <span className="chip served-unknown">chat belongs here, not surely served</span>
  );
}

interface CardProps {
  readonly part: Part;
  /** ms since the round. */
  readonly elapsed: number;
  /** Facts that are shown without being asked for. */
  readonly lead?: readonly string[];
  readonly note?: string | undefined;
}

/** A button, so that keyboard and touch reach what the mouse sees: every fact behind the word, with its source and age. */
function Card({ part, elapsed, lead = [], note }: CardProps) {
  const id = useId();
  const { title, tone, word, facts, source, ageMs } = part;
  const shown = facts.filter(({ label }) => lead.includes(label));
  return (
    <div className="part-wrap">
      <button type="button" className={`part part-${tone}`} aria-describedby={id} onKeyDown={endByEscape}>
        <Mark tone={tone} />
        <span className="part-title">{title}</span>
        <span className="part-word">{word}</span>
        {note !== undefined && <span className="part-note">{note}</span>}
        {shown.map(({ label, value, known }) => (
          <span key={label} className="part-note">
            {label}: <b className={known ? '' : 'unknown-word'}>{value}</b>
          </span>
        ))}
      </button>
      <div role="tooltip" id={id} className="facts">
        <strong>{title}</strong>
        <dl>
          {facts.map(({ label, value, known }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className={known ? '' : 'unknown-word'}>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="quiet">
          {ageMs === null
            ? source
            : tone === 'unknown' && word === 'not seen'
              ? `asked: ${source}, no answer for ${spanWords(ageMs + elapsed)}`
              : `told by ${source}, ${spanWords(ageMs + elapsed)} ago`}
        </p>
      </div>
    </div>
  );
}

function Arrow({ part }: { readonly part: Part }) {
  return (
    <svg
      className={`arrow arrow-${part.tone}`}
      viewBox="0 0 120 24"
      aria-hidden="true"
      preserveAspectRatio="none"
    >
      <path className="shaft" d="M2 12h108" />
      <path d="M102 4l10 8-10 8" />
      {part.tone === 'bad' && <path className="cut" d="M52 3l16 18M68 3 52 21" />}
    </svg>
  );
}

function DriftList({ drift }: { readonly drift: readonly Drift[] }) {
  const id = useId();
  if (drift.length === 0) return null;
  return (
    <>
      <h3 id={id}>Drift</h3>
      <ul className="drift" aria-labelledby={id}>
        {drift.map(({ path, wanted, actual }) => (
          <li key={path}>
            <code>{path}</code>
            <span>
              is <b className={actual === 'unknown' ? 'unknown-word' : 'is'}>{actual}</b>
            </span>
            <span>
              wanted <b>{wanted}</b>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What covers others can be put away without going elsewhere. */
function endByEscape({ key, currentTarget }: KeyboardEvent<HTMLButtonElement>): void {
  if (key === 'Escape') currentTarget.blur();
}
