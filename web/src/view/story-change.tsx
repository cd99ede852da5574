/** What a generation changed, line by line, as the YAML said it before and says it after; where that is not kept it says so. */
import type { GenerationChange } from '../../../src/story/transition.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import { dayAndTime, diffLines } from '../model/story-words.ts';
import { useAsked } from './story-ask.ts';

export function GenerationCard({ change }: { readonly change: GenerationChange }) {
  const { generation, at, origin, revision } = change;
  return (
    <div className="generation">
      <p>
        Generation {generation.counter} <code>{generation.hash}</code>{' '}
        <span className="quiet">in force since {dayAndTime(at)}</span>
      </p>
      <p className="quiet">
        {revision === null ? (
          `not from Git: ${origin}`
        ) : (
          <>
            commit <code>{revision.commit.slice(0, 12)}</code> by {revision.author}: {revision.subject}
            {revision.signature !== undefined && `, signed by ${revision.signature.signer}`}
          </>
        )}
      </p>
      <Diff change={change} />
    </div>
  );
}

export function Diff({ change: { changes, before } }: { readonly change: GenerationChange }) {
  if (changes === null)
    return (
      <p className="quiet">
        {before === null
          ? 'The generation before it is not kept, or there was none: what was changed cannot be told.'
          : 'The documents are not kept: what was changed cannot be told.'}
      </p>
    );
  if (changes.length === 0) return <p className="quiet">No declared value is another one.</p>;
  return (
    <ul className="plain diff" aria-label="Changed lines">
      {diffLines(changes).map(({ sign, text }) => (
        <li key={sign + text}>
          <span aria-hidden="true">{sign}</span> {sign === '-' ? <del>{text}</del> : <ins>{text}</ins>}
        </li>
      ))}
    </ul>
  );
}

interface Generations {
  readonly generations: readonly GenerationChange[];
}

/** Of the generation in force, for whoever looks at its plan. */
export function PresentChange({ pool }: { readonly pool: PoolStatus }) {
  const { hash } = pool.generation;
  // The record is written a moment after the daemon has taken it.
  const isLate = ({ generations: [newest] }: Generations): boolean =>
    newest !== undefined && newest.generation.hash !== hash;
  const { body } = useAsked<Generations>(pool.pool, 'generations?limit=1', hash, isLate);
  const [newest] = body?.generations ?? [];
  if (newest === undefined || newest.generation.hash !== hash) return null;
  return (
    <details className="present-change">
      <summary>
        The edit behind it: generation {newest.generation.counter}
        {newest.changes !== null && `, ${lineCount(newest.changes.length)} changed`}
      </summary>
      <GenerationCard change={newest} />
    </details>
  );
}

const lineCount = (count: number): string => `${String(count)} line${count === 1 ? '' : 's'}`;
