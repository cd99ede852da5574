/** What a fault would bring now: asked of the daemon, which supposes it and changes nothing. */
import { useState, type SubmitEvent } from 'react';
import { poolPath } from '../live/live-store.ts';
import { groundOf, supposedAnswer, suppositions, type SupposedAnswer } from '../model/what-if-question.ts';
import { clockWords } from '../model/age.ts';
import type { WhatIf } from '../../../src/http/what-if.ts';
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import { useStore } from './use-live.ts';

type Asked =
  | {
      readonly kind: 'answer';
      readonly answer: SupposedAnswer;
      readonly label: string;
      readonly atMs: number;
      readonly ground: string;
    }
  | { readonly kind: 'problem'; readonly says: string };

export function WhatIfCard({ pool, live }: { readonly pool: PoolStatus; readonly live: boolean }) {
  const { client } = useStore();
  const offered = suppositions(pool);
  const [chosen, setChosen] = useState(offered[0]?.fault ?? 'share');
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = async (): Promise<void> => {
    const path = `${poolPath(pool.pool)}/what-if?fault=${encodeURIComponent(chosen)}`;
    const label = offered.find(({ fault }) => fault === chosen)?.label ?? chosen;
    try {
      const { body } = await client.get<WhatIf>(path, new AbortController().signal);
      const answer = supposedAnswer(body, pool);
      setAsked({ kind: 'answer', answer, label, atMs: client.now(), ground: groundOf(pool) });
    } catch (error) {
      setAsked({ kind: 'problem', says: error instanceof Error ? error.message : String(error) });
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (live) void ask();
  };
  return (
    <section className="card" aria-labelledby="what-if-head">
      <h2 id="what-if-head">What if</h2>
      <form className="what-if" onSubmit={submit}>
        <label>
          Suppose that
          <select value={chosen} onChange={({ target }) => setChosen(target.value)}>
            {offered.map(({ fault, label }) => (
              <option key={fault} value={fault}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={!live}>
          Ask
        </button>
      </form>
      <div role="status">
        {asked?.kind === 'problem' && <p className="refusal">{asked.says}</p>}
        {asked?.kind === 'answer' && (
          <>
            {asked.ground !== groundOf(pool) && (
              <p className="refusal">The pool is no longer as it was then: ask again.</p>
            )}
            <Answer asked={asked} />
          </>
        )}
      </div>
    </section>
  );
}

function Answer({ asked: { answer, label, atMs } }: { readonly asked: Asked & { readonly kind: 'answer' } }) {
  const { verdict, loss, outage, steps, assumptions } = answer;
  return (
    <>
      <p>
        <strong>If {label}:</strong> {verdict}.
      </p>
      {loss !== null && (
        <p>
          Loss: <strong>{loss}</strong> of chat history{outage !== null && `, clients out for ${outage}`}.
        </p>
      )}
      {steps.length > 0 && (
        <details>
          <summary>The steps</summary>
          <ol className="supposed">
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </details>
      )}
      <p className="quiet">
        Supposed at {clockWords(atMs)}: {assumptions.join('; ')}
      </p>
    </>
  );
}
