/** Every guard with its verdict, its facts, and what would change the answer: as `pchat why` tells it. */
import { spanWords } from '../model/age.ts';
import type { Guard, Why } from '../../../src/reconciler/why/why.ts';
import { Mark } from './tone.tsx';

export function WhyList({ why }: { readonly why: Why | null }) {
  if (why === null) return null;
  const closed = why.guards.filter(({ open }) => !open);
  const open = why.guards.filter((guard) => guard.open);
  return (
    <section className="card" aria-labelledby="why-head">
      <h2 id="why-head">Why</h2>
      <p>
        <strong>{why.code}</strong>.{' '}
        {closed.length === 0 ? why.reason : `Closed: ${guardCount(closed.length)}.`}
      </p>
      <GuardList guards={closed} />
      {open.length > 0 && (
        <details>
          <summary>{guardCount(open.length)} open</summary>
          <GuardList guards={open} />
        </details>
      )}
    </section>
  );
}

const guardCount = (count: number): string => `${String(count)} guard${count === 1 ? '' : 's'}`;

function GuardList({ guards }: { readonly guards: readonly Guard[] }) {
  if (guards.length === 0) return null;
  return (
    <ul className="guards">
      {guards.map(({ kind, guard, open, code, says, facts, nextAction }) => (
        <li key={`${kind} ${guard} ${says}`}>
          <Mark tone={open ? 'good' : 'bad'} />
          <div>
            <p>
              <strong>{guard}</strong> <span className="quiet">{kind}</span>{' '}
              {code !== null && <code>{code}</code>}{' '}
              <span className="visually-hidden">{open ? 'open' : 'closed'}</span>
            </p>
            <p>{says}</p>
            <Facts facts={facts} />
            {nextAction !== null && <p className="next">→ {nextAction}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** A few are shown; where there are many, they are asked for. */
const FEW = 2;

function Facts({ facts }: Pick<Guard, 'facts'>) {
  const lines = facts.map(({ fact, source, ageMs }) => (
    <p className="quiet" key={fact + source}>
      {fact} ({source}
      {ageMs === null || ageMs >= Number.MAX_SAFE_INTEGER ? '' : `, ${spanWords(ageMs)}`})
    </p>
  ));
  if (facts.length <= FEW) return lines;
  return (
    <details>
      <summary className="quiet">{facts.length} facts</summary>
      {lines}
    </details>
  );
}
